/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/record-window.h"

#include <string.h>

/* A thread may be held up between the end of what it measured and the record of it. */
#define LATE_NS (5 * (gint64) HR_NS_PER_SECOND)

/* How far one instance was asked. */
typedef struct
{
  guint8  uuid[16];
  guint64 next;
} Part;

typedef struct
{
  gint64  time_ns; /* our monotonic clock */
  double  value;
  guint64 items;
  guint32 metric;
} Record;

struct _HrRecordWindow
{
  HrSource *source;
  gint64    begin_ns;
  gint64    end_ns;
  gint64    late_ns;  /* records from so long before the beginning are wanted too, if they were not told yet */
  GArray   *parts;    /* Part */
  GArray   *records;  /* Record, in the order in which they came */
  gint64    since_ns; /* between these two everything was told; since_ns > until_ns: nothing was */
  gint64    until_ns;
  gint64    error_ns;
  guint64   n_lost;
};

/* Makes a window of @source from @begin_ns to @end_ns (our monotonic time, HR_RECORD_WINDOW_OPEN: as far as it is fetched), nothing fetched yet.
 * Returns: (transfer full) */
HrRecordWindow *
hr_record_window_new (HrSource *source,
                      gint64    begin_ns,
                      gint64    end_ns)
{
  HrRecordWindow *self = g_rc_box_new0 (HrRecordWindow);

  self->source = g_object_ref (source);
  self->begin_ns = begin_ns;
  self->end_ns = end_ns;
  self->parts = g_array_new (FALSE, FALSE, sizeof (Part));
  self->records = g_array_new (FALSE, FALSE, sizeof (Record));
  self->since_ns = G_MAXINT64;
  self->until_ns = G_MININT64;

  return self;
}

/* Makes an open window that goes on where @before, an open one too, was fetched last: what came there does not come here. Returns: (transfer full) */
HrRecordWindow *
hr_record_window_new_after (HrRecordWindow *before)
{
  HrRecordWindow *self = hr_record_window_new (before->source, MAX (before->begin_ns, before->until_ns), HR_RECORD_WINDOW_OPEN);

  self->late_ns = LATE_NS;
  g_array_append_vals (self->parts, before->parts->data, before->parts->len);

  return self;
}

/* Takes one more reference on @self and returns it. */
HrRecordWindow *
hr_record_window_ref (HrRecordWindow *self)
{
  return g_rc_box_acquire (self);
}

static void
window_clear (gpointer data)
{
  HrRecordWindow *self = data;

  g_object_unref (self->source);
  g_array_unref (self->parts);
  g_array_unref (self->records);
}

/* Drops a reference. NULL is accepted. */
void
hr_record_window_unref (HrRecordWindow *self)
{
  if (self != NULL)
    g_rc_box_release_full (self, window_clear);
}

/* Returns: (transfer none): whose records these are. */
HrSource *
hr_record_window_get_source (HrRecordWindow *self)
{
  return self->source;
}

/* Returns where the stretch begins that was asked for, by our monotonic clock. */
gint64
hr_record_window_get_begin (HrRecordWindow *self)
{
  return self->begin_ns;
}

/* Returns up to when everything is here, G_MININT64 before anything is. */
gint64
hr_record_window_get_until (HrRecordWindow *self)
{
  return self->until_ns;
}

static Part *
find_part (HrRecordWindow *self,
           const guint8   *uuid)
{
  Part part = { .next = 0 };

  for (guint i = 0; i < self->parts->len; i++)
    if (memcmp (g_array_index (self->parts, Part, i).uuid, uuid, sizeof part.uuid) == 0)
      return &g_array_index (self->parts, Part, i);

  memcpy (part.uuid, uuid, sizeof part.uuid);
  g_array_append_val (self->parts, part);

  return &g_array_index (self->parts, Part, self->parts->len - 1);
}

/* Returns what is to be asked of the instance @uuid next, on a machine whose clock stands to ours as @clock says. */
HrRecordQuery
hr_record_window_get_query (HrRecordWindow   *self,
                            const guint8     *uuid,
                            const HrClockMap *clock)
{
  return (HrRecordQuery){ self->begin_ns - self->late_ns - clock->offset_ns, self->end_ns - clock->offset_ns, find_part (self, uuid)->next };
}

