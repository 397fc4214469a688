/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/proc.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The kernel's PF_KTHREAD, in field 9. */
#define FLAG_KERNEL_THREAD G_GUINT64_CONSTANT (0x200000)

/* Returns (transfer full) @text, of whatever bytes, as it may stand in lists and terminals: valid, and without control characters. */
char *
hr_proc_clean_text (const char *text)
{
  char *clean = g_utf8_make_valid (text, -1);

  for (char *at = clean; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';

  return g_strchomp (clean);
}

/* Takes the name between the first parenthesis and the last, because it may hold spaces and parentheses itself. Returns what stands
 * behind it, from field 3 on; NULL when there is no name. */
static const char *
parse_name (const char *text,
            char       *out)
{
  const char *begin = strchr (text, '(');
  const char *end = strrchr (text, ')');
  gsize       length;

  if (begin == NULL || end == NULL || end < begin)
    return NULL;

  begin++;
  length = MIN ((gsize) (end - begin), HR_PROC_NAME_SIZE - 1);
  memcpy (out, begin, length);
  out[length] = '\0';

  return end + 1;
}

/* Reads the text of a stat file. Returns FALSE, @out untouched, when it is not as proc(5) says. */
gboolean
hr_proc_parse_stat (const char *text,
                    HrProcStat *out)
{
  HrProcStat  stat = { 0 };
  const char *fields = parse_name (text, stat.name);
  char        state;
  guint64     flags, user, system;

  if (fields == NULL ||
      sscanf (fields,
              " %c %*s %*s %*s %*s %*s %" G_GUINT64_FORMAT " %*s %*s %*s %*s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
              " %*s %*s %*s %*s %" G_GUINT64_FORMAT " %*s %" G_GUINT64_FORMAT " %*s %" G_GUINT64_FORMAT,
              &state, &flags, &user, &system, &stat.n_threads, &stat.start_time, &stat.resident_pages) != 7)
    return FALSE;

  stat.ended = state == 'Z' || state == 'X' || state == 'x';
  stat.kernel = (flags & FLAG_KERNEL_THREAD) != 0;
  stat.used = user + system;
  *out = stat;

  return TRUE;
}

/* Reads the beginning of the file @name below the open @folder to @out, at most @size - 1 bytes and a NUL. Returns how many, -1 when it
 * cannot be read (errno). The files of /proc give what they have in one piece. */
gssize
hr_proc_read_at (int         folder,
                 const char *name,
                 char       *out,
                 gsize       size)
{
  int    fd = openat (folder, name, O_RDONLY | O_CLOEXEC);
  gssize n;

  if (fd < 0)
    return -1;

  n = read (fd, out, size - 1);
  close (fd);
  if (n >= 0)
    out[n] = '\0';

  return n;
}

/* Reads the beginning of /proc/@pid/@name below @root, as hr_proc_read_at () does. */
gssize
hr_proc_read (const char *root,
              guint64     pid,
              const char *name,
              char       *out,
              gsize       size)
{
  g_autofree char *path = g_strdup_printf ("%s/proc/%" G_GUINT64_FORMAT "/%s", root, pid, name);

  return hr_proc_read_at (AT_FDCWD, path, out, size);
}
