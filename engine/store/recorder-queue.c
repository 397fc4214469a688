/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/recorder-queue.h"

/* What is small and rare, as an alert is, has room beyond what snapshots fill: one part in so many. */
#define RESERVE_SHARE 16

/* Returns: (transfer full): a source of which nothing is known. */
HrToldSource *
hr_told_source_new (void)
{
  HrToldSource *self = g_new0 (HrToldSource, 1);

  g_atomic_ref_count_init (&self->count);
  self->metrics = g_array_new (FALSE, FALSE, sizeof (HrMetricInfo));
  self->metric_ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  return self;
}

/* Returns: (transfer full): @self, counted once more. */
HrToldSource *
hr_told_source_ref (HrToldSource *self)
{
  g_atomic_ref_count_inc (&self->count);

  return self;
}

/* Gives up one count. NULL is accepted. */
void
hr_told_source_unref (HrToldSource *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->count))
    return;

  hr_source_note_clear (&self->note);
  g_array_unref (self->metrics);
  g_array_unref (self->metric_ids);
  g_free (self);
}

/* Frees @self with what it holds. */
void
hr_item_free (HrItem *self)
{
  switch (self->type)
    {
    case HR_ITEM_SNAPSHOT:
      hr_snapshot_unref (self->snapshot);
      break;
    case HR_ITEM_ALERT:
      hr_alert_note_clear (&self->alert);
      break;
    case HR_ITEM_MARK:
      hr_mark_clear (&self->mark);
      break;
    case HR_ITEM_CONTRACT:
      g_free (self->contract.file);
      g_free (self->contract.text);
      break;
    case HR_ITEM_RAW:
      hr_raw_window_free (self->raw);
      break;
    case HR_ITEM_LOSS:
    default:
      g_free (self->loss.source);
      break;
    }
  hr_told_source_unref (self->source);
  g_free (self);
}

/* Makes an empty queue for @max_bytes. */
void
hr_queue_init (HrQueue *self,
               gsize    max_bytes)
{
  *self = (HrQueue){ .max_bytes = max_bytes, .losses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  g_queue_init (&self->items);
}

/* Frees what waits. */
void
hr_queue_clear (HrQueue *self)
{
  g_queue_clear_full (&self->items, (GDestroyNotify) hr_item_free);
  g_hash_table_unref (self->losses);
}

static void
count_loss (HrQueue      *self,
            const HrItem *lost,
            gint64        now_us)
{
  const char *source = lost->source != NULL ? lost->source->note.name : NULL;
  HrItem     *item = g_hash_table_lookup (self->losses, source != NULL ? source : "");

  if (item == NULL)
    {
      item = g_new0 (HrItem, 1);
      item->type = HR_ITEM_LOSS;
      item->loss.source = g_strdup (source);
      item->loss.time_us = now_us;
      g_queue_push_tail (&self->items, item);
      g_hash_table_insert (self->losses, g_strdup (source != NULL ? source : ""), item);
    }
  item->loss.n++;
  self->n_lost++;
}

/* Adds @item (transfer full), or counts it as lost at @now_us. Returns whether it has found room. */
gboolean
hr_queue_push (HrQueue *self,
               HrItem  *item,
               gint64   now_us)
{
  gboolean large = item->type == HR_ITEM_SNAPSHOT || item->type == HR_ITEM_RAW;
  gsize    room = self->max_bytes + (large ? 0 : self->max_bytes / RESERVE_SHARE);

  if (self->bytes + item->bytes > room)
    {
      count_loss (self, item, now_us);
      hr_item_free (item);
      return FALSE;
    }

  /* What is lost from here on is another loss. */
  if (item->source != NULL)
    g_hash_table_remove (self->losses, item->source->note.name);
  self->bytes += item->bytes;
  self->n_snapshots += item->type == HR_ITEM_SNAPSHOT;
  g_queue_push_tail (&self->items, item);

  return TRUE;
}

/* Moves all that waits to the end of @out. It takes up room until hr_queue_done (). */
void
hr_queue_take (HrQueue *self,
               GQueue  *out)
{
  HrItem *item;

  g_hash_table_remove_all (self->losses);
  while ((item = g_queue_pop_head (&self->items)) != NULL)
    g_queue_push_tail (out, item);
}

/* Frees @item, which was taken out and stands in the file now. */
void
hr_queue_done (HrQueue *self,
               HrItem  *item)
{
  self->bytes -= item->bytes;
  self->n_snapshots -= item->type == HR_ITEM_SNAPSHOT;
  hr_item_free (item);
}
