/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/feed.h"

#include <math.h>
#include <string.h>

/* The wire's limit on the metrics of a source (HR_WIRE_MAX_METRICS). */
#define MAX_METRICS 4096

/* What the metrics may take of a hello, which has to fit in one frame of 1 MiB together with the source's name and detail: each its
 * name, at most 256 bytes of it, and what protobuf puts around. */
#define MAX_HELLO_BYTES ((1u << 20) - 1024)
#define MAX_NAME_BYTES 256u
#define METRIC_BYTES 13u

/* One metric: what it counted up to the last cut, and what came since. */
typedef struct
{
  HrTotals totals;
  HrSample pending; /* its buckets stand in @buckets */
  GArray  *buckets; /* HrBucketCount, ascending */
} Cell;

struct _HrFeed
{
  HrStreamName name;
  HrSourceRole role;
  char        *title;
  char        *detail;
  guint64      pid;
  guint64      start_time;
  gboolean     sampling;
  char        *ended;
  guint        generation;

  const HrFeedControls *controls; /* borrowed */
  gpointer              owner;    /* borrowed */
  HrRecordKeeper       *keeper;   /* owned; NULL: records are not kept */

  GArray     *metrics;     /* HrMetricInfo */
  GHashTable *by_name;     /* their interned names -> their index */
  guint       hello_bytes; /* what they take of a hello */
  GArray     *cells;       /* Cell, one a metric */

  guint64 sequence;
  gint64  end_ns;
  guint64 lost;       /* since the last cut */
  guint64 lost_total; /* up to the last cut */
};

static void
cell_clear (gpointer data)
{
  Cell *cell = data;

  hr_totals_clear (&cell->totals);
  g_array_unref (cell->buckets);
}

/* Creates the feed of the stream @name, whose first interval begins at @begin_ns (monotonic). */
HrFeed *
hr_feed_new (const HrStreamName *name,
             HrSourceRole        role,
             const char         *title,
             gint64              begin_ns)
{
  HrFeed *self = g_rc_box_new0 (HrFeed);

  self->name = *name;
  self->role = role;
  self->title = g_strdup (title);
  self->detail = g_strdup ("");
  self->sampling = TRUE;
  self->end_ns = begin_ns;
  self->metrics = g_array_new (FALSE, FALSE, sizeof (HrMetricInfo));
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->cells = g_array_new (FALSE, TRUE, sizeof (Cell));
  g_array_set_clear_func (self->cells, cell_clear);

  return self;
}

/* Takes one more reference on @self and returns it. */
HrFeed *
hr_feed_ref (HrFeed *self)
{
  return g_rc_box_acquire (self);
}

static void
feed_clear (gpointer data)
{
  HrFeed *self = data;

  g_free (self->title);
  g_free (self->detail);
  g_free (self->ended);
  hr_record_keeper_free (self->keeper);
  g_array_unref (self->metrics);
  g_hash_table_unref (self->by_name);
  g_array_unref (self->cells);
}

/* Drops a reference. Accepts NULL. */
void
hr_feed_unref (HrFeed *self)
{
  if (self != NULL)
    g_rc_box_release_full (self, feed_clear);
}

/* Returns the stream that this feed is. */
const HrStreamName *
hr_feed_get_name (const HrFeed *self)
{
  return &self->name;
}

/* Returns what the source is. */
HrSourceRole
hr_feed_get_role (const HrFeed *self)
{
  return self->role;
}

/* Returns the source's name to show. */
const char *
hr_feed_get_title (const HrFeed *self)
{
  return self->title;
}

/* Returns the second line below the title; "" when there is none. */
const char *
hr_feed_get_detail (const HrFeed *self)
{
  return self->detail;
}

/* Sets the second line below the title. */
void
hr_feed_set_detail (HrFeed     *self,
                    const char *detail)
{
  if (g_str_equal (self->detail, detail))
    return;

  g_free (self->detail);
  self->detail = g_strdup (detail);
  self->generation++;
}

/* Returns the process that is measured, 0 when it is none. */
guint64
hr_feed_get_pid (const HrFeed *self)
{
  return self->pid;
}

