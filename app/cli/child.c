/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/child.h"

#include "engine/probe/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct _HrChild
{
  char       **argv;
  char        *folder;
  char        *regions; /* NULL: the agent is told by the environment */
  HrChildEnded ended;
  gpointer     user_data;

  GSubprocess  *process; /* NULL: not started, or over */
  GCancellable *cancellable;
};

/* Returns (transfer full) the template of a folder in a place where programs usually record, in memory if the system has such a place for its users: what
 * goes to a disk would hold up those who record. A sandbox shares only the runtime folder itself with the agent outside. */
static char *
plan_folder (gboolean shared)
{
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
  gboolean    usable = runtime != NULL && *runtime == '/' && g_access (runtime, W_OK | X_OK) == 0;
  char        folder[PATH_MAX];

  if (shared && hr_region_folder (folder, sizeof folder))
    {
      g_mkdir (folder, 0700);
      return g_build_filename (folder, "cli-XXXXXX", NULL);
    }

  return g_build_filename (usable ? runtime : g_get_tmp_dir (), "headroom-cli-XXXXXX", NULL);
}

static char *
make_folder (gboolean shared,
             GError **error)
{
  g_autofree char *path = plan_folder (shared);
  int              cause;

  if (g_mkdtemp (path) != NULL)
    return g_steal_pointer (&path);

  cause = errno;
  g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (cause), "%s: %s", path, g_strerror (cause));

  return NULL;
}

/* Makes the runtime folder, which this program and all that it starts use from now on; so before anything else is started. @argv: the command and its
 * arguments. Returns: (transfer full): NULL with @error */
HrChild *
hr_child_new (char           **argv,
              const HrSandbox *sandbox,
              HrChildEnded     ended,
              gpointer         user_data,
              GError         **error)
{
  gboolean shared = hr_sandbox_get_kind (sandbox) == HR_SANDBOX_OPEN;
  char    *folder = make_folder (shared, error);
  HrChild *self;

  if (folder == NULL)
    return NULL;

  g_setenv ("HEADROOM_RUNTIME_DIR", folder, TRUE);
  self = g_new0 (HrChild, 1);
  self->argv = g_strdupv (argv);
  self->folder = folder;
  self->regions = shared ? g_path_get_basename (folder) : NULL;
  self->ended = ended;
  self->user_data = user_data;

  return self;
}

/* What a program left there that was killed, or still runs. */
static void
remove_folder (const char *path)
{
  GDir       *folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_unlink (file);
    }
  g_clear_pointer (&folder, g_dir_close);
  g_rmdir (path);
}

/* Frees @self with its runtime folder; its owner is told of nothing any more. A command that still runs is left to itself. Accepts NULL. */
void
hr_child_free (HrChild *self)
{
  if (self == NULL)
    return;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->process);
  remove_folder (self->folder);
  g_strfreev (self->argv);
  g_free (self->folder);
  g_free (self->regions);
  g_free (self);
}

/* Returns: (transfer none) (nullable): the name of the runtime folder in the one that an agent outside the sandbox has; NULL where none is outside. */
const char *
hr_child_get_regions (HrChild *self)
{
  return self->regions;
}

static void
waited_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  HrChild *self = user_data;
  int      status;

  if (!g_subprocess_wait_finish (G_SUBPROCESS (object), result, &error))
    return;

  status = g_subprocess_get_status (self->process);
  g_clear_object (&self->process);
  self->ended (status, self->user_data);
}

/* Starts the command; its standard output goes to our standard error, because ours carries data only. Returns FALSE with @error when it
 * cannot be started. */
gboolean
hr_child_start (HrChild *self,
                GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_INHERIT);

  g_subprocess_launcher_take_stdout_fd (launcher, fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) self->argv, error);
  if (self->process == NULL)
    return FALSE;

  self->cancellable = g_cancellable_new ();
  g_subprocess_wait_async (self->process, self->cancellable, waited_cb, self);

  return TRUE;
}

/* Whether the terminal gives its signals to the command as well, which stands in our process group. */
static gboolean
shares_terminal (void)
{
  int   terminal = open ("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);
  pid_t front = terminal >= 0 ? tcgetpgrp (terminal) : -1;

  if (terminal >= 0)
    close (terminal);

  return front == getpgrp ();
}

/* Passes the signal @number on that we were sent, unless it came from the keyboard of a terminal and has reached the command already. */
void
hr_child_signal (HrChild *self,
                 int      number)
{
  if (self->process != NULL && !(number == SIGINT && shares_terminal ()))
    g_subprocess_send_signal (self->process, number);
}

/* Returns whether the command was started and has not ended. */
gboolean
hr_child_is_running (HrChild *self)
{
  return self->process != NULL;
}

/* Returns (transfer full) what is said of a command that did not succeed; NULL when it did. */
char *
hr_child_describe (int status)
{
  if (WIFSIGNALED (status))
    return g_strdup_printf ("the command was ended by signal %d (%s)", WTERMSIG (status), g_strsignal (WTERMSIG (status)));
  if (WIFEXITED (status) && WEXITSTATUS (status) != 0)
    return g_strdup_printf ("the command ended with status %d", WEXITSTATUS (status));

  return NULL;
}
