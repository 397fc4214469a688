/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The thread of a recorder. All that waits is taken about once a second, written in one transaction and kept until that is on the disk. After a failure
 * the file is opened anew and the same is written again, unless it turns out to be there; then again and again, ever more slowly. */

#include "engine/store/recorder-private.h"

#include "engine/store/schema.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define COMMIT_INTERVAL_US G_USEC_PER_SEC
#define EXPIRE_INTERVAL_US (60 * G_USEC_PER_SEC)

/* What waits is not left waiting when it fills more than one part of so many. */
#define HURRY_SHARE 4

static const guint retry_seconds[] = { 1, 2, 5, 10, 30 };

static gint64
now_us (HrRecorderCore *self)
{
  return self->clock.monotonic_us (self->clock.data);
}

static void
set_state (HrRecorderCore *self,
           HrRecorderState state,
           char           *message)
{
  g_mutex_lock (&self->mutex);
  self->status.state = state;
  g_free (self->status.message);
  self->status.message = message;
  if (self->writer != NULL)
    self->status.bytes = hr_writer_get_bytes (self->writer);
  hr_recorder_core_tell (self);
  g_mutex_unlock (&self->mutex);
}

/* Takes in that writing failed by @error (transfer full): nothing since the last commit counts, and it is tried again later. */
static void
fail (HrRecorderCore *self,
      GError         *error)
{
  guint seconds = retry_seconds[MIN (self->n_failed, G_N_ELEMENTS (retry_seconds) - 1)];

  self->n_failed++;
  self->broken = TRUE;
  self->retry_us = now_us (self) + seconds * G_USEC_PER_SEC;
  g_clear_error (&self->error);
  self->error = error;
  g_mutex_lock (&self->mutex);
  self->status.error = error->domain == HR_STORE_ERROR ? (HrStoreError) error->code : HR_STORE_ERROR_WRITE;
  g_mutex_unlock (&self->mutex);
  set_state (self, HR_RECORDER_TROUBLE,
             g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s. Tried again in %u second.", "%s. Tried again in %u seconds.", seconds),
                              error->message, seconds));
}

/* What was taken is on the disk. */
static void
acknowledge (HrRecorderCore *self)
{
  HrItem *item;

  self->committing = FALSE;
  self->n_failed = 0;
  g_mutex_lock (&self->mutex);
  while ((item = g_queue_pop_head (&self->taken)) != NULL)
    {
      if (item->type == HR_ITEM_SNAPSHOT)
        {
          self->status.n_durable++;
          self->status.durable_us = MAX (self->status.durable_us, item->snapshot->time_us);
        }
      hr_queue_done (&self->queue, item);
    }
  g_mutex_unlock (&self->mutex);
  set_state (self, HR_RECORDER_WRITING, NULL);
}

/* Opens the file, for the first time or after a failure. Returns whether it can be written. */
static gboolean
open_writer (HrRecorderCore *self)
{
  GError  *error = NULL;
  gboolean committed = FALSE;
  gboolean open;

  if (self->writer != NULL && !self->broken)
    return TRUE;

  if (self->writer == NULL)
    open = (self->writer = hr_writer_open_with_clock (self->path, self->create_new, &self->clock, &error)) != NULL;
  else
    open = hr_writer_reopen (self->writer, &committed, &error);
  if (!open)
    {
      fail (self, error);
      return FALSE;
    }

  self->broken = FALSE;
  self->generation++;
  self->unsettled = TRUE;
  g_clear_error (&self->error);
  if (committed && self->committing)
    acknowledge (self);
  self->committing = FALSE;
  /* Whether what failed can be written now is still to be seen. */
  if (g_queue_is_empty (&self->taken))
    set_state (self, HR_RECORDER_WRITING, NULL);

  return TRUE;
}

