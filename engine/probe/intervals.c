/* SPDX-License-Identifier: MIT */

/* Counts, sums and buckets of an interval are differences of the region's totals, so they add up whatever happened to
 * the records. The records only tell the interval's minimum and maximum, which totals cannot.
 *
 * The totals are read first, those that moved, then the ring is drained. A record later than its metric's totals
 * belongs to the next interval and is kept for it. Where the records seen are as many as the totals counted, the
 * extremes are exact; otherwise records were overtaken and the extremes are those of the filled buckets (within 1 %). */

#include "engine/probe/intervals.h"

#include "engine/base/metric-names.h"
#include "engine/probe/category-series.h"
#include "engine/probe/pacing.h"
#include "engine/probe/span-path.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const HrMetricInfo unplaced_metric = { "records_unplaced", HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
static const HrMetricInfo skipped_metric = { "records_skipped", HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
static const HrMetricInfo overhead_metric = { HR_METRIC_PROBE_OVERHEAD, HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER };
static const HrMetricInfo stride_metric = { HR_METRIC_SAMPLING_STRIDE, HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
static const HrMetricInfo slowed_metric = { "sampling slowed down", HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER };

typedef void (*AddFunc) (void           *user_data,
                         const HrSample *sample);

/* What the records of one metric in one interval say. */
typedef struct
{
  uint64_t count;
  double   min;
  double   max;
} Extremes;

typedef struct
{
  uint32_t        metric; /* in the sink; HR_SINK_NO_METRIC: its name is taken */
  HrKind          kind;
  double          scale;                      /* from the region's unit to the sink's */
  char            name[HR_REGION_NAME_BYTES]; /* in the region; "": its entry is none */
  uint32_t        parent;                     /* HR_REGION_NO_PARENT: none */
  HrRegionTotals *before;                     /* as of the last interval; NULL: no memory, it is not followed */
  HrRegionTotals *now;
  bool            moved; /* @now was read in this round; else nothing has come since @before */
  Extremes        seen;
  Extremes        early; /* already of the next interval */
} Series;

struct _HrIntervals
{
  HrRegionReader   *reader; /* borrowed */
  HrSampleSink      sink;
  HrCategorySeries *categories; /* owned */
  HrRecordKeeper   *keeper;     /* borrowed; NULL: records are not kept */
  bool              keeping;    /* in this round */
  Series           *series;     /* owned, with room for all that the region may have */
  uint32_t          n_series;
  bool              sampling;
  uint64_t          lost;
  uint64_t          unplaced;
  uint64_t          skipped;
  uint64_t          n_events; /* records that no stride leaves out */
  uint64_t          n_counts; /* of counters, which make no record */
  HrPacing          pacing;
  HrBucketCount     row[HR_N_BUCKETS]; /* scratch */
};

static double
least (double a,
       double b)
{
  return a < b ? a : b;
}

static double
greatest (double a,
          double b)
{
  return a > b ? a : b;
}

static double
clamp (double value,
       double low,
       double high)
{
  return value > high ? high : greatest (value, low);
}

/* Writes the path of the span that @region names. A parent always stands before its children. */
static bool
make_path (HrIntervals          *self,
           const HrRegionMetric *region,
           char                 *out)
{
  const char *names[HR_REGION_METRICS_LIMIT + 1];
  uint32_t    at = HR_REGION_METRICS_LIMIT;
  uint32_t    parent = region->parent;

  names[at] = region->name;
  while (parent != HR_REGION_NO_PARENT)
    {
      const Series *series = &self->series[parent];

      if (series->name[0] == '\0')
        return false;
      names[--at] = series->name;
      parent = series->parent;
    }

  return hr_span_path (&names[at], HR_REGION_METRICS_LIMIT + 1 - at, out);
}

/* Returns the sink's number for @region: HR_SINK_NO_METRIC where another one has its name, for two cannot be told apart. */
static uint32_t
add_metric (HrIntervals          *self,
            const HrRegionMetric *region)
{
  char         path[HR_SPAN_PATH_BYTES + 1];
  bool         span = region->kind == HR_KIND_SPAN;
  HrMetricInfo metric = { span ? path : region->name, (HrKind) region->kind, (HrUnit) region->unit, (HrDirection) region->direction };
  uint32_t     added;

  if (span && !make_path (self, region, path))
    return HR_SINK_NO_METRIC;

  added = self->sink.metric (self->sink.user_data, &metric);
  for (uint32_t i = 0; i < self->n_series; i++)
    if (self->series[i].metric == added)
      return HR_SINK_NO_METRIC;

  return added;
}

/* Takes the metrics over that the program has added since. */
static void
grow (HrIntervals *self)
{
  uint32_t n_metrics = hr_region_reader_n_metrics (self->reader);

  for (; self->n_series < n_metrics; self->n_series++)
    {
      Series        *series = &self->series[self->n_series];
      HrRegionMetric region;

      series->metric = HR_SINK_NO_METRIC;
      series->parent = HR_REGION_NO_PARENT;
      if (hr_region_reader_metric (self->reader, self->n_series, &region))
        {
          series->metric = add_metric (self, &region);
          series->kind = (HrKind) region.kind;
          series->scale = hr_kind_is_time (series->kind) ? hr_unit_from_nanoseconds ((HrUnit) region.unit) : 1;
          memcpy (series->name, region.name, sizeof series->name);
          series->parent = region.parent;
          if (self->keeper != NULL && series->metric != HR_SINK_NO_METRIC)
            hr_record_keeper_name (self->keeper, self->n_series, series->metric, series->scale);
        }
      series->before = calloc (1, sizeof *series->before);
      series->now = calloc (1, sizeof *series->now);
    }
}

static void
read_totals (HrIntervals *self)
{
  for (uint32_t i = 0; i < self->n_series; i++)
    {
      Series *series = &self->series[i];

      series->moved = series->before != NULL && series->now != NULL && hr_region_reader_moved (self->reader, i) &&
                      hr_region_reader_totals (self->reader, i, series->now);
    }
}

static void
extremes_add (Extremes             *self,
              const HrRegionRecord *record)
{
  self->min = self->count == 0 ? record->value : least (self->min, record->value);
  self->max = self->count == 0 ? record->value : greatest (self->max, record->value);
  self->count += record->weight;
}

static void
record_cb (const HrRegionRecord *record,
           void                 *user_data)
{
  HrIntervals *self = user_data;
  Series      *series;

  if (self->keeping)
    hr_record_keeper_add (self->keeper, (int64_t) hr_region_reader_time (self->reader, record->time), record->metric, record->weight, record->value);
  if (record->metric >= self->n_series || !isfinite (record->value))
    return;

  series = &self->series[record->metric];
  if (series->moved && record->time > series->now->last_time)
    extremes_add (&series->early, record);
  else
    extremes_add (&series->seen, record);
}

/* How many filled buckets the interval has; they go to @row. Together they hold its @count items, so nobody looks beyond the last. */
static uint32_t
subtract_buckets (const Series  *series,
                  uint64_t       count,
                  HrBucketCount *row)
{
  uint32_t n = 0;

  if (!hr_kind_is_time (series->kind))
    return 0;

  for (uint32_t i = 0; i < HR_N_BUCKETS && count > 0; i++)
    if (series->now->buckets[i] > series->before->buckets[i])
      {
        uint64_t items = series->now->buckets[i] - series->before->buckets[i];

        row[n++] = (HrBucketCount){ i, items };
        count -= items < count ? items : count;
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

      *min = clamp ((double) hr_bucket_lower (low), totals->min, totals->max);
      *max = clamp ((double) (hr_bucket_lower (high) + hr_bucket_width (high)), totals->min, totals->max);
      return;
    }

  /* Without buckets: what is known to have been there, one value and the mean of all. */
  *min = least (mean, totals->last);
  *max = greatest (mean, totals->last);
  if (series->seen.count > 0)
    {
      *min = least (*min, series->seen.min);
      *max = greatest (*max, series->seen.max);
    }
}

static bool
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
    out->self = clamp (series->now->self - series->before->self, 0, greatest (out->sum, 0)) * scale;
  out->sum *= scale;
  out->min = min * scale;
  out->max = max * scale;
  out->last = series->now->last * scale;

  return isfinite (out->sum) && isfinite (out->min) && isfinite (out->max) && isfinite (out->last);
}

/* Counts what costs otherwise than the rest. */
static void
note_cost (HrIntervals  *self,
           const Series *series)
{
  uint64_t count = series->now->count - series->before->count;

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

  series->seen.min = series->seen.count == 0 ? series->early.min : least (series->seen.min, series->early.min);
  series->seen.max = series->seen.count == 0 ? series->early.max : greatest (series->seen.max, series->early.max);
  series->seen.count += series->early.count;
  series->early = (Extremes){ 0 };
}

/* Ends the interval of each metric that counted something. Of one that did not, the sum may be ahead already, and stays for the count that is to
 * come. */
static void
add_samples (HrIntervals *self,
             AddFunc      add)
{
  for (uint32_t i = 0; i < self->n_series; i++)
    {
      Series         *series = &self->series[i];
      HrRegionTotals *before = series->before;
      HrSample        sample;

      if (!series->moved || series->now->count <= before->count)
        {
          keep_interval (series);
          continue;
        }

      note_cost (self, series);
      if (series->metric != HR_SINK_NO_METRIC && series_sample (series, self->row, &sample))
        add (self->sink.user_data, &sample);

      series->before = series->now;
      series->now = before;
      series->seen = series->early;
      series->early = (Extremes){ 0 };
    }
}

/* Reads the records there are, and keeps them if @keep. */
static void
drain (HrIntervals *self,
       bool         keep,
       int64_t      now_ns)
{
  uint64_t lost = hr_region_reader_lost (self->reader);
  uint64_t n_read;

  self->keeping = keep && self->keeper != NULL;
  n_read = hr_region_reader_drain (self->reader, record_cb, self);
  lost = hr_region_reader_lost (self->reader) - lost;
  if (self->keeping)
    hr_record_keeper_end_round (self->keeper, n_read, lost, now_ns);
  else if (self->keeper != NULL)
    hr_record_keeper_skip (self->keeper, n_read + lost, now_ns);
}

static void
advance (HrIntervals *self,
         AddFunc      add,
         bool         keep,
         int64_t      now_ns)
{
  self->sampling = hr_region_reader_get_sampling (self->reader);
  grow (self);
  read_totals (self);
  drain (self, keep, now_ns);
  add_samples (self, add);
}

/* Tells how far one of the region's counts has come since @before. */
static void
tell_growth (HrIntervals        *self,
             const HrMetricInfo *metric,
             uint64_t            count,
             uint64_t           *before)
{
  if (count > *before)
    hr_sample_sink_measure (&self->sink, metric, (double) (count - *before));
  *before = count;
}

/* What recording has cost the program so far, by what it measured itself at its start. Allocations are not in it: one
 * costs less than a count, next to nothing beside the allocation itself. */
static HrRecordingCost
recording_cost (HrIntervals *self)
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
pace (HrIntervals *self,
      int64_t      now_ns)
{
  HrRecordingCost cost = recording_cost (self);
  uint32_t        stride = hr_region_reader_get_stride (self->reader);
  double          overhead;
  uint32_t        next;

  if (!self->sampling)
    {
      hr_pacing_begin (&self->pacing, now_ns, &cost);
      return;
    }
  if (!hr_pacing_judge (&self->pacing, now_ns, &cost, stride, &overhead, &next))
    return;

  /* A program that could not measure what a record costs has none to tell. */
  if (hr_region_reader_header (self->reader)->record_ns > 0 && isfinite (overhead))
    hr_sample_sink_measure (&self->sink, &overhead_metric, overhead);
  if (next != stride)
    hr_region_reader_set_stride (self->reader, next);
  if (next > stride)
    hr_sample_sink_measure (&self->sink, &slowed_metric, next);
  hr_sample_sink_measure (&self->sink, &stride_metric, next);
}

/* Looks at the region again, at @now_ns (monotonic), and tells the sink what it counted since the last time. Returns how many records
 * were overtaken meanwhile before they could be read. */
uint64_t
hr_intervals_collect (HrIntervals *self,
                      int64_t      now_ns)
{
  uint64_t before = self->lost;

  advance (self, self->sink.add, true, now_ns);
  hr_category_series_collect (self->categories, now_ns, self->sampling);
  tell_growth (self, &unplaced_metric, hr_region_reader_unplaced (self->reader), &self->unplaced);
  tell_growth (self, &skipped_metric, hr_region_reader_skipped (self->reader), &self->skipped);
  pace (self, now_ns);
  self->lost = hr_region_reader_lost (self->reader);

  return self->lost - before;
}

/* Tells the sink what the region has counted until @now_ns as something from before: the next interval begins here. */
void
hr_intervals_skip (HrIntervals *self,
                   int64_t      now_ns)
{
  HrRecordingCost cost;

  advance (self, self->sink.preload, false, now_ns);
  hr_category_series_preload (self->categories);
  self->lost = hr_region_reader_lost (self->reader);
  self->unplaced = hr_region_reader_unplaced (self->reader);
  self->skipped = hr_region_reader_skipped (self->reader);
  cost = recording_cost (self);
  hr_pacing_begin (&self->pacing, now_ns, &cost);
}

/* Returns whether the program recorded as of the last look. */
bool
hr_intervals_get_sampling (const HrIntervals *self)
{
  return self->sampling;
}

/* Has the records themselves kept in @keeper (borrowed, nullable), from the next look on. */
void
hr_intervals_set_keeper (HrIntervals    *self,
                         HrRecordKeeper *keeper)
{
  self->keeper = keeper;
}

/* Begins to follow the region behind @reader (borrowed) at @begin_ns (monotonic), for @sink (copied). NULL without memory. */
HrIntervals *
hr_intervals_new (HrRegionReader     *reader,
                  const HrSampleSink *sink,
                  int64_t             begin_ns)
{
  HrIntervals *self = calloc (1, sizeof *self);

  if (self == NULL)
    return NULL;

  self->reader = reader;
  self->sink = *sink;
  self->sampling = true;
  self->pacing.since_ns = begin_ns;
  self->series = calloc (hr_region_reader_header (reader)->metrics_max, sizeof *self->series);
  self->categories = hr_category_series_new (reader, sink);
  if (self->series == NULL || self->categories == NULL)
    {
      hr_intervals_free (self);
      return NULL;
    }

  return self;
}

/* Stops following: the program measures everything again, for nobody is there any more to judge. Accepts NULL. */
void
hr_intervals_free (HrIntervals *self)
{
  if (self == NULL)
    return;

  if (hr_region_reader_get_stride (self->reader) > 1)
    hr_region_reader_set_stride (self->reader, 1);
  for (uint32_t i = 0; i < self->n_series; i++)
    {
      free (self->series[i].before);
      free (self->series[i].now);
    }
  free (self->series);
  hr_category_series_free (self->categories);
  free (self);
}
