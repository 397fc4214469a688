/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/questions.h"

#include "engine/link/lockdown-session.h"

struct _HrQuestions
{
  HrQuestionFunc func;
  guint          limit_ms;

  /* Owned. */
  GThreadPool *pool;
  GMutex       mutex;
  GHashTable  *jobs; /* by UDID */
};

/* The questions to one device, from the first that waits to the last that is answered. */
typedef struct
{
  char  *udid;
  GQueue waiters[HR_N_QUESTIONS];
} Job;

/* Whoever waits for an answer, which comes from the thread, the time limit or the cancellable, whichever is first. */
typedef struct
{
  HrQuestions *owner;
  Job         *job; /* NULL once settled */
  HrQuestion   question;
  GTask       *task;
  GSource     *limit;
  GSource     *cancelled; /* may be NULL */
} Waiter;

static void
waiter_clear (Waiter *self)
{
  g_object_unref (self->task);
  g_source_unref (self->limit);
  g_clear_pointer (&self->cancelled, g_source_unref);
}

static void
waiter_unref (gpointer waiter)
{
  g_atomic_rc_box_release_full (waiter, (GDestroyNotify) waiter_clear);
}

static Job *
job_new (const char *udid)
{
  Job *self = g_new0 (Job, 1);

  self->udid = g_strdup (udid);
  for (guint i = 0; i < HR_N_QUESTIONS; i++)
    g_queue_init (&self->waiters[i]);

  return self;
}

static void
job_free (Job *self)
{
  g_free (self->udid);
  g_free (self);
}

/* Takes @waiter out of the line. FALSE when somebody else has. */
static gboolean
settle (Waiter *waiter)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&waiter->owner->mutex);

  if (waiter->job == NULL)
    return FALSE;

  g_queue_remove (&waiter->job->waiters[waiter->question], waiter);
  waiter->job = NULL;

  return TRUE;
}

/* The end of a settled waiter's sources. The line's reference to it goes with the last of them. */
static void
drop_sources (Waiter *waiter)
{
  g_source_destroy (waiter->limit);
  if (waiter->cancelled != NULL)
    g_source_destroy (waiter->cancelled);
}

static gboolean
limit_passed_cb (gpointer user_data)
{
  Waiter   *waiter = user_data;
  HrDevice *device;

  if (!settle (waiter))
    return G_SOURCE_REMOVE;

  device = hr_device_new (g_task_get_task_data (waiter->task));
  device->state = HR_DEVICE_UNREACHABLE;
  device->advice = g_strdup (hr_device_state_advice (device->state));
  g_task_return_pointer (waiter->task, device, (GDestroyNotify) hr_device_free);
  drop_sources (waiter);
  waiter_unref (waiter);

  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  Waiter *waiter = user_data;

  if (!settle (waiter))
    return G_SOURCE_REMOVE;

  g_task_return_error_if_cancelled (waiter->task);
  drop_sources (waiter);
  waiter_unref (waiter);

  return G_SOURCE_REMOVE;
}

/* The next question of @job that somebody still waits for; -1 when there is none. With the lock held. Pairing first: what is asked after it
 * has a better answer. */
static int
next_question (Job *job)
{
  for (int i = HR_N_QUESTIONS - 1; i >= 0; i--)
    if (!g_queue_is_empty (&job->waiters[i]))
      return i;

  return -1;
}

/* Those who wait for the answer to @question, settled all at once: who comes now waits for another one. */
static GQueue
settle_all (Job       *job,
            HrQuestion question)
{
  GQueue waiters = job->waiters[question];

  g_queue_init (&job->waiters[question]);
  for (GList *link = waiters.head; link != NULL; link = link->next)
    ((Waiter *) link->data)->job = NULL;

  return waiters;
}

