/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Counts, sums and buckets of an interval are differences of the region's totals, so they add up whatever happened to
 * the records. The records only tell the interval's minimum and maximum, which totals cannot.
 *
 * The totals are read first, those that moved, then the ring is drained. A record later than its metric's totals
 * belongs to the next interval and is kept for it. Where the records seen are as many as the totals counted, the
 * extremes are exact; otherwise records were overtaken and the extremes are those of the filled buckets (within 1 %). */

#include "engine/collect/follower.h"

#include "engine/collect/categories.h"
#include "engine/collect/pacing.h"
#include "engine/collect/span-path.h"
#include "engine/model/category.h"

#include <math.h>

static const HrMetricInfo unplaced_metric = { "records_unplaced", HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
static const HrMetricInfo skipped_metric = { "records_skipped", HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
static const HrMetricInfo overhead_metric = { HR_METRIC_PROBE_OVERHEAD, HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER };
static const HrMetricInfo stride_metric = { HR_METRIC_SAMPLING_STRIDE, HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
static const HrMetricInfo slowed_metric = { "sampling slowed down", HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER };

/* What the records of one metric in one interval say. */
typedef struct
{
  guint64 count;
  double  min;
  double  max;
} Extremes;

typedef struct
{
  guint           metric; /* in the feed; HR_FEED_NO_METRIC: its name is taken */
  HrKind          kind;
  double          scale;  /* from the region's unit to the feed's */
  char           *name;   /* in the region; NULL: its entry is none */
  guint           parent; /* HR_REGION_NO_PARENT: none */
  HrRegionTotals *before; /* as of the last interval */
  HrRegionTotals *now;
  gboolean        moved; /* @now was read in this round; else nothing has come since @before */
  Extremes        seen;
  Extremes        early; /* already of the next interval */
} Series;

struct _HrFollower
{
  HrRegionReader *reader;
  HrFeed         *feed;
  HrCategories   *categories;
  GArray         *series;
  guint64         lost;
  guint64         unplaced;
  guint64         skipped;
  guint64         n_events; /* records that no stride leaves out */
  guint64         n_counts; /* of counters, which make no record */
  HrPacing        pacing;
  HrBucketCount  *row; /* scratch */
};

static void
set_sampling (gpointer owner,
              gboolean sampling)
{
  HrFollower *self = owner;

  hr_region_reader_set_sampling (self->reader, sampling);
}

static void
set_interval (gpointer owner,
              guint    interval_ms)
{
  HrFollower *self = owner;

  hr_region_reader_set_interval (self->reader, interval_ms);
}

static void
request_cleanup (gpointer owner)
{
  HrFollower *self = owner;

  hr_region_reader_request_cleanup (self->reader);
}

static const HrFeedControls controls = { set_sampling, set_interval, request_cleanup };

static void
series_clear (gpointer data)
{
  Series *series = data;

  g_free (series->name);
  g_free (series->before);
  g_free (series->now);
}

/* Returns (transfer full) (nullable) the path of the span that @region names. A parent always stands before its children. */
static char *
make_path (HrFollower           *self,
           const HrRegionMetric *region)
{
  const char *names[HR_REGION_METRICS_LIMIT + 1];
  guint       at = G_N_ELEMENTS (names) - 1;
  guint       parent = region->parent;

  names[at] = region->name;
  while (parent != HR_REGION_NO_PARENT)
    {
      const Series *series = &g_array_index (self->series, Series, parent);

      if (series->name == NULL)
        return NULL;
      names[--at] = series->name;
      parent = series->parent;
    }

  return hr_span_path (&names[at], G_N_ELEMENTS (names) - at);
}

/* Returns the metric in the feed for @region: HR_FEED_NO_METRIC where another one has its name, for two cannot be told apart. */
static guint
add_metric (HrFollower           *self,
            const HrRegionMetric *region)
{
  g_autofree char *name = region->kind == HR_KIND_SPAN ? make_path (self, region) : g_strdup (region->name);
  HrMetricInfo     metric = { name, (HrKind) region->kind, (HrUnit) region->unit, (HrDirection) region->direction };
  guint            added = name != NULL ? hr_feed_add_metric (self->feed, &metric) : HR_FEED_NO_METRIC;

  for (guint i = 0; i < self->series->len; i++)
    if (g_array_index (self->series, Series, i).metric == added)
      return HR_FEED_NO_METRIC;

  return added;
}

/* Takes the metrics over that the program has added since. */
static void
grow (HrFollower *self)
{
  guint n_metrics = hr_region_reader_n_metrics (self->reader);

  for (guint i = self->series->len; i < n_metrics; i++)
    {
      HrRegionMetric region;
      Series         series = { .metric = HR_FEED_NO_METRIC };

      if (hr_region_reader_metric (self->reader, i, &region))
        {
          series.metric = add_metric (self, &region);
          series.kind = (HrKind) region.kind;
          series.scale = hr_kind_is_time (series.kind) ? hr_unit_from_nanoseconds ((HrUnit) region.unit) : 1;
          series.name = g_strdup (region.name);
          series.parent = region.parent;
        }
      series.before = g_new0 (HrRegionTotals, 1);
      series.now = g_new0 (HrRegionTotals, 1);
      g_array_append_val (self->series, series);
    }
}

static void
read_totals (HrFollower *self)
{
  for (guint i = 0; i < self->series->len; i++)
    {
      Series *series = &g_array_index (self->series, Series, i);

      series->moved = hr_region_reader_moved (self->reader, i) && hr_region_reader_totals (self->reader, i, series->now);
    }
}

static void
extremes_add (Extremes             *self,
              const HrRegionRecord *record)
{
  self->min = self->count == 0 ? record->value : MIN (self->min, record->value);
  self->max = self->count == 0 ? record->value : MAX (self->max, record->value);
  self->count += record->weight;
}

static void
record_cb (const HrRegionRecord *record,
           void                 *user_data)
{
  HrFollower *self = user_data;
  Series     *series;

  if (record->metric >= self->series->len || !isfinite (record->value))
    return;

  series = &g_array_index (self->series, Series, record->metric);
  if (series->moved && record->time > series->now->last_time)
    extremes_add (&series->early, record);
  else
    extremes_add (&series->seen, record);
}

/* How many filled buckets the interval has; they go to @row. Together they hold its @count items, so nobody looks beyond the last. */
static guint
subtract_buckets (const Series  *series,
                  guint64        count,
                  HrBucketCount *row)
{
  guint n = 0;

  if (!hr_kind_is_time (series->kind))
    return 0;

  for (guint i = 0; i < HR_N_BUCKETS && count > 0; i++)
    if (series->now->buckets[i] > series->before->buckets[i])
      {
        guint64 items = series->now->buckets[i] - series->before->buckets[i];

        row[n++] = (HrBucketCount){ i, items };
        count -= MIN (count, items);
      }

  return n;
}

/* The widest that the interval's values can lie apart, in the region's unit. */
static void
bound_extremes (const Series   *series,
                const HrSample *sample,
                double         *min,
                double         *max)
{
  const HrRegionTotals *totals = series->now;
  double                mean = sample->sum / (double) sample->count;

  if (sample->n_buckets > 0)
    {
      uint32_t low = sample->buckets[0].bucket;
      uint32_t high = sample->buckets[sample->n_buckets - 1].bucket;

      *min = CLAMP ((double) hr_bucket_lower (low), totals->min, totals->max);
      *max = CLAMP ((double) (hr_bucket_lower (high) + hr_bucket_width (high)), totals->min, totals->max);
      return;
    }

  /* Without buckets: what is known to have been there, one value and the mean of all. */
  *min = MIN (mean, totals->last);
  *max = MAX (mean, totals->last);
  if (series->seen.count > 0)
    {
      *min = MIN (*min, series->seen.min);
      *max = MAX (*max, series->seen.max);
    }
}

static gboolean
series_sample (Series        *series,
               HrBucketCount *row,
               HrSample      *out)
{
  double scale = series->scale;
  double min = series->seen.min, max = series->seen.max;

  *out = (HrSample){ .metric = series->metric, .count = series->now->count - series->before->count };
  out->sum = series->now->sum - series->before->sum;
  out->n_buckets = subtract_buckets (series, out->count, row);
  out->buckets = row;
  if (series->seen.count != out->count)
    bound_extremes (series, out, &min, &max);

  /* Times are never less than nothing; two differences round apart. */
  if (series->kind == HR_KIND_SPAN)
    out->self = CLAMP (series->now->self - series->before->self, 0, MAX (out->sum, 0)) * scale;
  out->sum *= scale;
  out->min = min * scale;
  out->max = max * scale;
  out->last = series->now->last * scale;

  return isfinite (out->sum) && isfinite (out->min) && isfinite (out->max) && isfinite (out->last);
}

/* Counts what costs otherwise than the rest. */
static void
note_cost (HrFollower   *self,
           const Series *series)
{
  guint64 count = series->now->count - series->before->count;

  if (series->kind == HR_KIND_EVENT)
    self->n_events += count;
  else if (series->kind == HR_KIND_COUNTER)
    self->n_counts += count;
}

/* Lets the interval go on, with the records that were taken for the next one's. */
static void
keep_interval (Series *series)
{
  if (series->early.count == 0)
    return;

  series->seen.min = series->seen.count == 0 ? series->early.min : MIN (series->seen.min, series->early.min);
  series->seen.max = series->seen.count == 0 ? series->early.max : MAX (series->seen.max, series->early.max);
  series->seen.count += series->early.count;
  series->early = (Extremes){ 0 };
}

/* Ends the interval of each metric that counted something. Of one that did not, the sum may be ahead already, and stays for the count that is to
 * come. */
static void
add_samples (HrFollower *self,
             void (*add) (HrFeed         *feed,
                          const HrSample *sample))
{
  for (guint i = 0; i < self->series->len; i++)
    {
      Series         *series = &g_array_index (self->series, Series, i);
      HrRegionTotals *before = series->before;
      HrSample        sample;

      if (!series->moved || series->now->count <= before->count)
        {
          keep_interval (series);
          continue;
        }

      note_cost (self, series);
      if (series->metric != HR_FEED_NO_METRIC && series_sample (series, self->row, &sample))
        add (self->feed, &sample);

      series->before = series->now;
      series->now = before;
      series->seen = series->early;
      series->early = (Extremes){ 0 };
    }
}

static void
advance (HrFollower *self,
         void (*add) (HrFeed         *feed,
                      const HrSample *sample))
{
  hr_feed_note_sampling (self->feed, hr_region_reader_get_sampling (self->reader));
  grow (self);
  read_totals (self);
  hr_region_reader_drain (self->reader, record_cb, self);
  add_samples (self, add);
}

/* Tells how far one of the region's counts has come since @before. */
static void
tell_growth (HrFollower         *self,
             const HrMetricInfo *metric,
             guint64             count,
             guint64            *before)
{
  if (count > *before)
    hr_feed_measure (self->feed, metric, (double) (count - *before));
  *before = count;
}

/* What recording has cost the program so far, by what it measured itself at its start. Allocations are not in it: one
 * costs less than a count, next to nothing beside the allocation itself. */
static HrRecordingCost
recording_cost (HrFollower *self)
{
  const HrRegionHeader *header = hr_region_reader_header (self->reader);
  double                written = (double) hr_region_reader_written (self->reader);
  double                skipped = (double) hr_region_reader_skipped (self->reader);
  double                small_ns = ((double) self->n_counts * header->count_ps + skipped * header->skip_ps) / 1000;

  return (HrRecordingCost){ written * header->record_ns + small_ns, (written - (double) self->n_events) * header->record_ns };
}

/* Tells what recording costs, and slows it down where that is too much. Whatever stride an earlier agent left, it is
 * gone on from there. */
static void
pace (HrFollower *self,
      gint64      now_ns)
{
  HrRecordingCost cost = recording_cost (self);
  guint           stride = hr_region_reader_get_stride (self->reader);
  double          overhead;
  guint           next;

  if (!hr_feed_get_sampling (self->feed))
    {
      hr_pacing_begin (&self->pacing, now_ns, &cost);
      return;
    }
  if (!hr_pacing_judge (&self->pacing, now_ns, &cost, stride, &overhead, &next))
    return;

  /* A program that could not measure what a record costs has none to tell. */
  if (hr_region_reader_header (self->reader)->record_ns > 0)
    hr_feed_measure (self->feed, &overhead_metric, overhead);
  if (next != stride)
    hr_region_reader_set_stride (self->reader, next);
  if (next > stride)
    hr_feed_measure (self->feed, &slowed_metric, next);
  hr_feed_measure (self->feed, &stride_metric, next);
}

/* Looks at the region again, at @now_ns (monotonic): adds what it counted since the last time to the feed. Returns
 * FALSE, the feed ended, when the program is gone or its file was damaged. */
gboolean
hr_follower_collect (HrFollower *self,
                     gint64      now_ns)
{
  /* Asked before the last look, so that nothing written before the end is missed. */
  gboolean       alive = hr_region_reader_alive (self->reader);
  HrRegionStatus status;
  guint64        lost;

  advance (self, hr_feed_add);
  hr_categories_collect (self->categories, now_ns);
  tell_growth (self, &unplaced_metric, hr_region_reader_unplaced (self->reader), &self->unplaced);
  tell_growth (self, &skipped_metric, hr_region_reader_skipped (self->reader), &self->skipped);
  pace (self, now_ns);

  lost = hr_region_reader_lost (self->reader);
  hr_feed_add_lost (self->feed, lost - self->lost);
  self->lost = lost;

  status = hr_region_reader_status (self->reader);
  if (status != HR_REGION_OK)
    hr_feed_end (self->feed, hr_region_status_text (status));
  else if (!alive)
    hr_feed_end (self->feed, "the program ended");

  return status == HR_REGION_OK && alive;
}

/* Returns (transfer none) the feed that is filled. */
HrFeed *
hr_follower_get_feed (HrFollower *self)
{
  return self->feed;
}

/* Leaves what the region has counted until @now_ns to the feed's totals. */
static void
skip_past (HrFollower *self,
           gint64      now_ns)
{
  HrRecordingCost cost;

  advance (self, hr_feed_preload);
  hr_categories_preload (self->categories);
  self->lost = hr_region_reader_lost (self->reader);
  self->unplaced = hr_region_reader_unplaced (self->reader);
  self->skipped = hr_region_reader_skipped (self->reader);
  cost = recording_cost (self);
  hr_pacing_begin (&self->pacing, now_ns, &cost);
}

/* Follows the region behind @reader (transfer full) as a stream of @epoch, whose first interval begins at @begin_ns. With
 * @preload, what the region has counted until now stands in the feed's totals and in no snapshot. */
HrFollower *
hr_follower_new (HrRegionReader *reader,
                 guint64         epoch,
                 gint64          begin_ns,
                 gboolean        preload)
{
  const HrRegionHeader *header = hr_region_reader_header (reader);
  HrFollower           *self = g_new0 (HrFollower, 1);
  g_autofree char      *title = g_utf8_make_valid (header->name, -1);
  g_autofree char      *detail = g_strdup_printf ("pid %u", header->pid);
  HrStreamName          name = { .epoch = epoch };

  memcpy (name.uuid, header->uuid, sizeof name.uuid);
  self->reader = reader;
  self->series = g_array_new (FALSE, TRUE, sizeof (Series));
  g_array_set_clear_func (self->series, series_clear);
  self->row = g_new (HrBucketCount, HR_N_BUCKETS);
  self->feed = hr_feed_new (&name, HR_SOURCE_PROCESS, title, begin_ns);
  hr_feed_set_detail (self->feed, detail);
  hr_feed_set_process (self->feed, header->pid, header->pid_start_time);
  hr_feed_set_controls (self->feed, &controls, self);
  self->categories = hr_categories_new (reader, self->feed);

  if (preload)
    skip_past (self, begin_ns);
  else
    self->pacing.since_ns = begin_ns;

  return self;
}

/* Stops following: the program measures everything again, for nobody is there any more to judge. The feed stays with whoever holds
 * it. Accepts NULL. */
void
hr_follower_free (HrFollower *self)
{
  if (self == NULL)
    return;

  if (hr_region_reader_get_stride (self->reader) > 1)
    hr_region_reader_set_stride (self->reader, 1);
  hr_feed_set_controls (self->feed, NULL, NULL);
  hr_categories_free (self->categories);
  hr_feed_unref (self->feed);
  hr_region_reader_close (self->reader);
  g_array_unref (self->series);
  g_free (self->row);
  g_free (self);
}
