/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/stream.h"

#include "engine/wire/wire.h"

#include <string.h>

#define NO_METRIC G_MAXUINT

/* What a backlog holds is younger; a time stamp beyond that is a peer's mistake. */
#define OLDEST_NS (10 * 24 * 3600 * (gint64) HR_NS_PER_SECOND)

/* What one metric of this instance had counted, and up to which number of the epoch. */
typedef struct
{
  HrTotals totals;
  guint64  sequence;
} Seen;

struct _HrStream
{
  HrStreamName name;
  HrSource    *source;
  guint64      sequence;      /* last one taken in, within the epoch */
  guint64      lost;          /* within the epoch */
  guint64      lost_sequence; /* up to which number that is known; what is resent below it counts no loss again */
  gboolean     begun;         /* this instance's numbers have come, in whatever epoch */
  gboolean     resumed;       /* numbers of this epoch came over an earlier link */
  gboolean     keeps;         /* records themselves can be asked for, as this link has told */
  gboolean     kept;          /* as some link has told */
  gint64       heard_ns;      /* when the last snapshot came; 0: none has */
  GArray      *map;           /* guint: the wire's metric -> the history's, or NO_METRIC */
  GHashTable  *numbers;       /* interned name -> the history's metric, of all hellos */
  GArray      *seen;          /* Seen, by the history's metric */
};

static void
seen_clear (gpointer data)
{
  Seen *seen = data;

  hr_totals_clear (&seen->totals);
}

/* Makes what the hub keeps of the instance @name of @source. Returns: (transfer full) */
HrStream *
hr_stream_new (HrSource           *source,
               const HrStreamName *name)
{
  HrStream *self = g_new0 (HrStream, 1);

  self->name = *name;
  self->source = g_object_ref (source);
  self->map = g_array_new (FALSE, FALSE, sizeof (guint));
  self->numbers = g_hash_table_new (g_str_hash, g_str_equal);
  self->seen = g_array_new (FALSE, TRUE, sizeof (Seen));
  g_array_set_clear_func (self->seen, seen_clear);

  return self;
}

/* Frees @self. NULL is accepted. */
void
hr_stream_free (HrStream *self)
{
  if (self == NULL)
    return;

  g_object_unref (self->source);
  g_array_unref (self->map);
  g_hash_table_unref (self->numbers);
  g_array_unref (self->seen);
  g_free (self);
}

/* Returns: (transfer none): the source this is an instance of. */
HrSource *
hr_stream_get_source (HrStream *self)
{
  return self->source;
}

/* Returns whether @name is the same instance, in whatever epoch. */
gboolean
hr_stream_is (HrStream           *self,
              const HrStreamName *name)
{
  return memcmp (self->name.uuid, name->uuid, sizeof name->uuid) == 0;
}

/* Writes how far this instance was taken in, for a resume. */
void
hr_stream_get_position (HrStream   *self,
                        HrPosition *out)
{
  *out = (HrPosition){ .name = self->name, .sequence = self->sequence };
}

static gboolean
is_same (HrHistory          *history,
         guint               number,
         const HrMetricInfo *metric)
{
  const HrMetricInfo *known = hr_history_get_metric (history, number);

  return known->kind == metric->kind && known->unit == metric->unit && g_str_equal (known->name, metric->name);
}

/* The history's number of @metric. NO_METRIC for what is beyond a source's limit, so that programs which never stop inventing
 * names cost a bounded amount. */
static guint
map_metric (HrStream           *self,
            const HrMetricInfo *metric)
{
  HrHistory *history = hr_source_get_history (self->source);
  gpointer   known;
  guint      number;

  if (g_hash_table_lookup_extended (self->numbers, metric->name, NULL, &known) && is_same (history, GPOINTER_TO_UINT (known), metric))
    return GPOINTER_TO_UINT (known);

  if (hr_history_get_n_metrics (history) >= HR_WIRE_MAX_METRICS &&
      !(hr_history_find_metric (history, metric->name, &number) && is_same (history, number, metric)))
    return NO_METRIC;

  number = hr_history_add_metric (history, metric);
  g_hash_table_insert (self->numbers, (gpointer) hr_history_get_metric (history, number)->name, GUINT_TO_POINTER (number));

  return number;
}

/* Returns whether a link that opened meanwhile goes on where an earlier one ended: the same run of the same agent. */
gboolean
hr_stream_is_resumed (HrStream *self)
{
  return self->resumed;
}

/* Returns whether anything that comes now follows on numbers that came before. */
gboolean
hr_stream_is_begun (HrStream *self)
{
  return self->begun;
}

/* Notes that the link is gone. */
void
hr_stream_leave (HrStream *self)
{
  self->resumed = self->sequence > 0;
  self->keeps = FALSE;
}