/* Returns when that process began, in clock ticks since boot; 0 where unknown. */
guint64
hr_feed_get_start_time (const HrFeed *self)
{
  return self->start_time;
}

/* Names the process that is measured. @start_time is field 22 of its stat file, 0 where unknown. */
void
hr_feed_set_process (HrFeed *self,
                     guint64 pid,
                     guint64 start_time)
{
  self->pid = pid;
  self->start_time = start_time;
  self->generation++;
}

/* Returns a number that rises whenever what a hello says has changed: metrics, detail or sampling. */
guint
hr_feed_get_generation (const HrFeed *self)
{
  return self->generation;
}

/* Sets who carries out commands; @owner must outlive the feed or set NULL here first. */
void
hr_feed_set_controls (HrFeed               *self,
                      const HrFeedControls *controls,
                      gpointer              owner)
{
  self->controls = controls;
  self->owner = owner;
}

/* Returns whether the source records; collectors leave a feed alone that does not. */
gboolean
hr_feed_get_sampling (const HrFeed *self)
{
  return self->sampling;
}

/* Switches recording, in the program itself where that is possible. */
void
hr_feed_set_sampling (HrFeed  *self,
                      gboolean sampling)
{
  if (self->controls != NULL && self->controls->set_sampling != NULL)
    self->controls->set_sampling (self->owner, sampling);
  hr_feed_note_sampling (self, sampling);
}

/* Notes that recording was switched by somebody else. */
void
hr_feed_note_sampling (HrFeed  *self,
                       gboolean sampling)
{
  if (self->sampling == !!sampling)
    return;

  self->sampling = !!sampling;
  self->generation++;
}

/* Tells the program how often it is read, in milliseconds. */
void
hr_feed_set_interval (HrFeed *self,
                      guint   interval_ms)
{
  if (self->controls != NULL && self->controls->set_interval != NULL)
    self->controls->set_interval (self->owner, interval_ms);
}

/* Asks the program to free what it can. */
void
hr_feed_request_cleanup (HrFeed *self)
{
  if (self->controls != NULL && self->controls->request_cleanup != NULL)
    self->controls->request_cleanup (self->owner);
}

/* Has @keeper (transfer full) answer for the records of the source, which stay there for a while when it has ended. */
void
hr_feed_set_keeper (HrFeed         *self,
                    HrRecordKeeper *keeper)
{
  hr_record_keeper_free (self->keeper);
  self->keeper = keeper;
}

/* Returns whether records themselves can be asked for. */
gboolean
hr_feed_keeps_records (const HrFeed *self)
{
  return self->keeper != NULL;
}

/* Fills @page, which has room, with the next records that @query asks for. Returns FALSE when none are kept at all. */
gboolean
hr_feed_read_records (const HrFeed        *self,
                      const HrRecordQuery *query,
                      HrRecordPage        *page)
{
  if (self->keeper == NULL)
    return FALSE;

  hr_record_keeper_read (self->keeper, query, page);

  return TRUE;
}

/* Returns why the source ended, NULL while it lives. */
const char *
hr_feed_get_ended (const HrFeed *self)
{
  return self->ended;
}

/* Ends the feed: what was added still comes out of the next cut, then nothing. */
void
hr_feed_end (HrFeed     *self,
             const char *reason)
{
  g_free (self->ended);
  self->ended = g_strdup (reason);
}

/* Returns how many metrics the feed has; the table only grows. */
guint
hr_feed_get_n_metrics (const HrFeed *self)
{
  return self->metrics->len;
}

/* Returns the table of metrics, valid until one is added. */
const HrMetricInfo *
hr_feed_get_metrics (const HrFeed *self)
{
  return (const HrMetricInfo *) (const void *) self->metrics->data;
}

/* Returns what @metric counted up to the last cut. */
const HrTotals *
hr_feed_get_totals (const HrFeed *self,
                    guint         metric)
{
  return &g_array_index (self->cells, Cell, metric).totals;
}

