/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/programs.h"

#include "engine/base/units.h"
#include "engine/collect/collector.h"
#include "engine/collect/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As much as is read of /proc/PID/status, which names every group of the program's user. */
#define STATUS_SIZE (64 << 10)

/* And so many lines of /proc/PID/maps: the kernel allows a program as many mappings by default. */
#define MAX_MAPS 65530

/* Returns the last part of @path if it goes on where @cut ends. */
static const char *
continues (const char *path,
           const char *cut)
{
  const char *slash = strrchr (path, '/');
  const char *last = slash != NULL ? slash + 1 : path;

  return g_str_has_prefix (last, cut) ? last : NULL;
}

/* Returns (transfer full) the program's name: where the kernel has cut it, the part that is missing stands in the command (the program's
 * own path, or a script's behind its interpreter) or in the path of the file that runs. */
static char *
full_name (int         folder,
           const char *name,
           const char *arguments,
           gssize      n_arguments)
{
  char        path[HR_PROC_TEXT_SIZE];
  const char *whole = NULL;
  gssize      length;

  if (strlen (name) != HR_PROC_NAME_BYTES)
    return hr_proc_clean_text (name);

  for (gssize at = 0, i = 0; whole == NULL && i < 2 && at < n_arguments; at += (gssize) strlen (arguments + at) + 1, i++)
    whole = continues (arguments + at, name);

  length = whole == NULL ? readlinkat (folder, "exe", path, sizeof path - 1) : 0;
  if (length > 0)
    {
      path[length] = '\0';
      whole = continues (path, name);
    }

  return hr_proc_clean_text (whole != NULL ? whole : name);
}

/* The arguments stand one behind the other, each with a NUL. */
static char *
join_arguments (char  *arguments,
                gssize n_arguments)
{
  for (gssize i = 0; i < n_arguments; i++)
    if (arguments[i] == '\0')
      arguments[i] = ' ';

  return hr_proc_clean_text (arguments);
}

/* Makes a program of what the open @folder, a /proc/PID, says, all but its user. */
static HrProgram *
describe (int               folder,
          guint64           pid,
          const HrProcStat *stat)
{
  HrProgram *program = g_new0 (HrProgram, 1);
  char       arguments[HR_PROC_TEXT_SIZE] = "";
  gssize     n_arguments = MAX (hr_proc_read_at (folder, "cmdline", arguments, sizeof arguments), 0);

  program->pid = pid;
  program->start_time = stat->start_time;
  program->name = full_name (folder, stat->name, arguments, n_arguments);
  program->command = join_arguments (arguments, n_arguments);
  program->resident_mb = (double) stat->resident_pages * (double) sysconf (_SC_PAGESIZE) / HR_BYTES_PER_MB;

  return program;
}