/* Notes whether records themselves can be asked for over this link, as its hello has told. */
void
hr_stream_note_records (HrStream *self,
                        gboolean  kept)
{
  self->keeps = kept;
  self->kept |= kept;
}

/* Returns whether records themselves can be asked for over this link, even when the instance has ended. */
gboolean
hr_stream_keeps_records (HrStream *self)
{
  return self->keeps;
}

/* Returns whether they could over this one or one before it. */
gboolean
hr_stream_kept_records (HrStream *self)
{
  return self->kept;
}

/* Returns when the last snapshot came, by our monotonic clock; 0 before the first. */
gint64
hr_stream_get_heard (HrStream *self)
{
  return self->heard_ns;
}

/* Writes the history's number of what the last hello called @number. Returns FALSE when it called nothing so, or that is beyond the
 * source's limit. */
gboolean
hr_stream_find_metric (HrStream *self,
                       guint     number,
                       guint    *out_metric)
{
  guint metric = number < self->map->len ? g_array_index (self->map, guint, number) : NO_METRIC;

  if (metric == NO_METRIC)
    return FALSE;

  *out_metric = metric;

  return TRUE;
}

/* In a new epoch everything is numbered anew. */
static void
begin_epoch (HrStream *self,
             guint64   epoch)
{
  self->name.epoch = epoch;
  self->sequence = 0;
  self->lost = 0;
  self->lost_sequence = 0;
  self->resumed = FALSE;
  for (guint i = 0; i < self->seen->len; i++)
    g_array_index (self->seen, Seen, i).sequence = 0;
}

/* Takes in a hello: a new epoch counts its sequence anew, and the metrics may stand in another order. */
void
hr_stream_hello (HrStream           *self,
                 const HrStreamName *name,
                 const HrMetricInfo *metrics,
                 guint               n_metrics)
{
  HrHistory *history = hr_source_get_history (self->source);

  if (self->name.epoch != name->epoch)
    begin_epoch (self, name->epoch);

  g_array_set_size (self->map, 0);
  for (guint i = 0; i < n_metrics; i++)
    {
      guint metric = map_metric (self, &metrics[i]);

      g_array_append_val (self->map, metric);
    }

  while (self->seen->len < hr_history_get_n_metrics (history))
    {
      Seen seen = { 0 };

      hr_totals_init (&seen.totals, hr_history_get_metric (history, self->seen->len)->kind);
      g_array_append_val (self->seen, seen);
    }
}

static int
compare_metrics (gconstpointer a,
                 gconstpointer b)
{
  const HrSample *first = a, *second = b;

  return (first->metric > second->metric) - (first->metric < second->metric);
}

/* Gives @samples the history's metrics, in ascending order. A sample of a metric that no hello named, that is beyond the source's
 * limit, or that is there twice, is dropped: this is foreign data. */
static GArray *
map_samples (HrStream         *self,
             const HrSnapshot *snapshot)
{
  GArray *mapped = g_array_sized_new (FALSE, FALSE, sizeof (HrSample), snapshot->n_samples);

  for (guint i = 0; i < snapshot->n_samples; i++)
    {
      HrSample sample = snapshot->samples[i];

      if (sample.metric >= self->map->len)
        continue;
      sample.metric = g_array_index (self->map, guint, sample.metric);
      if (sample.metric != NO_METRIC)
        g_array_append_val (mapped, sample);
    }

  g_array_sort (mapped, compare_metrics);
  for (guint i = mapped->len; i > 1; i--)
    if (g_array_index (mapped, HrSample, i - 1).metric == g_array_index (mapped, HrSample, i - 2).metric)
      g_array_remove_index (mapped, i - 1);

  return mapped;
}

/* The earliest time that a snapshot may have now: never before the one before, whichever instance brought that. */
static gint64
earliest_ns (HrStream *self,
             gint64    now_ns)
{
  HrHistory *history = hr_source_get_history (self->source);
  guint      n = hr_history_get_n_snapshots (history);
  gint64     oldest_ns = now_ns - OLDEST_NS;

  return n > 0 ? MAX (hr_history_get_snapshot (history, n - 1)->end_ns, oldest_ns) : oldest_ns;
}

/* Fills in the times of @head by our clock: never in the future, never before the snapshot before. While nobody knows how the other clock
 * stands, it is now. */
static void
map_times (HrStream         *self,
           HrSnapshot       *head,
           gint64            remote_end_ns,
           const HrClockMap *clock,
           gint64            now_ns,
           gint64            now_us)
{
  gint64 end_ns = clock->known ? hr_clock_map_to_local (clock, remote_end_ns) : now_ns;

  head->end_ns = MIN (MAX (end_ns, earliest_ns (self, now_ns)), now_ns);
  head->time_us = now_us - (now_ns - head->end_ns) / 1000;
}

