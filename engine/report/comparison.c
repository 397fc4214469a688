/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/comparison.h"

#include <math.h>
#include <string.h>

/* A series that grows beyond this is averaged by pairs: days of ten samples a second fit, and the comparison averages them further anyway. */
#define MOST_VALUES 65536

/* A tail is measured over so long at least: a second of a program that works has items enough. */
#define TAIL_NS ((gint64) HR_NS_PER_SECOND)

/* Below so many items the 99th percentile is only another word for the highest. */
#define TAIL_ITEMS 100

/* Values of one kind in order of time, each the mean of @group that came. */
typedef struct
{
  GArray *values; /* double */
  guint   group;
  guint   n_pending;
  double  pending;
} Series;

/* One metric of one source in one session. */
typedef struct
{
  HrMetricInfo info;
  Series       level; /* means or rates */
  Series       tail;
  HrHistogram *histogram; /* since @tail_ns; of durations alone */
  gint64       tail_ns;
} Gathered;

/* One source of one session. */
typedef struct
{
  char      *name;
  gboolean   program;
  GPtrArray *metrics; /* Gathered */
} Side;

typedef struct
{
  GPtrArray *sides; /* Side */
  HrProgress progress;
  gpointer   user_data;
  double     begin; /* share of the whole when this session begins */
  double     share; /* of the whole that it is */
} Gathering;

struct _HrComparison
{
  GPtrArray *base; /* a GPtrArray of Side a round */
  GPtrArray *now;
  GArray    *rows; /* HrComparisonRow */
};

/* What hr_compare () is asked, and the values that it is asked of: of each row, those of all rounds. */
typedef struct
{
  GArray    *metrics; /* HrCompared */
  GPtrArray *values;  /* HrComparedValues[] */
} Question;

static void
series_init (Series *self)
{
  *self = (Series){ .values = g_array_new (FALSE, FALSE, sizeof (double)), .group = 1 };
}

static void
series_add (Series *self,
            double  value)
{
  self->pending += value / self->group;
  if (++self->n_pending < self->group)
    return;

  g_array_append_val (self->values, self->pending);
  self->pending = 0;
  self->n_pending = 0;
  if (self->values->len < MOST_VALUES)
    return;

  for (guint i = 0; i < MOST_VALUES / 2; i++)
    g_array_index (self->values, double, i) = (g_array_index (self->values, double, 2 * i) + g_array_index (self->values, double, 2 * i + 1)) / 2;
  g_array_set_size (self->values, MOST_VALUES / 2);
  self->group *= 2;
}

static void
gathered_free (gpointer data)
{
  Gathered *self = data;

  g_array_unref (self->level.values);
  g_array_unref (self->tail.values);
  g_free (self->histogram);
  g_free (self);
}

static void
side_free (gpointer data)
{
  Side *self = data;

  g_ptr_array_unref (self->metrics);
  g_free (self->name);
  g_free (self);
}

static Side *
find_side (GPtrArray  *sides,
           const char *name)
{
  for (guint i = 0; i < sides->len; i++)
    if (g_str_equal (((Side *) g_ptr_array_index (sides, i))->name, name))
      return g_ptr_array_index (sides, i);

  return NULL;
}

static Side *
ensure_side (GPtrArray             *sides,
             const HrSessionSource *source)
{
  Side *self = find_side (sides, source->what.name);

  if (self != NULL)
    return self;

  self = g_new0 (Side, 1);
  self->name = g_strdup (source->what.name);
  self->program = source->what.role == HR_SOURCE_PROCESS;
  self->metrics = g_ptr_array_new_with_free_func (gathered_free);
  g_ptr_array_add (sides, self);

  return self;
}

/* What the monitor says of itself is about the monitor. */
static gboolean
is_about_monitoring (const char *name)
{
  static const char *const names[] = { "probe_overhead", "sampling_stride", "monitor_cpu_usage", NULL };

  return g_strv_contains (names, name);
}

