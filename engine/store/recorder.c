/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The recorder as the main thread sees it: whatever is told of sources and alerts is taken from them here, since they belong to this thread, and put into
 * the queue. The rest is the thread's (recorder-thread.c). */

#include "engine/store/recorder-private.h"

#include <string.h>

struct _HrRecorder
{
  GObject parent_instance;

  HrRecorderCore  *core;
  HrRecorderStatus status; /* as it was asked for last */
  gboolean         closing;
  GHashTable      *sources; /* HrSource, until it is finalized -> HrToldSource */
  GHashTable      *alerts;  /* HrAlert, until it is finalized -> its number */
  guint64          n_alerts;
};

G_DEFINE_FINAL_TYPE (HrRecorder, hr_recorder, G_TYPE_OBJECT)

static guint changed_signal;

static void
source_gone_cb (gpointer data,
                GObject *source)
{
  g_hash_table_remove (HR_RECORDER (data)->sources, source);
}

static void
alert_gone_cb (gpointer data,
               GObject *alert)
{
  g_hash_table_remove (HR_RECORDER (data)->alerts, alert);
}

/* Who is not told any more does not hear of what it knew. */
static void
leave_all (GHashTable *table,
           GWeakNotify notify,
           gpointer    data)
{
  GHashTableIter iter;
  gpointer       object;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &object, NULL))
    g_object_weak_unref (object, notify, data);
  g_hash_table_unref (table);
}

static void
hr_recorder_finalize (GObject *object)
{
  HrRecorder *self = HR_RECORDER (object);

  leave_all (self->sources, source_gone_cb, self);
  leave_all (self->alerts, alert_gone_cb, self);
  g_mutex_lock (&self->core->mutex);
  self->core->leaving = TRUE;
  g_cond_signal (&self->core->wake);
  g_mutex_unlock (&self->core->mutex);
  hr_recorder_core_unref (self->core);
  g_free (self->status.message);

  G_OBJECT_CLASS (hr_recorder_parent_class)->finalize (object);
}

static void
hr_recorder_class_init (HrRecorderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hr_recorder_finalize;

  changed_signal = g_signal_new ("changed", HR_TYPE_RECORDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hr_recorder_init (HrRecorder *self)
{
  self->sources = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) hr_told_source_unref);
  self->alerts = g_hash_table_new_full (NULL, NULL, NULL, g_free);
}

static HrRecorder *
start (const char              *path,
       const HrRecorderOptions *options,
       const HrStoreClock      *clock,
       gboolean                 manual)
{
  static const HrRecorderOptions defaults = { 0 };
  HrRecorder                    *self = g_object_new (HR_TYPE_RECORDER, NULL);

  self->core = hr_recorder_core_new (path, options != NULL ? options : &defaults, clock, manual);
  g_weak_ref_set (&self->core->recorder, self);
  g_thread_unref (g_thread_new ("recorder", hr_recorder_run, hr_recorder_core_ref (self->core)));

  return self;
}

/* Records into the session at @path, which is made when it is not there. Whether that can be is told by the status. @options: (nullable): NULL for
 * none of them. To be closed; a recorder that is let go of instead closes its file by itself, later.
 * Returns: (transfer full) */
HrRecorder *
hr_recorder_new (const char              *path,
                 const HrRecorderOptions *options)
{
  return start (path, options, &hr_store_clock, FALSE);
}

/* The same by a clock that stands still unless it is set, and hr_recorder_wake () called. */
HrRecorder *
hr_recorder_new_with_clock (const char              *path,
                            const HrRecorderOptions *options,
                            const HrStoreClock      *clock)
{
  return start (path, options, clock, TRUE);
}

/* Lets the thread look at the clock. */
void
hr_recorder_wake (HrRecorder *self)
{
  g_mutex_lock (&self->core->mutex);
  g_cond_signal (&self->core->wake);
  g_mutex_unlock (&self->core->mutex);
}