/* Takes what is new of @source, to be written without the mutex. Returns whether there is anything. */
static gboolean
take_told (HrRecorderCore *self,
           HrToldSource   *source,
           HrSourceNote   *out_note,
           GArray         *out_metrics)
{
  gboolean changed;

  g_mutex_lock (&self->mutex);
  changed = source->revision != source->written_revision;
  if (changed)
    {
      hr_source_note_copy (out_note, &source->note);
      g_array_append_vals (out_metrics, &g_array_index (source->metrics, HrMetricInfo, source->metric_ids->len), source->metrics->len - source->metric_ids->len);
      source->written_revision = source->revision;
    }
  g_mutex_unlock (&self->mutex);

  return changed;
}

static gboolean
write_told (HrRecorderCore     *self,
            HrToldSource       *source,
            const HrSourceNote *note,
            GArray             *metrics,
            GError            **error)
{
  source->id = hr_writer_add_source (self->writer, note, error);
  for (guint i = 0; source->id != 0 && i < metrics->len; i++)
    {
      gint64 id = hr_writer_add_metric (self->writer, source->id, &g_array_index (metrics, HrMetricInfo, i), error);

      if (id == 0)
        return FALSE;
      g_array_append_val (source->metric_ids, id);
    }

  return source->id != 0;
}

/* Writes what the file does not know of @source yet. */
static gboolean
tell_source (HrRecorderCore *self,
             HrToldSource   *source,
             GError        **error)
{
  g_auto (HrSourceNote) note = { NULL };
  g_autoptr (GArray) metrics = g_array_new (FALSE, FALSE, sizeof (HrMetricInfo));

  if (source->generation != self->generation)
    {
      source->generation = self->generation;
      source->written_revision = 0;
      g_array_set_size (source->metric_ids, 0);
    }

  return !take_told (self, source, &note, metrics) || write_told (self, source, &note, metrics, error);
}

/* The snapshots of one source among what was taken. */
typedef struct
{
  HrToldSource *source;
  GPtrArray    *snapshots;
} Group;

static void
group_clear (gpointer data)
{
  g_ptr_array_unref (((Group *) data)->snapshots);
}

/* Returns: (transfer full): the sources that there are snapshots of, in the order of their first */
static GArray *
group_snapshots (HrRecorderCore *self)
{
  g_autoptr (GHashTable) places = g_hash_table_new (NULL, NULL);
  GArray *groups = g_array_new (FALSE, FALSE, sizeof (Group));

  g_array_set_clear_func (groups, group_clear);
  for (GList *link = self->taken.head; link != NULL; link = link->next)
    {
      HrItem  *item = link->data;
      gpointer place;

      if (item->type != HR_ITEM_SNAPSHOT)
        continue;
      if (!g_hash_table_lookup_extended (places, item->source, NULL, &place))
        {
          Group group = { item->source, g_ptr_array_new () };

          place = GUINT_TO_POINTER (groups->len);
          g_hash_table_insert (places, item->source, place);
          g_array_append_val (groups, group);
        }
      g_ptr_array_add (g_array_index (groups, Group, GPOINTER_TO_UINT (place)).snapshots, item->snapshot);
    }

  return groups;
}

