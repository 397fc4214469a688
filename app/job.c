/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/job.h"

#include <math.h>

/* Progress is told in steps of so many. */
#define STEPS 200

struct _HrJob
{
  GObject parent_instance;

  char         *title;
  GCancellable *cancellable;
  double        progress; /* as it was told last */

  int      step;    /* atomic */
  gboolean telling; /* atomic: the main loop will look at it */
};

/* What the thread has to do. */
typedef struct
{
  HrJobFunc      func;
  gpointer       data;
  GDestroyNotify data_free;
  GDestroyNotify result_free;
} Work;

enum
{
  PROP_0,
  PROP_PROGRESS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (HrJob, hr_job, G_TYPE_OBJECT)

static void
hr_job_get_property (GObject    *object,
                     guint       prop_id,
                     GValue     *value,
                     GParamSpec *pspec)
{
  if (prop_id == PROP_PROGRESS)
    g_value_set_double (value, HR_JOB (object)->progress);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
hr_job_finalize (GObject *object)
{
  HrJob *self = HR_JOB (object);

  g_free (self->title);
  g_object_unref (self->cancellable);

  G_OBJECT_CLASS (hr_job_parent_class)->finalize (object);
}

static void
hr_job_class_init (HrJobClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = hr_job_get_property;
  object_class->finalize = hr_job_finalize;

  properties[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, 0, 1, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
hr_job_init (HrJob *self)
{
  self->cancellable = g_cancellable_new ();
}

static void
work_free (gpointer data)
{
  Work *work = data;

  if (work->data_free != NULL)
    work->data_free (work->data);
  g_free (work);
}

static void
job_thread (GTask        *task,
            gpointer      job,
            gpointer      data,
            GCancellable *cancellable)
{
  const Work *work = data;
  GError     *error = NULL;
  gpointer    result = work->func (job, work->data, &error);

  if (result != NULL)
    g_task_return_pointer (task, result, work->result_free);
  else
    g_task_return_error (task, error);
}

/* Has @func called in a thread. @title: what is being done, for people. What @func returned is told by hr_job_finish () in @callback, with the job as
 * the source object: it holds although the job was cancelled after it was done. Returns: (transfer full) */
HrJob *
hr_job_start (const char         *title,
              HrJobFunc           func,
              gpointer            data,
              GDestroyNotify      data_free,
              GDestroyNotify      result_free,
              GAsyncReadyCallback callback,
              gpointer            user_data)
{
  HrJob *self = g_object_new (HR_TYPE_JOB, NULL);
  Work  *work = g_new0 (Work, 1);
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, callback, user_data);

  self->title = g_strdup (title);
  *work = (Work){ func, data, data_free, result_free };
  g_task_set_source_tag (task, hr_job_start);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, work, work_free);
  g_task_run_in_thread (task, job_thread);

  return self;
}

/* Returns: (transfer full) (nullable): what the thread returned; NULL with what it said, or G_IO_ERROR_CANCELLED */
gpointer
hr_job_finish (GAsyncResult *result,
               GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

const char *
hr_job_get_title (HrJob *self)
{
  g_return_val_if_fail (HR_IS_JOB (self), NULL);

  return self->title;
}

double
hr_job_get_progress (HrJob *self)
{
  g_return_val_if_fail (HR_IS_JOB (self), 0);

  return self->progress;
}

/* Gives it up; its callback comes when it has stopped. */
void
hr_job_cancel (HrJob *self)
{
  g_return_if_fail (HR_IS_JOB (self));

  g_cancellable_cancel (self->cancellable);
}

static gboolean
tell_cb (gpointer data)
{
  HrJob *self = data;

  g_atomic_int_set (&self->telling, FALSE);
  self->progress = (double) g_atomic_int_get (&self->step) / STEPS;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);

  return G_SOURCE_REMOVE;
}

gboolean
hr_job_go_on (double   share,
              gpointer job)
{
  HrJob *self = job;
  int    step = (int) (fmin (fmax (share, 0), 1) * STEPS);

  if (step != g_atomic_int_get (&self->step))
    {
      g_atomic_int_set (&self->step, step);
      if (g_atomic_int_compare_and_exchange (&self->telling, FALSE, TRUE))
        g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, tell_cb, g_object_ref (self), g_object_unref);
    }

  return !g_cancellable_is_cancelled (self->cancellable);
}

GCancellable *
hr_job_get_cancellable (HrJob *self)
{
  return self->cancellable;
}
