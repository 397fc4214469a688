/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/history-loader.h"

struct _HrHistoryLoader
{
  GObject parent_instance;

  /* Owned */
  HrHistoryReader *reader;      /* the thread's while a query is under way; NULL then */
  HrHistoryQuery  *next;        /* to be asked when it is over, or NULL */
  GCancellable    *cancellable; /* of the query under way, or NULL */
};

enum
{
  ANSWERED,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HrHistoryLoader, hr_history_loader, G_TYPE_OBJECT)

/* What the thread has: nothing of it is anybody else's until it is done. */
typedef struct
{
  HrHistoryReader *reader;
  HrHistoryQuery  *query;
} Errand;

static void
errand_free (gpointer data)
{
  Errand *errand = data;

  hr_history_reader_free (errand->reader);
  hr_history_query_free (errand->query);
  g_free (errand);
}

static void
read_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  Errand          *errand = data;
  GError          *error = NULL;
  HrHistoryAnswer *answer = hr_history_reader_read (errand->reader, errand->query, cancellable, &error);

  if (answer != NULL)
    g_task_return_pointer (task, answer, (GDestroyNotify) hr_history_answer_free);
  else
    g_task_return_error (task, error);
}

static void begin (HrHistoryLoader *self,
                   HrHistoryQuery  *query);

static void
read_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  HrHistoryLoader *self = HR_HISTORY_LOADER (object);
  Errand          *errand = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (HrHistoryAnswer) answer = g_task_propagate_pointer (G_TASK (result), &error);
  gboolean dropped = g_cancellable_is_cancelled (self->cancellable);

  self->reader = g_steal_pointer (&errand->reader);
  g_clear_object (&self->cancellable);
  if (self->next != NULL)
    begin (self, g_steal_pointer (&self->next));
  if (dropped)
    return;

  if (answer != NULL)
    g_signal_emit (self, signals[ANSWERED], 0, answer);
  else
    g_signal_emit (self, signals[FAILED], 0, error);
}

static void
begin (HrHistoryLoader *self,
       HrHistoryQuery  *query)
{
  g_autoptr (GTask) task = NULL;
  Errand *errand = g_new0 (Errand, 1);

  self->cancellable = g_cancellable_new ();
  task = g_task_new (self, self->cancellable, read_cb, NULL);
  errand->reader = g_steal_pointer (&self->reader);
  errand->query = query;
  g_task_set_source_tag (task, begin);
  g_task_set_task_data (task, errand, errand_free);
  /* An answer that came too late still says what was found. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_run_in_thread (task, read_thread);
}

static void
hr_history_loader_dispose (GObject *object)
{
  HrHistoryLoader *self = HR_HISTORY_LOADER (object);

  g_clear_pointer (&self->next, hr_history_query_free);
  g_clear_pointer (&self->reader, hr_history_reader_free);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (hr_history_loader_parent_class)->dispose (object);
}

static void
hr_history_loader_class_init (HrHistoryLoaderClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hr_history_loader_dispose;

  signals[ANSWERED] = g_signal_new ("answered", HR_TYPE_HISTORY_LOADER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[FAILED] = g_signal_new ("failed", HR_TYPE_HISTORY_LOADER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
hr_history_loader_init (HrHistoryLoader *self)
{
  self->reader = hr_history_reader_new ();
}

/* Returns a loader that was asked nothing yet. */
HrHistoryLoader *
hr_history_loader_new (void)
{
  return g_object_new (HR_TYPE_HISTORY_LOADER, NULL);
}

/* Has @query answered as soon as the one under way is over, whose answer is still told: it is better than none. */
void
hr_history_loader_ask (HrHistoryLoader *self,
                       HrHistoryQuery  *query)
{
  g_return_if_fail (HR_IS_HISTORY_LOADER (self));

  g_clear_pointer (&self->next, hr_history_query_free);
  if (self->cancellable == NULL)
    begin (self, query);
  else
    self->next = query;
}

/* Returns whether an answer is still to come. */
gboolean
hr_history_loader_is_busy (HrHistoryLoader *self)
{
  g_return_val_if_fail (HR_IS_HISTORY_LOADER (self), FALSE);

  return self->cancellable != NULL;
}

/* Wants no answer any more to anything that was asked. */
void
hr_history_loader_drop (HrHistoryLoader *self)
{
  g_return_if_fail (HR_IS_HISTORY_LOADER (self));

  g_clear_pointer (&self->next, hr_history_query_free);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}