/* What a metric called @name takes of a hello at most. What is no UTF-8 grows where it is made valid. */
static guint
hello_bytes (const char *name)
{
  gsize length = g_utf8_validate (name, -1, NULL) ? strlen (name) : MAX_NAME_BYTES;

  return METRIC_BYTES + (guint) MIN (length, MAX_NAME_BYTES);
}

static guint
find_metric (const HrFeed *self,
             const char   *name)
{
  gpointer index;

  return g_hash_table_lookup_extended (self->by_name, name, NULL, &index) ? GPOINTER_TO_UINT (index) : HR_FEED_NO_METRIC;
}

/* Returns the index of @metric, which is added (and its name interned) when the feed has none of that name.
 * HR_FEED_NO_METRIC when the name stands for another kind or unit already, or the table is full: 4 096 metrics, or as many as a
 * hello of 1 MiB can name. */
guint
hr_feed_add_metric (HrFeed             *self,
                    const HrMetricInfo *metric)
{
  HrMetricInfo added = *metric;
  Cell         cell = { 0 };
  guint        found = find_metric (self, metric->name);

  if (found != HR_FEED_NO_METRIC)
    {
      const HrMetricInfo *known = &g_array_index (self->metrics, HrMetricInfo, found);

      return known->kind == metric->kind && known->unit == metric->unit ? found : HR_FEED_NO_METRIC;
    }

  if (self->metrics->len >= MAX_METRICS || hello_bytes (metric->name) > MAX_HELLO_BYTES - self->hello_bytes)
    return HR_FEED_NO_METRIC;

  self->hello_bytes += hello_bytes (metric->name);
  added.name = g_intern_string (metric->name);
  g_hash_table_insert (self->by_name, (gpointer) added.name, GUINT_TO_POINTER (self->metrics->len));
  g_array_append_val (self->metrics, added);

  hr_totals_init (&cell.totals, metric->kind);
  cell.buckets = g_array_new (FALSE, FALSE, sizeof (HrBucketCount));
  g_array_append_val (self->cells, cell);
  self->generation++;

  return self->metrics->len - 1;
}

/* Counts @sample as measured before the first interval: it stands in the totals, never in a snapshot. */
void
hr_feed_preload (HrFeed         *self,
                 const HrSample *sample)
{
  hr_totals_add (&g_array_index (self->cells, Cell, sample->metric).totals, sample);
}

/* Merges two ascending rows of buckets into the first. */
static void
merge_buckets (GArray              *row,
               const HrBucketCount *more,
               guint                n_more)
{
  g_autoptr (GArray) old = NULL;
  guint i = 0, k = 0;

  if (row->len == 0)
    {
      g_array_append_vals (row, more, n_more);
      return;
    }

  old = g_array_copy (row);
  g_array_set_size (row, 0);
  while (i < old->len || k < n_more)
    {
      HrBucketCount *left = i < old->len ? &g_array_index (old, HrBucketCount, i) : NULL;
      HrBucketCount  next;

      if (left != NULL && (k == n_more || left->bucket <= more[k].bucket))
        {
          next = *left;
          i++;
          if (k < n_more && more[k].bucket == next.bucket)
            next.count += more[k++].count;
        }
      else
        next = more[k++];
      g_array_append_val (row, next);
    }
}

/* Adds what was measured of one metric; several samples of one interval become one. */
void
hr_feed_add (HrFeed         *self,
             const HrSample *sample)
{
  Cell     *cell = &g_array_index (self->cells, Cell, sample->metric);
  HrSample *pending = &cell->pending;

  if (sample->count == 0)
    return;

  if (pending->count == 0)
    *pending = *sample;
  else
    {
      pending->count += sample->count;
      pending->sum += sample->sum;
      pending->min = MIN (pending->min, sample->min);
      pending->max = MAX (pending->max, sample->max);
      pending->last = sample->last;
      pending->self += sample->self;
    }
  merge_buckets (cell->buckets, sample->buckets, sample->n_buckets);
}