/* Opens /proc/@name below the open @proc and reads its stat. Returns the folder; -1 with errno when there is no such process. */
static int
open_process (int         proc,
              const char *name,
              HrProcStat *out)
{
  char text[HR_PROC_TEXT_SIZE];
  int  folder = openat (proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int  cause;

  if (folder < 0)
    return -1;
  if (hr_proc_read_at (folder, "stat", text, sizeof text) >= 0)
    {
      if (hr_proc_parse_stat (text, out))
        return folder;
      errno = ENOENT;
    }

  cause = errno;
  close (folder);
  errno = cause;

  return -1;
}

static int
open_proc (const char *root)
{
  g_autofree char *path = g_strconcat (root, "/proc", NULL);

  return open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Returns (transfer full) every program, as HrProgram, in no order; none where /proc cannot be read. One that ends meanwhile is left out. Asks
 * @users for names, and waits for them: not for a main thread. */
GPtrArray *
hr_programs_list (const char *root,
                  HrUsers    *users)
{
  g_autofree char *path = g_strconcat (root, "/proc", NULL);
  g_autoptr (GDir) names = g_dir_open (path, 0, NULL);
  GPtrArray  *programs = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_program_free);
  int         proc = open_proc (root);
  const char *name;

  while (names != NULL && proc >= 0 && (name = g_dir_read_name (names)) != NULL)
    {
      HrProcStat stat;
      int        folder = g_ascii_isdigit (*name) ? open_process (proc, name, &stat) : -1;

      if (folder < 0)
        continue;
      if (!stat.kernel && !stat.ended)
        {
          HrProgram  *program = describe (folder, g_ascii_strtoull (name, NULL, 10), &stat);
          struct stat owner;

          program->user = fstat (folder, &owner) == 0 ? hr_users_find (users, owner.st_uid) : g_strdup ("");
          g_ptr_array_add (programs, program);
        }
      close (folder);
    }
  if (proc >= 0)
    close (proc);

  return programs;
}

/* Returns (transfer full) the program that has the number @pid, if it began at @start_time (0: whenever), and whose it is in @out_uid; its
 * user's name is left empty, for that may take long to find. NULL with HR_COLLECT_ERROR_REFUSED, whose text can be shown, when it cannot be
 * measured. */
HrProgram *
hr_programs_look (const char *root,
                  guint64     pid,
                  guint64     start_time,
                  uid_t      *out_uid,
                  GError    **error)
{
  g_autofree char *name = g_strdup_printf ("%" G_GUINT64_FORMAT, pid);
  HrProgram       *program = NULL;
  struct stat      owner;
  HrProcStat       stat;
  int              proc = open_proc (root);
  int              folder = proc >= 0 ? open_process (proc, name, &stat) : -1;
  int              cause = errno;

  if (proc >= 0)
    close (proc);
  if (folder < 0 && (cause == EACCES || cause == EPERM))
    g_set_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_REFUSED, "You may not look at the program with the number %s", name);
  else if (folder < 0)
    g_set_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_REFUSED, "No program has the number %s", name);
  else if (start_time != 0 && stat.start_time != start_time)
    g_set_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_REFUSED, "The program that had the number %s is gone", name);
  else if (stat.kernel)
    g_set_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_REFUSED, "The number %s belongs to the kernel, not to a program", name);
  else if (stat.ended)
    g_set_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_REFUSED, "The program with the number %s has ended", name);
  else if (fstat (folder, &owner) != 0)
    g_set_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_REFUSED, "The program with the number %s has ended", name);
  else
    {
      program = describe (folder, pid, &stat);
      program->user = g_strdup ("");
      *out_uid = owner.st_uid;
    }

  if (folder >= 0)
    close (folder);

  return program;
}

/* Returns the program's number in its own pid namespace, the last one of the line; @pid, its number here, where the kernel knows of no
 * namespaces. */
static guint64
parse_own_pid (const char *status,
               guint64     pid)
{
  const char *line = strstr (status, "\nNSpid:");
  const char *end = line != NULL ? strchr (line + 1, '\n') : NULL;
  const char *last = end;

  if (end == NULL)
    return pid;

  while (g_ascii_isdigit (last[-1]))
    last--;

  return g_ascii_strtoull (last, NULL, 10);
}

/* Returns the open folder of the program /proc/@name below the open @proc if it began at @start_time and is @pid to itself, else -1. */
static int
open_candidate (int         proc,
                const char *name,
                guint64     pid,
                guint64     start_time)
{
  HrProcStat       stat;
  int              folder = open_process (proc, name, &stat);
  gboolean         began = folder >= 0 && stat.start_time == start_time;
  g_autofree char *status = began ? g_malloc (STATUS_SIZE) : NULL;

  if (began && hr_proc_read_at (folder, "status", status, STATUS_SIZE) > 0 && parse_own_pid (status, g_ascii_strtoull (name, NULL, 10)) == pid)
    return folder;

  if (folder >= 0)
    close (folder);

  return -1;
}

/* Returns whether the program of @folder has mapped a file called @file, in whichever folder it sees it. */
static gboolean
has_mapped (int         folder,
            const char *file)
{
  g_autofree char *wanted = g_strconcat ("/", file, NULL);
  int              fd = openat (folder, "maps", O_RDONLY | O_CLOEXEC);
  FILE            *maps = fd >= 0 ? fdopen (fd, "r") : NULL;
  char            *line = NULL;
  size_t           size = 0;
  gboolean         found = FALSE;

  for (guint i = 0; maps != NULL && i < MAX_MAPS && !found && getline (&line, &size, maps) > 0; i++)
    found = strstr (line, wanted) != NULL;

  free (line);
  if (maps != NULL)
    fclose (maps);
  else if (fd >= 0)
    close (fd);

  return found;
}

/* What was found so far of a program that is looked for. */
typedef struct
{
  guint64 pid;
  guint   n;
} Located;

