/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Counts, sums and buckets of an interval are differences of the region's totals, so they add up whatever happened to
 * the records. The records only tell the interval's minimum and maximum, which totals cannot.
 *
 * The totals are read first, then the ring is drained. A record later than its metric's totals belongs to the next interval and
 * is kept for it. Where the records seen are as many as the totals counted, the extremes are exact; otherwise records
 * were overtaken and the extremes are those of the filled buckets (within 1 %). */

#include "engine/collect/follower.h"

#include <math.h>

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
  HrRegionTotals *before; /* as of the last interval */
  HrRegionTotals *now;
  gboolean        read; /* @now was read whole in this round */
  Extremes        seen;
  Extremes        early; /* already of the next interval */
} Series;

struct _HrFollower
{
  HrRegionReader *reader;
  HrFeed         *feed;
  GArray         *series;
  guint64         lost;
  guint64         unplaced;
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

  g_free (series->before);
  g_free (series->now);
}

/* Takes the metrics over that the program has added since. */
static void
grow (HrFollower *self)
{
  guint n_metrics = hr_region_reader_n_metrics (self->reader);

  for (guint i = self->series->len; i < n_metrics; i++)
    {
      HrRegionMetric region;
      HrMetricInfo   metric;
      Series         series = { .metric = HR_FEED_NO_METRIC };

      if (hr_region_reader_metric (self->reader, i, &region) && g_utf8_validate (region.name, -1, NULL))
        {
          metric = (HrMetricInfo){ region.name, (HrKind) region.kind, (HrUnit) region.unit, (HrDirection) region.direction };
          series.metric = hr_feed_add_metric (self->feed, &metric);
          series.kind = metric.kind;
          series.scale = hr_kind_is_time (metric.kind) ? hr_unit_from_nanoseconds (metric.unit) : 1;
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

      series->read = hr_region_reader_totals (self->reader, i, series->now);
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
  if (series->read && record->time > series->now->last_time)
    extremes_add (&series->early, record);
  else
    extremes_add (&series->seen, record);
}

/* How many filled buckets the interval has; they go to @row. */
static guint
subtract_buckets (const Series  *series,
                  HrBucketCount *row)
{
  guint n = 0;

  if (!hr_kind_is_time (series->kind))
    return 0;

  for (guint i = 0; i < HR_N_BUCKETS; i++)
    if (series->now->buckets[i] > series->before->buckets[i])
      row[n++] = (HrBucketCount){ i, series->now->buckets[i] - series->before->buckets[i] };

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

  if (series->now->count <= series->before->count)
    return FALSE;

  *out = (HrSample){ .metric = series->metric, .count = series->now->count - series->before->count };
  out->sum = series->now->sum - series->before->sum;
  out->n_buckets = subtract_buckets (series, row);
  out->buckets = row;
  if (series->seen.count != out->count)
    bound_extremes (series, out, &min, &max);

  out->sum *= scale;
  out->min = min * scale;
  out->max = max * scale;
  out->last = series->now->last * scale;

  return isfinite (out->sum) && isfinite (out->min) && isfinite (out->max) && isfinite (out->last);
}

/* Ends the interval of one metric. Totals that were not whole wait for the next round, and their records with them. */
static void
add_samples (HrFollower *self,
             void (*add) (HrFeed         *feed,
                          const HrSample *sample))
{
  for (guint i = 0; i < self->series->len; i++)
    {
      Series  *series = &g_array_index (self->series, Series, i);
      HrSample sample;

      if (!series->read)
        continue;

      if (series->metric != HR_FEED_NO_METRIC && series_sample (series, self->row, &sample))
        add (self->feed, &sample);

      *series->before = *series->now;
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

/* Records that found no lane or metric stand in no total; the user is told how many there were. */
static void
add_unplaced (HrFollower *self)
{
  static const HrMetricInfo metric = { "records_unplaced", HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
  guint64                   unplaced = hr_region_reader_unplaced (self->reader);

  if (unplaced > self->unplaced)
    {
      hr_feed_measure (self->feed, &metric, (double) (unplaced - self->unplaced));
      self->unplaced = unplaced;
    }
}

/* Looks at the region again: adds what it counted since the last time to the feed. Returns FALSE, the feed ended, when the program is
 * gone or its file was damaged. */
gboolean
hr_follower_collect (HrFollower *self)
{
  /* Asked before the last look, so that nothing written before the end is missed. */
  gboolean       alive = hr_region_reader_alive (self->reader);
  HrRegionStatus status;
  guint64        lost;

  advance (self, hr_feed_add);
  add_unplaced (self);

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

  if (preload)
    {
      advance (self, hr_feed_preload);
      self->lost = hr_region_reader_lost (reader);
      self->unplaced = hr_region_reader_unplaced (reader);
    }

  return self;
}

/* Stops following. The feed stays with whoever holds it. Accepts NULL. */
void
hr_follower_free (HrFollower *self)
{
  if (self == NULL)
    return;

  hr_feed_set_controls (self->feed, NULL, NULL);
  hr_feed_unref (self->feed);
  hr_region_reader_close (self->reader);
  g_array_unref (self->series);
  g_free (self->row);
  g_free (self);
}