/* Returns: (transfer none): where it records to. */
const char *
hr_recorder_get_path (HrRecorder *self)
{
  return self->core->path;
}

/* Returns: (transfer none): how it goes; valid until it is asked for again. */
const HrRecorderStatus *
hr_recorder_get_status (HrRecorder *self)
{
  HrRecorderCore *core = self->core;

  g_free (self->status.message);
  g_mutex_lock (&core->mutex);
  self->status = core->status;
  self->status.message = g_strdup (core->status.message);
  self->status.n_waiting = core->queue.n_snapshots;
  self->status.n_lost = core->queue.n_lost;
  g_mutex_unlock (&core->mutex);

  return &self->status;
}

/* Keeps what is younger than @max_age_us (0: all) and fits into @max_bytes (0: no bound) from now on. */
void
hr_recorder_set_limits (HrRecorder *self,
                        gint64      max_age_us,
                        guint64     max_bytes)
{
  g_mutex_lock (&self->core->mutex);
  self->core->max_age_us = max_age_us;
  self->core->max_bytes = max_bytes;
  self->core->limits_changed = TRUE;
  g_cond_signal (&self->core->wake);
  g_mutex_unlock (&self->core->mutex);
}

/* In trouble: tries again at once. */
void
hr_recorder_retry (HrRecorder *self)
{
  g_mutex_lock (&self->core->mutex);
  self->core->retry = TRUE;
  g_cond_signal (&self->core->wake);
  g_mutex_unlock (&self->core->mutex);
}

/* Puts @item (transfer full) into the queue. */
static void
push (HrRecorder *self,
      HrItem     *item)
{
  HrRecorderCore *core = self->core;

  if (self->closing)
    {
      hr_item_free (item);
      return;
    }

  g_mutex_lock (&core->mutex);
  /* The thread knows by itself when to look for more than one. */
  if (g_queue_is_empty (&core->queue.items) || core->queue.bytes > core->queue.max_bytes / 8)
    g_cond_signal (&core->wake);
  hr_queue_push (&core->queue, item, core->clock.utc_us (core->clock.data));
  g_mutex_unlock (&core->mutex);
}

static HrItem *
new_item (HrItemType type,
          gsize      bytes)
{
  HrItem *item = g_new0 (HrItem, 1);

  item->type = type;
  item->bytes = sizeof *item + bytes;

  return item;
}

/* What @source is; strings are the source's. */
static HrSourceNote
note_of (HrSource *source,
         HrSource *origin)
{
  HrSourceNote note = { (char *) hr_source_get_name (source), (char *) hr_source_get_title (source), (char *) hr_source_get_detail (source),
                        (char *) hr_source_get_address (source), origin != NULL && origin != source ? (char *) hr_source_get_name (origin) : NULL,
                        hr_source_get_role (source), hr_source_get_group (source) };

  return note;
}

static gboolean
same_note (const HrSourceNote *a,
           const HrSourceNote *b)
{
  return g_strcmp0 (a->name, b->name) == 0 && g_strcmp0 (a->title, b->title) == 0 && g_strcmp0 (a->detail, b->detail) == 0 &&
         g_strcmp0 (a->address, b->address) == 0 && g_strcmp0 (a->origin, b->origin) == 0 && a->role == b->role && a->group == b->group;
}

/* What is known of @source; another source in the file when it was given another name. */
static HrToldSource *
find_told (HrRecorder         *self,
           HrSource           *source,
           const HrSourceNote *note)
{
  HrToldSource *told = g_hash_table_lookup (self->sources, source);

  if (told != NULL && g_strcmp0 (told->note.name, note->name) == 0)
    return told;

  if (told == NULL)
    g_object_weak_ref (G_OBJECT (source), source_gone_cb, self);
  told = hr_told_source_new ();
  g_hash_table_insert (self->sources, source, told);

  return told;
}

/* Takes down what is new of @source since it was told of. @origin: (nullable): as it was told
 * Returns: (transfer none) */