static void
note_candidate (Located *self,
                guint64  pid)
{
  self->pid = pid;
  self->n++;
}

/* Returns the number that a program has here, which began at @start_time (as this /proc counts) and whose number is @pid in its own pid
 * namespace: another one where it runs in a sandbox or a container. Where several did so, as the first programs of sandboxes that begin together
 * do, it is the one that has mapped a file called @file. 0 where there is none, or more than one, or @start_time is 0, which is not known: then
 * nobody can tell which it is. */
guint64
hr_programs_locate (const char *root,
                    guint64     pid,
                    guint64     start_time,
                    const char *file)
{
  g_autofree char *path = g_strconcat (root, "/proc", NULL);
  g_autofree char *same = g_strdup_printf ("%" G_GUINT64_FORMAT, pid);
  g_autoptr (GDir) names = NULL;
  int         proc = start_time != 0 ? open_proc (root) : -1;
  int         folder = proc >= 0 ? open_candidate (proc, same, pid, start_time) : -1;
  const char *name;
  Located     all = { 0 }, mapping = { 0 };

  /* Nearly always the numbers are the same: that another program began in the same hundredth of a second, and has this number elsewhere, is not
   * looked into. */
  if (folder >= 0)
    {
      close (folder);
      close (proc);
      return pid;
    }

  names = proc >= 0 ? g_dir_open (path, 0, NULL) : NULL;
  while (names != NULL && (name = g_dir_read_name (names)) != NULL)
    {
      folder = g_ascii_isdigit (*name) ? open_candidate (proc, name, pid, start_time) : -1;
      if (folder < 0)
        continue;
      note_candidate (&all, g_ascii_strtoull (name, NULL, 10));
      if (has_mapped (folder, file))
        note_candidate (&mapping, all.pid);
      close (folder);
    }
  if (proc >= 0)
    close (proc);

  return all.n == 1 ? all.pid : mapping.n == 1 ? mapping.pid
                                               : 0;
}

/* How well a program fits what is looked for, the lowest first. */
typedef enum
{
  FIT_NAME,
  FIT_BEGIN_OF_NAME,
  FIT_IN_NAME,
  FIT_IN_COMMAND,
  FIT_NONE
} Fit;

typedef struct
{
  const HrProgram *program;
  Fit              fit;
} Hit;

static Fit
fit (const HrProgram *program,
     const char      *folded)
{
  g_autofree char *name = NULL;
  g_autofree char *command = NULL;

  if (*folded == '\0')
    return FIT_BEGIN_OF_NAME;

  name = g_utf8_casefold (program->name, -1);
  if (g_str_equal (name, folded))
    return FIT_NAME;
  if (g_str_has_prefix (name, folded))
    return FIT_BEGIN_OF_NAME;
  if (strstr (name, folded) != NULL)
    return FIT_IN_NAME;

  command = g_utf8_casefold (program->command, -1);

  return strstr (command, folded) != NULL ? FIT_IN_COMMAND : FIT_NONE;
}

static int
compare_hits (gconstpointer a,
              gconstpointer b)
{
  const Hit *first = a, *second = b;

  if (first->fit != second->fit)
    return first->fit < second->fit ? -1 : 1;
  if (first->program->resident_mb > second->program->resident_mb)
    return -1;
  if (first->program->resident_mb < second->program->resident_mb)
    return 1;

  return (first->program->pid > second->program->pid) - (first->program->pid < second->program->pid);
}

/* Returns (transfer full) copies of those of @programs whose name or command holds @text, the case of letters aside: those of that name, then
 * those whose name begins so, then the others, the largest first; at most @limit, and how many there are beyond. */
GPtrArray *
hr_programs_find (const GPtrArray *programs,
                  const char      *text,
                  guint            limit,
                  guint           *out_n_more)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_autoptr (GArray) hits = g_array_new (FALSE, FALSE, sizeof (Hit));
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_program_free);

  for (guint i = 0; i < programs->len; i++)
    {
      Hit hit = { programs->pdata[i], fit (programs->pdata[i], folded) };

      if (hit.fit != FIT_NONE)
        g_array_append_val (hits, hit);
    }
  g_array_sort (hits, compare_hits);

  for (guint i = 0; i < hits->len && i < limit; i++)
    g_ptr_array_add (found, hr_program_copy (g_array_index (hits, Hit, i).program));
  *out_n_more = hits->len - found->len;

  return found;
}
