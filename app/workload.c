/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/workload.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

struct _HrWorkload
{
  GObject parent_instance;

  /* Owned */
  char        *path;
  GSubprocess *child; /* NULL while it starts, too */

  gboolean running; /* from the moment that it is to be started on */
  gboolean stopping;
};

enum
{
  PROP_0,
  PROP_RUNNING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static guint       failed_signal;
static guint       not_started_signal;

G_DEFINE_FINAL_TYPE (HrWorkload, hr_workload, G_TYPE_OBJECT)

/* Runs in the child, between fork and exec, with the app's handlers still: should the app be killed, the workload goes with it. The kernel
 * tells of the end of the thread that started it, but not of one that came before it was asked to. */
static void
die_with_parent (gpointer parent)
{
  signal (SIGTERM, SIG_DFL);
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (getppid () != GPOINTER_TO_INT (parent))
    raise (SIGTERM);
}

/* Takes it that the program does not run any more. */
static void
end (HrWorkload *self)
{
  g_clear_object (&self->child);
  self->running = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

static void
child_wait_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (HrWorkload) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean stopping = self->stopping;

  g_subprocess_wait_check_finish (G_SUBPROCESS (object), result, &error);
  end (self);
  if (error != NULL && !stopping)
    g_signal_emit (self, failed_signal, 0, error);
}

static void
child_started_cb (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  HrWorkload *self = HR_WORKLOAD (object);
  g_autoptr (GError) error = NULL;

  self->child = g_task_propagate_pointer (G_TASK (result), &error);
  if (self->child == NULL)
    {
      end (self);
      g_signal_emit (self, not_started_signal, 0, error);
      return;
    }

  g_subprocess_wait_check_async (self->child, NULL, child_wait_cb, g_object_ref (self));
  if (self->stopping)
    g_subprocess_send_signal (self->child, SIGTERM);
}

/* Starts the program, hands it over to the main loop, and stays until it has ended, since the program would end with the thread. */
static gpointer
start_thread (gpointer data)
{
  g_autoptr (GTask) task = data;
  const char *path = g_task_get_task_data (task);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GSubprocess) child = NULL;
  GError *error = NULL;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, GINT_TO_POINTER (getpid ()), NULL);
  child = g_subprocess_launcher_spawn (launcher, &error, path, NULL);
  if (child == NULL)
    {
      g_task_return_error (task, error);
      return NULL;
    }

  g_task_return_pointer (task, g_object_ref (child), g_object_unref);
  g_clear_object (&task);
  g_subprocess_wait (child, NULL, NULL);

  return NULL;
}

/* Starts the program unless it runs, beside the main loop: to copy a process that has a window takes longer than a frame. */
void
hr_workload_start (HrWorkload *self)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (HR_IS_WORKLOAD (self));

  if (self->running)
    return;

  self->running = TRUE;
  self->stopping = FALSE;
  task = g_task_new (self, NULL, child_started_cb, NULL);
  g_task_set_source_tag (task, hr_workload_start);
  g_task_set_task_data (task, g_strdup (self->path), g_free);
  g_thread_unref (g_thread_new ("workload", start_thread, g_steal_pointer (&task)));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

/* Asks the program to end, as soon as it has started; "running" follows when it has ended. */
void
hr_workload_stop (HrWorkload *self)
{
  g_return_if_fail (HR_IS_WORKLOAD (self));

  self->stopping = TRUE;
  if (self->child != NULL)
    g_subprocess_send_signal (self->child, SIGTERM);
}

gboolean
hr_workload_is_running (HrWorkload *self)
{
  g_return_val_if_fail (HR_IS_WORKLOAD (self), FALSE);

  return self->running;
}

/* Returns its process id, 0 before it has started and once it has ended. */
guint64
hr_workload_get_pid (HrWorkload *self)
{
  const char *identifier;

  g_return_val_if_fail (HR_IS_WORKLOAD (self), 0);

  identifier = self->child != NULL ? g_subprocess_get_identifier (self->child) : NULL;

  return identifier != NULL ? g_ascii_strtoull (identifier, NULL, 10) : 0;
}

const char *
hr_workload_get_path (HrWorkload *self)
{
  g_return_val_if_fail (HR_IS_WORKLOAD (self), NULL);

  return self->path;
}

static void
hr_workload_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  if (prop_id == PROP_RUNNING)
    g_value_set_boolean (value, hr_workload_is_running (HR_WORKLOAD (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
hr_workload_finalize (GObject *object)
{
  HrWorkload *self = HR_WORKLOAD (object);

  g_free (self->path);

  G_OBJECT_CLASS (hr_workload_parent_class)->finalize (object);
}

static void
hr_workload_class_init (HrWorkloadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = hr_workload_get_property;
  object_class->finalize = hr_workload_finalize;

  properties[PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  failed_signal = g_signal_new ("failed", HR_TYPE_WORKLOAD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
  not_started_signal = g_signal_new ("not-started", HR_TYPE_WORKLOAD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
hr_workload_init (HrWorkload *self)
{
}

HrWorkload *
hr_workload_new (const char *path)
{
  HrWorkload *self = g_object_new (HR_TYPE_WORKLOAD, NULL);

  self->path = g_strdup (path);

  return self;
}