static gboolean
write_snapshots (HrRecorderCore *self,
                 GError        **error)
{
  g_autoptr (GArray) groups = group_snapshots (self);

  for (guint i = 0; i < groups->len; i++)
    {
      Group *group = &g_array_index (groups, Group, i);

      if (!tell_source (self, group->source, error) ||
          !hr_writer_add_snapshots (self->writer, group->source->id, (HrSnapshot *const *) group->snapshots->pdata, group->snapshots->len,
                                    (const gint64 *) (void *) group->source->metric_ids->data, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
write_loss (HrRecorderCore *self,
            const HrItem   *item,
            GError        **error)
{
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%" G_GUINT64_FORMAT " snapshot was not recorded: too much was waiting to be written",
                                                        "%" G_GUINT64_FORMAT " snapshots were not recorded: too much was waiting to be written", item->loss.n),
                                           item->loss.n);
  HrMark           mark = { HR_MARK_LOSS, item->loss.time_us, item->loss.source, text, item->loss.n, NAN };

  return hr_writer_add_mark (self->writer, &mark, error);
}

static gboolean
write_item (HrRecorderCore *self,
            const HrItem   *item,
            GError        **error)
{
  switch (item->type)
    {
    case HR_ITEM_ALERT:
      return hr_writer_add_alert (self->writer, &item->alert, error);
    case HR_ITEM_MARK:
      return hr_writer_add_mark (self->writer, &item->mark, error);
    case HR_ITEM_CONTRACT:
      return hr_writer_add_contract (self->writer, item->contract.from_us, item->contract.file, item->contract.text, error);
    case HR_ITEM_RAW:
      return tell_source (self, item->source, error) &&
             hr_writer_add_raw (self->writer, item->source->id, item->raw, (const gint64 *) (void *) item->source->metric_ids->data, error);
    case HR_ITEM_LOSS:
      return write_loss (self, item, error);
    case HR_ITEM_SNAPSHOT:
    default:
      return TRUE; /* with the others of its source */
    }
}

static gboolean
write_items (HrRecorderCore *self,
             GError        **error)
{
  for (GList *link = self->taken.head; link != NULL; link = link->next)
    if (!write_item (self, link->data, error))
      return FALSE;

  return TRUE;
}

/* Writes what waits, with what could not be written before, and commits it. Returns FALSE when that failed. */
static gboolean
write_waiting (HrRecorderCore *self)
{
  GError *error = NULL;

  g_mutex_lock (&self->mutex);
  hr_queue_take (&self->queue, &self->taken);
  g_mutex_unlock (&self->mutex);
  self->due_us = now_us (self) + COMMIT_INTERVAL_US;
  if (g_queue_is_empty (&self->taken))
    return TRUE;

  self->committing = FALSE;
  if (write_snapshots (self, &error) && write_items (self, &error))
    {
      self->committing = TRUE;
      if (hr_writer_commit (self->writer, &error))
        {
          acknowledge (self);
          return TRUE;
        }
    }
  fail (self, error);

  return FALSE;
}

/* Does a piece of what may as well be done later. */
static gboolean
settle (HrRecorderCore *self)
{
  GError *error = NULL;

  if (!self->unsettled || (hr_writer_settle (self->writer, FALSE, &self->unsettled, &error) && hr_writer_commit (self->writer, &error)))
    return TRUE;
  fail (self, error);

  return FALSE;
}

static gboolean
expire (HrRecorderCore *self)
{
  gint64   max_age_us;
  guint64  max_bytes;
  gboolean more = FALSE;
  GError  *error = NULL;

  g_mutex_lock (&self->mutex);
  max_age_us = self->max_age_us;
  max_bytes = self->max_bytes;
  self->limits_changed = FALSE;
  g_mutex_unlock (&self->mutex);
  if (max_age_us == 0 && max_bytes == 0)
    return TRUE;

  if (!hr_writer_expire (self->writer, max_age_us != 0 ? self->clock.utc_us (self->clock.data) - max_age_us : G_MININT64, max_bytes, &more, &error) ||
      !hr_writer_commit (self->writer, &error))
    {
      fail (self, error);
      return FALSE;
    }
  self->expire_us = now_us (self) + (more ? COMMIT_INTERVAL_US : EXPIRE_INTERVAL_US);

  return TRUE;
}

/* Hands the order back to whoever gave it, in their main loop. */
static gboolean
answer_cb (gpointer data)
{
  HrOrder *order = data;

  if (order->error != NULL)
    g_task_return_error (order->task, g_steal_pointer (&order->error));
  else
    g_task_return_int (order->task, (gssize) order->id);

  return G_SOURCE_REMOVE;
}

static void
order_free (gpointer data)
{
  HrOrder *self = data;

  g_clear_object (&self->task);
  g_clear_error (&self->error);
  g_free (self->name);
  g_free (self);
}

/* Answers @order (transfer full); what it holds is let go of in the main loop too. */
static void
answer (HrRecorderCore *self,
        HrOrder        *order)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, answer_cb, order, order_free);
  g_source_attach (source, self->context);
}

static HrOrder *
take_order (HrRecorderCore *self)
{
  HrOrder *order;

  g_mutex_lock (&self->mutex);
  order = g_queue_pop_head (&self->orders);
  g_mutex_unlock (&self->mutex);

  return order;
}