static void
take_record (HrRecordWindow     *self,
             HrStream           *stream,
             const HrRecordPage *page,
             guint               index,
             const HrClockMap   *clock)
{
  Record record = { hr_clock_map_to_local (clock, page->times_ns[index]), page->values[index], page->items[index] };
  guint  metric;

  if (self->records->len >= HR_RECORD_WINDOW_MAX || !hr_stream_find_metric (stream, page->metrics[index], &metric))
    {
      self->n_lost++;
      return;
    }

  record.metric = metric;
  g_array_append_val (self->records, record);
}

/* Adds what came of @stream, an instance of the source. This is foreign data: a page that does not go on from the one before brings nothing. */
void
hr_record_window_take (HrRecordWindow     *self,
                       HrStream           *stream,
                       const HrRecordPage *page,
                       const HrClockMap   *clock)
{
  HrPosition position;
  Part      *part;

  hr_stream_get_position (stream, &position);
  part = find_part (self, position.name.uuid);
  if (page->next < part->next)
    return;

  part->next = page->next;
  for (guint i = 0; i < page->n; i++)
    take_record (self, stream, page, i, clock);
  self->n_lost += page->lost;
  self->since_ns = MIN (self->since_ns, hr_clock_map_to_local (clock, page->since_ns));
  self->until_ns = MAX (self->until_ns, hr_clock_map_to_local (clock, page->until_ns));
  self->error_ns = MAX (self->error_ns, hr_clock_map_error (clock));
}

static int
compare_times (gconstpointer a,
               gconstpointer b)
{
  const Record *first = a, *second = b;

  return (first->time_ns > second->time_ns) - (first->time_ns < second->time_ns);
}

/* Records of one lane ascend: those of a program with one thread need not be sorted. */
static gboolean
is_sorted (GArray *records)
{
  for (guint i = 1; i < records->len; i++)
    if (g_array_index (records, Record, i - 1).time_ns > g_array_index (records, Record, i).time_ns)
      return FALSE;

  return TRUE;
}

/* Writes what came to @out, sorted by time, which takes longer than a turn of a main loop may: any thread will do, when nobody else has the window.
 * @now_ns, @now_us: one moment by our monotonic clock and in UTC. Returns FALSE, @out untouched, when nobody has told anything of the stretch. */
gboolean
hr_record_window_finish (HrRecordWindow  *self,
                         gint64           now_ns,
                         gint64           now_us,
                         HrRecordColumns *out)
{
  guint           n = self->records->len;
  HrRecordColumns columns = { .n = n, .n_lost = self->n_lost, .error_ns = self->error_ns };
  gint64          begin_ns = MAX (self->begin_ns, self->since_ns);
  gint64          end_ns = MIN (self->end_ns, self->until_ns);

  if (begin_ns > end_ns)
    return FALSE;

  if (!is_sorted (self->records))
    g_array_sort (self->records, compare_times);

  columns.begin_us = now_us - (now_ns - begin_ns) / 1000;
  columns.end_us = now_us - (now_ns - end_ns) / 1000;
  columns.times_us = g_new (gint64, n);
  columns.metrics = g_new (guint32, n);
  columns.values = g_new (double, n);
  columns.items = g_new (guint64, n);
  for (guint i = 0; i < n; i++)
    {
      const Record *record = &g_array_index (self->records, Record, i);

      columns.times_us[i] = now_us - (now_ns - record->time_ns) / 1000;
      columns.metrics[i] = record->metric;
      columns.values[i] = record->value;
      columns.items[i] = record->items;
    }
  if (n > 0)
    {
      columns.begin_us = MIN (columns.begin_us, columns.times_us[0]);
      columns.end_us = MAX (columns.end_us, columns.times_us[n - 1]);
    }
  *out = columns;

  return TRUE;
}

/* Frees the columns and leaves @self { 0 }. */
void
hr_record_columns_clear (HrRecordColumns *self)
{
  g_free (self->times_us);
  g_free (self->metrics);
  g_free (self->values);
  g_free (self->items);
  *self = (HrRecordColumns){ 0 };
}