static HrToldSource *
learn (HrRecorder *self,
       HrSource   *source,
       HrSource   *origin)
{
  HrSourceNote  note = note_of (source, origin);
  HrHistory    *history = hr_source_get_history (source);
  guint         n_metrics = hr_history_get_n_metrics (history);
  HrToldSource *told = find_told (self, source, &note);

  if (origin == NULL)
    note.origin = told->note.origin;
  if (same_note (&told->note, &note) && told->metrics->len == n_metrics)
    return told;

  g_mutex_lock (&self->core->mutex);
  if (!same_note (&told->note, &note))
    {
      HrSourceNote copy;

      hr_source_note_copy (&copy, &note);
      hr_source_note_clear (&told->note);
      told->note = copy;
    }
  for (guint i = told->metrics->len; i < n_metrics; i++)
    g_array_append_vals (told->metrics, hr_history_get_metric (history, i), 1);
  told->revision++;
  g_mutex_unlock (&self->core->mutex);

  return told;
}

static gsize
count_bytes (const HrSnapshot *snapshot)
{
  gsize bytes = sizeof *snapshot + snapshot->n_samples * sizeof (HrSample);

  for (guint i = 0; i < snapshot->n_samples; i++)
    bytes += snapshot->samples[i].n_buckets * sizeof (HrBucketCount);

  return bytes;
}

/* Records @snapshot, which @source brought: it stands in its history. */
void
hr_recorder_add_snapshot (HrRecorder *self,
                          HrSource   *source,
                          HrSource   *origin,
                          HrSnapshot *snapshot)
{
  HrItem *item = new_item (HR_ITEM_SNAPSHOT, count_bytes (snapshot));

  item->source = hr_told_source_ref (learn (self, source, origin));
  item->snapshot = hr_snapshot_ref (snapshot);
  push (self, item);
}

/* Records how @alert stands: when it was raised, got worse, was cleared. */
void
hr_recorder_add_alert (HrRecorder *self,
                       HrAlert    *alert)
{
  HrItem  *item = new_item (HR_ITEM_ALERT, 0);
  guint64 *number = g_hash_table_lookup (self->alerts, alert);

  if (number == NULL)
    {
      number = g_new (guint64, 1);
      *number = ++self->n_alerts;
      g_hash_table_insert (self->alerts, alert, number);
      g_object_weak_ref (G_OBJECT (alert), alert_gone_cb, self);
    }

  item->alert = (HrAlertNote){
    .id = *number,
    .type = hr_alert_get_alert_type (alert),
    .severity = hr_alert_get_severity (alert),
    .unit = hr_alert_get_unit (alert),
    .source = g_strdup (hr_alert_get_source (alert)),
    .budget = g_strdup (hr_alert_get_budget (alert)),
    .title = g_strdup (hr_alert_get_title (alert)),
    .limit = hr_alert_get_limit (alert),
    .worst = hr_alert_get_worst (alert),
    .raised_us = hr_alert_get_raised (alert),
    .cleared_us = hr_alert_get_cleared (alert),
  };
  push (self, item);
}

/* Returns the number by which the file knows @alert; 0: it was not told of it. */
guint64
hr_recorder_get_alert_id (HrRecorder *self,
                          HrAlert    *alert)
{
  const guint64 *number = g_hash_table_lookup (self->alerts, alert);

  return number != NULL ? *number : 0;
}

/* Records @mark, which is copied. */
void
hr_recorder_add_mark (HrRecorder   *self,
                      const HrMark *mark)
{
  HrItem *item = new_item (HR_ITEM_MARK, mark->text != NULL ? strlen (mark->text) : 0);

  item->mark = *mark;
  item->mark.source = g_strdup (mark->source);
  item->mark.text = g_strdup (mark->text);
  push (self, item);
}

/* Records that sources are judged by the contract @text from now on. @file: what it is called in messages */
void
hr_recorder_add_contract (HrRecorder *self,
                          const char *file,
                          const char *text)
{
  HrItem *item = new_item (HR_ITEM_CONTRACT, strlen (text));

  item->contract.from_us = self->core->clock.utc_us (self->core->clock.data);
  item->contract.file = g_strdup (file);
  item->contract.text = g_strdup (text);
  push (self, item);
}