/* Adds one value of @metric, which is added to the table when it is new. A value that is not finite was not measured. */
void
hr_feed_measure (HrFeed             *self,
                 const HrMetricInfo *metric,
                 double              value)
{
  HrSample sample = { .count = 1, .sum = value, .min = value, .max = value, .last = value };

  if (!isfinite (value))
    return;

  sample.metric = hr_feed_add_metric (self, metric);
  if (sample.metric != HR_FEED_NO_METRIC)
    hr_feed_add (self, &sample);
}

/* Counts records that were overtaken before they could be read. */
void
hr_feed_add_lost (HrFeed *self,
                  guint64 lost)
{
  self->lost += lost;
}

/* Returns the number of the last snapshot, 0 before the first. */
guint64
hr_feed_get_sequence (const HrFeed *self)
{
  return self->sequence;
}

static gboolean
has_pending (const HrFeed *self)
{
  for (guint i = 0; i < self->cells->len; i++)
    if (g_array_index (self->cells, Cell, i).pending.count > 0)
      return TRUE;

  return FALSE;
}

/* Moves what is pending to the totals and to @samples, whose buckets stay valid until the cells change. */
static void
take_pending (HrFeed *self,
              GArray *samples)
{
  for (guint i = 0; i < self->cells->len; i++)
    {
      Cell *cell = &g_array_index (self->cells, Cell, i);

      if (cell->pending.count == 0)
        continue;
      cell->pending.metric = i;
      cell->pending.n_buckets = cell->buckets->len;
      cell->pending.buckets = (const HrBucketCount *) (const void *) cell->buckets->data;
      hr_totals_add (&cell->totals, &cell->pending);
      g_array_append_val (samples, cell->pending);
    }
}

/* Ends an interval at @end_ns (monotonic). Returns (transfer full) its snapshot, or NULL when nothing was measured: the next
 * one then covers this interval too, so that rates stay true, unless sampling was off. */
HrSnapshot *
hr_feed_cut (HrFeed *self,
             gint64  end_ns)
{
  g_autoptr (GArray) samples = NULL;
  HrSnapshot  head = { 0 };
  HrSnapshot *snapshot;

  if (!has_pending (self))
    {
      if (!self->sampling)
        self->end_ns = end_ns;
      return NULL;
    }

  samples = g_array_new (FALSE, FALSE, sizeof (HrSample));
  take_pending (self, samples);
  head.sequence = ++self->sequence;
  head.end_ns = end_ns;
  head.interval_ns = MAX (end_ns - self->end_ns, 0);
  head.lost = self->lost;
  snapshot = hr_snapshot_new (&head, (const HrSample *) (const void *) samples->data, samples->len);

  self->end_ns = end_ns;
  self->lost_total += self->lost;
  self->lost = 0;
  for (guint i = 0; i < self->cells->len; i++)
    {
      g_array_index (self->cells, Cell, i).pending.count = 0;
      g_array_set_size (g_array_index (self->cells, Cell, i).buckets, 0);
    }

  return snapshot;
}

/* Returns (transfer full) everything counted up to and including the last snapshot, under that one's number: what
 * a link begins with that did not follow from the start. */
HrSnapshot *
hr_feed_totals (HrFeed *self)
{
  static const HrHistogram empty;

  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (HrSample));
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autofree HrBucketCount *room = g_new (HrBucketCount, HR_N_BUCKETS);
  HrSnapshot                head = { .sequence = self->sequence, .end_ns = self->end_ns, .lost = self->lost_total };

  for (guint i = 0; i < self->cells->len; i++)
    {
      const HrTotals *totals = hr_feed_get_totals (self, i);
      HrSample        sample = { .metric = i, .count = totals->count, .sum = totals->sum, .min = totals->min, .max = totals->max, .last = totals->last, .self = totals->self };

      if (totals->count == 0)
        continue;
      if (totals->histogram != NULL)
        {
          sample.n_buckets = hr_histogram_subtract (totals->histogram, &empty, room, HR_N_BUCKETS);
          sample.buckets = g_memdup2 (room, sample.n_buckets * sizeof *room);
          g_ptr_array_add (rows, (gpointer) sample.buckets);
        }
      g_array_append_val (samples, sample);
    }

  return hr_snapshot_new (&head, (const HrSample *) (const void *) samples->data, samples->len);
}