static void
answer (GQueue         *waiters,
        const HrDevice *device)
{
  Waiter *waiter;

  while ((waiter = g_queue_pop_head (waiters)) != NULL)
    {
      g_task_return_pointer (waiter->task, hr_device_copy (device), (GDestroyNotify) hr_device_free);
      drop_sources (waiter);
      waiter_unref (waiter);
    }
}

/* In a thread of the pool: asks until nobody waits for this device any more. */
static void
run_cb (gpointer data,
        gpointer user_data)
{
  HrQuestions *self = user_data;
  Job         *job = data;
  int          question;

  hr_lockdown_prepare_thread ();
  g_mutex_lock (&self->mutex);
  while ((question = next_question (job)) >= 0)
    {
      g_autoptr (HrDevice) device = NULL;
      GQueue waiters;

      g_mutex_unlock (&self->mutex);
      device = self->func (job->udid, (HrQuestion) question);
      g_mutex_lock (&self->mutex);
      waiters = settle_all (job, (HrQuestion) question);
      g_mutex_unlock (&self->mutex);
      answer (&waiters, device);
      g_mutex_lock (&self->mutex);
    }
  g_hash_table_remove (self->jobs, job->udid);
  g_mutex_unlock (&self->mutex);
}

/* Stands in line for the answer; the first to a device finds a thread for it. */
static void
stand_in_line (HrQuestions *self,
               const char  *udid,
               Waiter      *waiter)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Job                            *job = g_hash_table_lookup (self->jobs, udid);
  gboolean                        first = job == NULL;

  if (first)
    {
      job = job_new (udid);
      g_hash_table_insert (self->jobs, job->udid, job);
    }
  waiter->job = job;
  g_queue_push_tail (&job->waiters[waiter->question], waiter);
  if (first)
    g_thread_pool_push (self->pool, job, NULL);
}

static GSource *
attach (GSource    *source,
        GTask      *task,
        GSourceFunc callback,
        Waiter     *waiter)
{
  g_source_set_callback (source, callback, g_atomic_rc_box_acquire (waiter), waiter_unref);
  g_source_attach (source, g_task_get_context (task));

  return source;
}

/* Asks @udid; whoever asks the same while the question is under way gets its answer. */
void
hr_questions_ask_async (HrQuestions        *self,
                        const char         *udid,
                        HrQuestion          question,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  Waiter *waiter = g_atomic_rc_box_new0 (Waiter);

  waiter->owner = self;
  waiter->question = question;
  waiter->task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (waiter->task, hr_questions_ask_async);
  g_task_set_task_data (waiter->task, g_strdup (udid), g_free);
  waiter->limit = attach (g_timeout_source_new (self->limit_ms), waiter->task, limit_passed_cb, waiter);
  if (cancellable != NULL)
    waiter->cancelled = attach (g_cancellable_source_new (cancellable), waiter->task, G_SOURCE_FUNC (cancelled_cb), waiter);
  stand_in_line (self, udid, waiter);
}

/* Returns: (transfer full): what the device says; one that did not answer in time is HR_DEVICE_UNREACHABLE. NULL with @error when the
 * question was cancelled. */
HrDevice *
hr_questions_ask_finish (GAsyncResult *result,
                         GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Returns: (transfer full): questions that @func answers, in at most @n_threads threads; who asks waits for @limit_ms at most. */
HrQuestions *
hr_questions_new (HrQuestionFunc func,
                  guint          n_threads,
                  guint          limit_ms)
{
  HrQuestions *self = g_new0 (HrQuestions, 1);

  self->func = func;
  self->limit_ms = limit_ms;
  g_mutex_init (&self->mutex);
  self->jobs = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) job_free);
  self->pool = g_thread_pool_new (run_cb, self, (int) n_threads, FALSE, NULL);

  return self;
}

/* Waits for the threads to end, and frees @self. Nobody may wait for an answer any more. Accepts NULL. */
void
hr_questions_free (HrQuestions *self)
{
  if (self == NULL)
    return;

  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_hash_table_unref (self->jobs);
  g_mutex_clear (&self->mutex);
  g_free (self);
}