/* Leaves out what totals that broke off had brought already: a metric's numbers count once. */
static void
drop_counted (HrStream *self,
              GArray   *samples,
              guint64   sequence)
{
  for (guint i = samples->len; i > 0; i--)
    if (g_array_index (self->seen, Seen, g_array_index (samples, HrSample, i - 1).metric).sequence >= sequence)
      g_array_remove_index (samples, i - 1);
}

/* Turns an agent's snapshot into one of the source's history, by our clock. @now_ns, @now_us: our monotonic time and UTC.
 * Returns: (transfer full) (nullable): NULL for one that was taken in before */
HrSnapshot *
hr_stream_snapshot (HrStream         *self,
                    const HrSnapshot *snapshot,
                    const HrClockMap *clock,
                    gint64            now_ns,
                    gint64            now_us)
{
  g_autoptr (GArray) samples = NULL;
  HrSnapshot head = { .sequence = snapshot->sequence, .interval_ns = snapshot->interval_ns, .lost = snapshot->lost };

  if (snapshot->sequence <= self->sequence)
    return NULL;

  samples = map_samples (self, snapshot);
  drop_counted (self, samples, snapshot->sequence);
  for (guint i = 0; i < samples->len; i++)
    {
      const HrSample *sample = &g_array_index (samples, HrSample, i);

      hr_totals_add (&g_array_index (self->seen, Seen, sample->metric).totals, sample);
    }
  if (snapshot->sequence <= self->lost_sequence)
    head.lost = 0;
  self->sequence = snapshot->sequence;
  self->begun = TRUE;
  self->heard_ns = now_ns;
  self->lost += head.lost;
  map_times (self, &head, snapshot->end_ns, clock, now_ns, now_us);

  return hr_snapshot_new (&head, (const HrSample *) samples->data, samples->len);
}

/* Replaces what was seen of one metric with @cumulative, which reaches up to @sequence; what it counted beyond that goes to
 * @gap, its buckets to @buckets. Returns FALSE when nothing was missed. */
static gboolean
catch_up (Seen           *seen,
          const HrSample *cumulative,
          guint64         sequence,
          HrSample       *gap,
          HrBucketCount  *buckets)
{
  HrTotals totals;
  gboolean missed;

  hr_totals_init (&totals, seen->totals.histogram != NULL ? HR_KIND_DURATION : HR_KIND_GAUGE);
  hr_totals_add (&totals, cumulative);
  missed = hr_totals_since (&totals, &seen->totals, cumulative->metric, gap, buckets);
  hr_totals_clear (&seen->totals);
  *seen = (Seen){ totals, sequence };

  return missed;
}

/* Takes in what an instance counted so far and returns what of it had not been seen, so that it is counted exactly once. @n_left: frames
 * that bring other metrics up to the same number; the stream is there only with the last of them. Returns: (transfer full)
 * (nullable): NULL when nothing was missed */
HrSnapshot *
hr_stream_totals (HrStream         *self,
                  const HrSnapshot *totals,
                  guint             n_left,
                  const HrClockMap *clock,
                  gint64            now_ns,
                  gint64            now_us)
{
  g_autoptr (GArray) samples = map_samples (self, totals);
  g_autoptr (GArray) gaps = g_array_new (FALSE, FALSE, sizeof (HrSample));
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autofree HrBucketCount *room = g_new (HrBucketCount, HR_N_BUCKETS);
  HrSnapshot                head = { .sequence = totals->sequence, .catch_up = TRUE };

  if (totals->sequence < self->sequence)
    return NULL;

  for (guint i = 0; i < samples->len; i++)
    {
      const HrSample *cumulative = &g_array_index (samples, HrSample, i);
      HrSample        gap;

      if (!catch_up (&g_array_index (self->seen, Seen, cumulative->metric), cumulative, totals->sequence, &gap, room))
        continue;
      gap.buckets = g_memdup2 (room, gap.n_buckets * sizeof *room);
      g_ptr_array_add (rows, (gpointer) gap.buckets);
      g_array_append_val (gaps, gap);
    }

  head.lost = totals->lost > self->lost ? totals->lost - self->lost : 0;
  self->lost = MAX (self->lost, totals->lost);
  self->lost_sequence = MAX (self->lost_sequence, totals->sequence);
  if (n_left == 0)
    {
      self->sequence = totals->sequence;
      self->begun = TRUE;
    }
  if (gaps->len == 0 && head.lost == 0)
    return NULL;

  map_times (self, &head, totals->end_ns, clock, now_ns, now_us);

  return hr_snapshot_new (&head, (const HrSample *) gaps->data, gaps->len);
}
