/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/local/stream.h"

#include "engine/link/message.h"
#include "engine/wire/wire.h"

#include <stdlib.h>
#include <string.h>

/* Creates the stream of @feed, called @number on every link. */
HrStream *
hr_stream_new (HrFeed *feed,
               guint   number)
{
  HrStream *self = g_new0 (HrStream, 1);

  self->feed = hr_feed_ref (feed);
  self->number = number;
  self->announced = hr_feed_get_generation (feed);
  self->backlog = hr_backlog_new (HR_STREAM_BACKLOG_BYTES);

  return self;
}

/* Frees the stream and its backlog. Accepts NULL. */
void
hr_stream_free (HrStream *self)
{
  if (self == NULL)
    return;

  hr_feed_unref (self->feed);
  hr_backlog_free (self->backlog);
  g_free (self);
}

/* Returns (transfer full) the frame that opens the stream on a link, or tells that its metrics grew. The feed sees to it that it fits. */
GBytes *
hr_stream_pack_hello (const HrStream *self)
{
  HrMessage message = { .type = HR_MESSAGE_HELLO, .stream = self->number };

  message.hello.name = *hr_feed_get_name (self->feed);
  message.hello.role = hr_feed_get_role (self->feed);
  message.hello.title = (char *) hr_feed_get_title (self->feed);
  message.hello.detail = (char *) hr_feed_get_detail (self->feed);
  message.hello.pid = hr_feed_get_pid (self->feed);
  message.hello.sampling = hr_feed_get_sampling (self->feed);
  message.hello.records = hr_feed_keeps_records (self->feed);
  message.hello.metrics = (HrMetricInfo *) hr_feed_get_metrics (self->feed);
  message.hello.n_metrics = hr_feed_get_n_metrics (self->feed);

  return hr_message_encode (&message);
}

/* Returns (transfer full, nullable) the frame of @totals, NULL when it is too large for one. */
static GBytes *
pack_part (const HrStream *self,
           HrSnapshot     *totals,
           guint           n_left)
{
  HrMessage message = { .type = HR_MESSAGE_TOTALS, .stream = self->number };

  message.snapshot = totals;
  message.n_left = n_left;

  return hr_message_encode (&message);
}

/* Appends @totals to @parts, in halves where a frame cannot hold them. What one metric counted always fits. */
static void
split_totals (const HrStream *self,
              HrSnapshot     *totals,
              GPtrArray      *parts)
{
  g_autoptr (GBytes) packed = pack_part (self, totals, HR_WIRE_MAX_METRICS);
  g_autoptr (HrSnapshot) first = NULL;
  g_autoptr (HrSnapshot) second = NULL;
  guint half = totals->n_samples / 2;

  if (packed != NULL)
    {
      g_ptr_array_add (parts, hr_snapshot_ref (totals));
      return;
    }

  first = hr_snapshot_new (totals, totals->samples, half);
  second = hr_snapshot_new (totals, totals->samples + half, totals->n_samples - half);
  split_totals (self, first, parts);
  split_totals (self, second, parts);
}

/* Returns (transfer full) everything counted so far: one frame, or several of the same number where it is too large for one, each telling how
 * many follow. */
GBytes *
hr_stream_pack_totals (const HrStream *self)
{
  g_autoptr (HrSnapshot) totals = hr_feed_totals (self->feed);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_snapshot_unref);
  GByteArray *frames = g_byte_array_new ();

  split_totals (self, totals, parts);
  for (guint i = 0; i < parts->len; i++)
    {
      g_autoptr (GBytes) packed = pack_part (self, parts->pdata[i], parts->len - 1 - i);

      g_byte_array_append (frames, g_bytes_get_data (packed, NULL), (guint) g_bytes_get_size (packed));
    }

  return g_byte_array_free_to_bytes (frames);
}

/* Returns (transfer full) the frame that ends the stream on a link, with the feed's reason. */
GBytes *
hr_stream_pack_goodbye (const HrStream *self)
{
  HrMessage message = { .type = HR_MESSAGE_GOODBYE, .stream = self->number };

  message.reason = (char *) hr_feed_get_ended (self->feed);

  return hr_message_encode (&message);
}

/* Cuts the feed at @end_ns (monotonic). Returns (transfer full) the snapshot's frame, which the backlog keeps too; NULL when nothing was
 * measured. A snapshot that is larger than a frame may be is a hole in the backlog, and the totals are sent for it: that costs
 * resolution, never a count. */
GBytes *
hr_stream_cut (HrStream *self,
               gint64    end_ns)
{
  g_autoptr (HrSnapshot) snapshot = hr_feed_cut (self->feed, end_ns);
  HrMessage message = { .type = HR_MESSAGE_SNAPSHOT, .stream = self->number, .snapshot = snapshot };
  GBytes   *packed;
  gsize     size;
  uint8_t  *copy;

  if (snapshot == NULL)
    return NULL;

  packed = hr_message_encode (&message);
  if (packed == NULL)
    {
      hr_backlog_push (self->backlog, snapshot->sequence, NULL, 0);
      return hr_stream_pack_totals (self);
    }

  size = g_bytes_get_size (packed);
  copy = malloc (size);
  if (copy != NULL)
    {
      memcpy (copy, g_bytes_get_data (packed, NULL), size);
      hr_backlog_push (self->backlog, snapshot->sequence, copy, size);
    }

  return packed;
}