/* Records records themselves. */
void
hr_recorder_add_raw (HrRecorder  *self,
                     HrSource    *source,
                     HrRawWindow *window)
{
  HrItem *item = new_item (HR_ITEM_RAW, window->n * (sizeof (gint64) + sizeof (guint32) + sizeof (double) + sizeof (guint64)));

  item->source = hr_told_source_ref (learn (self, source, NULL));
  item->raw = window;
  push (self, item);
}

/* Hands an order to the thread. */
static void
give_order (HrRecorder *self,
            HrOrderType type,
            GTask      *task,
            gint64      id,
            const char *name,
            gint64      begin_us,
            gint64      end_us)
{
  HrOrder *order;

  if (self->closing)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "The recording was closed");
      g_object_unref (task);
      return;
    }

  order = g_new0 (HrOrder, 1);
  *order = (HrOrder){ type, task, id, g_strdup (name), begin_us, end_us, NULL };
  g_mutex_lock (&self->core->mutex);
  g_queue_push_tail (&self->core->orders, order);
  g_cond_signal (&self->core->wake);
  g_mutex_unlock (&self->core->mutex);
  self->closing = type == HR_ORDER_CLOSE;
}

/* Gives what is recorded from now on the name @name, until hr_recorder_set_recording_async () says when it ended. */
void
hr_recorder_begin_recording_async (HrRecorder         *self,
                                   const char         *name,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, hr_recorder_begin_recording_async);
  give_order (self, HR_ORDER_SET_RECORDING, task, 0, name, self->core->clock.utc_us (self->core->clock.data), 0);
}

/* Returns the file's number of the recording; 0 with @error. */
gint64
hr_recorder_begin_recording_finish (HrRecorder   *self,
                                    GAsyncResult *result,
                                    GError      **error)
{
  gssize id = g_task_propagate_int (G_TASK (result), error);

  return MAX (id, 0);
}

/* Says anew what recording @id is called and reaches. @end_us: 0: it goes on */
void
hr_recorder_set_recording_async (HrRecorder         *self,
                                 gint64              id,
                                 const char         *name,
                                 gint64              begin_us,
                                 gint64              end_us,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, hr_recorder_set_recording_async);
  give_order (self, HR_ORDER_SET_RECORDING, task, id, name, begin_us, end_us);
}

/* Returns whether the file says so now; else @error is set. */
gboolean
hr_recorder_set_recording_finish (HrRecorder   *self,
                                  GAsyncResult *result,
                                  GError      **error)
{
  return g_task_propagate_int (G_TASK (result), error) > 0;
}

/* Takes the name from recording @id; what was recorded goes with its age. */
void
hr_recorder_remove_recording_async (HrRecorder         *self,
                                    gint64              id,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, hr_recorder_remove_recording_async);
  give_order (self, HR_ORDER_REMOVE_RECORDING, task, id, NULL, 0, 0);
}

/* Returns whether it is gone; else @error is set. */
gboolean
hr_recorder_remove_recording_finish (HrRecorder   *self,
                                     GAsyncResult *result,
                                     GError      **error)
{
  return g_task_propagate_int (G_TASK (result), error) > 0;
}

/* Writes what waits, brings the file to its end and leaves it alone. Nothing is recorded after this call. */
void
hr_recorder_close_async (HrRecorder         *self,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, hr_recorder_close_async);
  give_order (self, HR_ORDER_CLOSE, task, 0, NULL, 0, 0);
}

/* Returns whether all that was handed in is in the file; else @error is set, and what was durable before is in it. */
gboolean
hr_recorder_close_finish (HrRecorder   *self,
                          GAsyncResult *result,
                          GError      **error)
{
  return g_task_propagate_int (G_TASK (result), error) > 0;
}