static Gathered *
find_gathered (const Side         *side,
               const HrMetricInfo *info)
{
  for (guint i = 0; i < side->metrics->len; i++)
    {
      Gathered *self = g_ptr_array_index (side->metrics, i);

      /* Names of metrics are interned. */
      if (self->info.kind == info->kind && self->info.unit == info->unit && g_str_equal (self->info.name, info->name))
        return self;
    }

  return NULL;
}

static Gathered *
ensure_gathered (Side               *side,
                 const HrMetricInfo *info)
{
  Gathered *self = find_gathered (side, info);

  if (self != NULL)
    return self;

  self = g_new0 (Gathered, 1);
  self->info = *info;
  self->info.name = g_intern_string (info->name);
  series_init (&self->level);
  series_init (&self->tail);
  if (info->kind == HR_KIND_DURATION)
    self->histogram = g_new0 (HrHistogram, 1);
  g_ptr_array_add (side->metrics, self);

  return self;
}

/* A stretch of the tail begins with its first items and ends with the interval in which it is long enough. */
static void
gather_tail (Gathered         *self,
             const HrSample   *sample,
             const HrSnapshot *snapshot)
{
  if (self->histogram->total == 0)
    self->tail_ns = snapshot->end_ns - snapshot->interval_ns;
  hr_histogram_add (self->histogram, sample->buckets, sample->n_buckets);
  if (snapshot->end_ns - self->tail_ns < TAIL_NS)
    return;

  if (self->histogram->total >= TAIL_ITEMS)
    series_add (&self->tail, hr_histogram_quantile (self->histogram, 0.99) * hr_unit_from_nanoseconds (self->info.unit));
  memset (self->histogram, 0, sizeof *self->histogram);
}

/* Where a counter or an event has no sample nothing happened while somebody looked; where anything else has none nothing is known. */
static void
gather (Gathered         *self,
        const HrSample   *sample,
        const HrSnapshot *snapshot)
{
  double seconds = (double) snapshot->interval_ns / HR_NS_PER_SECOND;

  if (hr_kind_is_counted (self->info.kind))
    {
      double amount = sample == NULL ? 0 : (self->info.kind == HR_KIND_EVENT ? (double) sample->count : sample->sum);

      if (seconds > 0)
        series_add (&self->level, amount / seconds);
    }
  else if (sample != NULL)
    {
      series_add (&self->level, hr_sample_mean (sample));
      if (self->histogram != NULL)
        gather_tail (self, sample, snapshot);
    }
}

static gboolean
replay_snapshot_cb (const HrSessionSource *source,
                    HrHistory             *history,
                    HrSnapshot            *snapshot,
                    gpointer               user_data)
{
  Gathering *self = user_data;
  Side      *side = ensure_side (self->sides, source);

  /* What makes up for an unwatched stretch is of no interval. */
  if (snapshot->catch_up)
    return TRUE;

  for (guint i = 0; i < hr_history_get_n_metrics (history); i++)
    {
      const HrMetricInfo *info = hr_history_get_metric (history, i);

      if (!is_about_monitoring (info->name))
        gather (ensure_gathered (side, info), hr_snapshot_find (snapshot, i), snapshot);
    }

  return TRUE;
}

static gboolean
replay_progress_cb (double   share,
                    gpointer user_data)
{
  Gathering *self = user_data;

  return self->progress == NULL || self->progress (self->begin + share * self->share, self->user_data);
}

/* Adds what there is of @session to @sessions. */
static gboolean
gather_session (const HrComparedSession *session,
                GPtrArray               *sessions,
                Gathering               *gathering,
                GError                 **error)
{
  const HrReplayEvents events = { .snapshot = replay_snapshot_cb, .progress = replay_progress_cb };

  gathering->sides = g_ptr_array_new_with_free_func (side_free);
  g_ptr_array_add (sessions, gathering->sides);
  if (!hr_session_replay (session->session, 0, session->range, &events, gathering, error))
    return FALSE;

  gathering->begin += gathering->share;

  return TRUE;
}

/* Returns: (transfer none) (nullable): the one program among @sides. */
static Side *
find_only_program (GPtrArray *sides)
{
  Side *found = NULL;

  for (guint i = 0; i < sides->len; i++)
    {
      Side *side = g_ptr_array_index (sides, i);

      if (side->program && found != NULL)
        return NULL;
      if (side->program)
        found = side;
    }

  return found;
}

