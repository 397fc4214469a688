/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/workload.h"

#include <signal.h>
#include <sys/prctl.h>

struct _HrWorkload
{
  GObject parent_instance;

  /* Owned */
  char         *path;
  GSubprocess  *child; /* NULL while it does not run */
  GCancellable *cancellable;

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

G_DEFINE_FINAL_TYPE (HrWorkload, hr_workload, G_TYPE_OBJECT)

/* Runs in the child, between fork and exec: should the app be killed, the workload goes with it. */
static void
die_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static void
child_wait_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (HrWorkload) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean stopping = self->stopping;

  if (!g_subprocess_wait_check_finish (G_SUBPROCESS (object), result, &error) &&
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&self->child);
  self->stopping = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
  if (error != NULL && !stopping)
    g_signal_emit (self, failed_signal, 0, error);
}

/* Starts the program unless it runs. */
gboolean
hr_workload_start (HrWorkload *self,
                   GError    **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);

  g_return_val_if_fail (HR_IS_WORKLOAD (self), FALSE);

  if (self->child != NULL)
    return TRUE;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  self->child = g_subprocess_launcher_spawn (launcher, error, self->path, NULL);
  if (self->child == NULL)
    return FALSE;

  self->stopping = FALSE;
  g_subprocess_wait_check_async (self->child, self->cancellable, child_wait_cb, g_object_ref (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);

  return TRUE;
}

/* Asks the program to end; "running" follows when it has. */
void
hr_workload_stop (HrWorkload *self)
{
  g_return_if_fail (HR_IS_WORKLOAD (self));

  if (self->child == NULL)
    return;

  self->stopping = TRUE;
  g_subprocess_send_signal (self->child, SIGTERM);
}

gboolean
hr_workload_is_running (HrWorkload *self)
{
  g_return_val_if_fail (HR_IS_WORKLOAD (self), FALSE);

  return self->child != NULL;
}

/* Returns its process id, 0 while it does not run. */
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
hr_workload_dispose (GObject *object)
{
  HrWorkload *self = HR_WORKLOAD (object);

  hr_workload_stop (self);
  g_cancellable_cancel (self->cancellable);

  G_OBJECT_CLASS (hr_workload_parent_class)->dispose (object);
}

static void
hr_workload_finalize (GObject *object)
{
  HrWorkload *self = HR_WORKLOAD (object);

  g_clear_object (&self->child);
  g_clear_object (&self->cancellable);
  g_free (self->path);

  G_OBJECT_CLASS (hr_workload_parent_class)->finalize (object);
}

static void
hr_workload_class_init (HrWorkloadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = hr_workload_get_property;
  object_class->dispose = hr_workload_dispose;
  object_class->finalize = hr_workload_finalize;

  properties[PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  failed_signal = g_signal_new ("failed", HR_TYPE_WORKLOAD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
hr_workload_init (HrWorkload *self)
{
  self->cancellable = g_cancellable_new ();
}

HrWorkload *
hr_workload_new (const char *path)
{
  HrWorkload *self = g_object_new (HR_TYPE_WORKLOAD, NULL);

  self->path = g_strdup (path);

  return self;
}