static gboolean
obey (HrRecorderCore *self,
      HrOrder        *order)
{
  if (order->type == HR_ORDER_SET_RECORDING)
    order->id = hr_writer_set_recording (self->writer, order->id, order->name, order->begin_us, order->end_us, &order->error);
  else
    hr_writer_remove_recording (self->writer, order->id, &order->error);

  return order->error == NULL && hr_writer_commit (self->writer, &order->error);
}

/* Ends the file. Returns whether all of what waited is in it. */
static gboolean
close_writer (HrRecorderCore *self,
              GError        **error)
{
  if (!open_writer (self) || !write_waiting (self))
    {
      g_propagate_error (error, g_error_copy (self->error));
      return FALSE;
    }

  return hr_writer_close (self->writer, error);
}

static void
finish (HrRecorderCore *self,
        HrOrder        *order)
{
  g_autoptr (GError) error = NULL;
  char *message = NULL;

  if (!close_writer (self, &error))
    message = g_strdup (error->message);
  g_clear_pointer (&self->writer, hr_writer_free);
  set_state (self, HR_RECORDER_CLOSED, message);
  if (order == NULL)
    return;

  order->error = g_steal_pointer (&error);
  order->id = TRUE;
  answer (self, order);
}

/* Does what was ordered, as far as the file can be written. Returns FALSE when it was to be closed. */
static gboolean
obey_all (HrRecorderCore *self)
{
  HrOrder *order;

  while ((order = take_order (self)) != NULL)
    {
      if (order->type == HR_ORDER_CLOSE)
        {
          finish (self, order);
          return FALSE;
        }
      if (self->error != NULL)
        order->error = g_error_copy (self->error);
      else if (!obey (self, order) && !g_error_matches (order->error, HR_STORE_ERROR, HR_STORE_ERROR_NOT_FOUND))
        fail (self, g_error_copy (order->error));
      answer (self, order);
    }

  return TRUE;
}

/* When there is something to do next; @mutex is held. */
static gint64
next_due (HrRecorderCore *self)
{
  gint64 due = G_MAXINT64;

  if (self->leaving || !g_queue_is_empty (&self->orders))
    return 0;
  if (self->error != NULL)
    return self->retry ? 0 : self->retry_us;
  if (self->writer == NULL || self->queue.bytes > self->queue.max_bytes / HURRY_SHARE)
    return 0;

  if (!g_queue_is_empty (&self->queue.items) || self->unsettled)
    due = self->due_us;
  if (self->max_age_us != 0 || self->max_bytes != 0)
    due = MIN (due, self->limits_changed ? 0 : self->expire_us);

  return due;
}

/* Waits for something to do. Returns FALSE when nobody is left to do it for. */
static gboolean
wait_for_work (HrRecorderCore *self)
{
  gint64   due;
  gboolean leaving;

  g_mutex_lock (&self->mutex);
  while (now_us (self) < (due = next_due (self)))
    if (self->manual || due == G_MAXINT64)
      g_cond_wait (&self->wake, &self->mutex);
    else
      g_cond_wait_until (&self->wake, &self->mutex, due);
  leaving = self->leaving;
  g_mutex_unlock (&self->mutex);

  return !leaving;
}

/* Whether it is time to try after a failure. */
static gboolean
may_try (HrRecorderCore *self)
{
  gboolean retry;

  g_mutex_lock (&self->mutex);
  retry = self->retry;
  self->retry = FALSE;
  g_mutex_unlock (&self->mutex);

  return self->error == NULL || retry || now_us (self) >= self->retry_us;
}

/* The thread's whole life. @data: (transfer full): HrRecorderCore */
gpointer
hr_recorder_run (gpointer data)
{
  HrRecorderCore *self = data;
  gboolean        goes_on = TRUE;

  while (goes_on && wait_for_work (self))
    {
      if (may_try (self) && open_writer (self) && write_waiting (self) && now_us (self) >= self->expire_us)
        expire (self);
      if (self->error == NULL && self->writer != NULL)
        settle (self);
      goes_on = obey_all (self);
    }
  if (goes_on)
    finish (self, NULL);
  hr_recorder_core_unref (self);

  return NULL;
}