/* Where the program of @sides goes by another name than that of @guide, and each has but one, it goes by that name from now on. */
static void
adopt_name (GPtrArray *sides,
            GPtrArray *guide)
{
  Side *own = find_only_program (sides), *named = find_only_program (guide);

  if (own == NULL || named == NULL || find_side (sides, named->name) != NULL)
    return;

  g_free (own->name);
  own->name = g_strdup (named->name);
}

static const Series *
series_of (const Gathered     *gathered,
           HrComparedStatistic statistic)
{
  return statistic == HR_COMPARED_P99 ? &gathered->tail : &gathered->level;
}

/* Returns: (transfer full): what each of @sessions has of a metric; nothing where it has none of it. */
static HrComparedValues *
find_values (GPtrArray          *sessions,
             const Side         *side,
             const HrMetricInfo *info,
             HrComparedStatistic statistic)
{
  HrComparedValues *values = g_new0 (HrComparedValues, sessions->len);

  for (guint i = 0; i < sessions->len; i++)
    {
      const Side     *found = find_side (g_ptr_array_index (sessions, i), side->name);
      const Gathered *gathered = found != NULL ? find_gathered (found, info) : NULL;
      const GArray   *kept = gathered != NULL ? series_of (gathered, statistic)->values : NULL;

      if (kept != NULL)
        values[i] = (HrComparedValues){ (const double *) kept->data, kept->len };
    }

  return values;
}

static void
add_row (HrComparison       *self,
         Question           *question,
         const Side         *side,
         const HrMetricInfo *info,
         HrComparedStatistic statistic)
{
  HrComparisonRow row = {
    .source = side->name,
    .metric = *info,
    .statistic = statistic,
    .unit = statistic == HR_COMPARED_RATE ? hr_rate_unit (info->unit, info->kind) : info->unit,
    .counts = side->program && info->kind != HR_KIND_SPAN,
  };
  HrCompared metric = {
    .base = find_values (self->base, side, info, statistic),
    .now = find_values (self->now, side, info, statistic),
    .n_rounds = self->now->len,
    .direction = info->direction,
  };

  g_array_append_val (self->rows, row);
  g_array_append_val (question->metrics, metric);
  g_ptr_array_add (question->values, (gpointer) metric.base);
  g_ptr_array_add (question->values, (gpointer) metric.now);
}

static gboolean
has_metric (GPtrArray          *sessions,
            const Side         *side,
            const HrMetricInfo *info)
{
  for (guint i = 0; i < sessions->len; i++)
    {
      const Side *found = find_side (g_ptr_array_index (sessions, i), side->name);

      if (found != NULL && find_gathered (found, info) != NULL)
        return TRUE;
    }

  return FALSE;
}

/* Takes the metrics as the first of the newer sessions has them. */
static void
pair_up (HrComparison *self,
         Question     *question)
{
  GPtrArray *guide = g_ptr_array_index (self->now, 0);

  for (guint i = 0; i < guide->len; i++)
    {
      const Side *side = g_ptr_array_index (guide, i);

      for (guint j = 0; j < side->metrics->len; j++)
        {
          const HrMetricInfo *info = &((const Gathered *) g_ptr_array_index (side->metrics, j))->info;

          if (!has_metric (self->base, side, info))
            continue;
          add_row (self, question, side, info, hr_kind_is_counted (info->kind) ? HR_COMPARED_RATE : HR_COMPARED_MEAN);
          if (info->kind == HR_KIND_DURATION)
            add_row (self, question, side, info, HR_COMPARED_P99);
        }
    }
}

static void
compare (HrComparison *self)
{
  g_autoptr (GArray) metrics = g_array_new (FALSE, FALSE, sizeof (HrCompared));
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
  g_autofree HrComparedResult *results = NULL;
  Question                     question = { metrics, values };

  for (guint i = 0; i < self->now->len; i++)
    {
      adopt_name (g_ptr_array_index (self->base, i), g_ptr_array_index (self->now, 0));
      adopt_name (g_ptr_array_index (self->now, i), g_ptr_array_index (self->now, 0));
    }
  pair_up (self, &question);

  results = g_new (HrComparedResult, MAX (metrics->len, 1));
  hr_compare ((const HrCompared *) metrics->data, metrics->len, &hr_compare_defaults, results);
  for (guint i = 0; i < self->rows->len; i++)
    g_array_index (self->rows, HrComparisonRow, i).result = results[i];
}

/* Compares what the sessions of @now hold with what those of @base hold. Of several, the k-th of @now was recorded beside the k-th of @base. Rows come
 * in the order of sources and metrics that the first of @now has.
 * @base, @now: @n_rounds of either, 1 or more
 * @progress: (nullable): may give it up
 * Returns: (transfer full): the comparison, or NULL with what reading a session failed of */
HrComparison *
hr_comparison_new (const HrComparedSession *base,
                   const HrComparedSession *now,
                   guint                    n_rounds,
                   HrProgress               progress,
                   gpointer                 user_data,
                   GError                 **error)
{
  g_autoptr (HrComparison) self = g_new0 (HrComparison, 1);
  Gathering gathering = { .progress = progress, .user_data = user_data, .share = 0.5 / n_rounds };

  self->rows = g_array_new (FALSE, FALSE, sizeof (HrComparisonRow));
  self->base = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  self->now = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  for (guint i = 0; i < n_rounds; i++)
    if (!gather_session (&base[i], self->base, &gathering, error) || !gather_session (&now[i], self->now, &gathering, error))
      return NULL;

  compare (self);

  return g_steal_pointer (&self);
}

/* NULL is accepted. */
void
hr_comparison_free (HrComparison *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->base, g_ptr_array_unref);
  g_clear_pointer (&self->now, g_ptr_array_unref);
  g_array_unref (self->rows);
  g_free (self);
}

/* Returns how many sessions were compared with as many others. */
guint
hr_comparison_get_n_rounds (HrComparison *self)
{
  return self->now->len;
}

/* Returns how many metrics were compared; 0 where the sessions have nothing in common. */
guint
hr_comparison_get_n_rows (HrComparison *self)
{
  return self->rows->len;
}

/* Returns: (transfer none): row number @index; lives as long as @self. */
const HrComparisonRow *
hr_comparison_get_row (HrComparison *self,
                       guint         index)
{
  g_return_val_if_fail (index < self->rows->len, NULL);

  return &g_array_index (self->rows, HrComparisonRow, index);
}

/* How many rows that count came to what: all, or of durations the means alone. */
static void
count_differences (HrComparison *self,
                   gboolean      durations,
                   guint         n[HR_N_DIFFERENCES])
{
  memset (n, 0, HR_N_DIFFERENCES * sizeof *n);
  for (guint i = 0; i < self->rows->len; i++)
    {
      const HrComparisonRow *row = hr_comparison_get_row (self, i);

      if (row->counts && (!durations || (row->metric.kind == HR_KIND_DURATION && row->statistic == HR_COMPARED_MEAN)))
        n[row->result.difference]++;
    }
}

/* Returns what the rows that count come to. Whether nothing has changed is for durations to say, where there are any: memory that stays the same
 * says nothing about work that took too short to be compared. */
HrDifference
hr_comparison_get_difference (HrComparison *self)
{
  guint all[HR_N_DIFFERENCES], durations[HR_N_DIFFERENCES];

  count_differences (self, FALSE, all);
  count_differences (self, TRUE, durations);
  if (all[HR_DIFFERENCE_WORSE] > 0)
    return HR_DIFFERENCE_WORSE;
  if (all[HR_DIFFERENCE_BETTER] > 0)
    return HR_DIFFERENCE_BETTER;
  if (durations[HR_DIFFERENCE_INCONCLUSIVE] > 0 && durations[HR_DIFFERENCE_SAME] == 0)
    return HR_DIFFERENCE_INCONCLUSIVE;

  return all[HR_DIFFERENCE_SAME] > 0 ? HR_DIFFERENCE_SAME : HR_DIFFERENCE_INCONCLUSIVE;
}
