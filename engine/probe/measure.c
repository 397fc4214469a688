/* SPDX-License-Identifier: MIT */

#include "engine/probe/measure.h"

#include "engine/probe/probe-private.h"
#include "engine/probe/reader-private.h"
#include "engine/probe/text.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Apple has the locale of a thread apart. */
#if defined(__APPLE__)
#include <xlocale.h>
#endif

/* Of a report. */
#define FIGURE_COLUMNS 10

static pthread_once_t prepared = PTHREAD_ONCE_INIT;
static HrProbe       *default_probe;

/* Changed under hr_probe_lock (). Entries are never freed: scopes know their addresses. */
static HrMeasure *measures;
static char       default_name[HR_REGION_NAME_BYTES];
static bool       default_named;

/* What hr_measure_get () gives without memory: measures, but is in no report. */
static HrMeasure no_memory = { .metric = HR_METRIC_NONE, .limit_ns = UINT64_MAX };

/* The child's totals begin anew, and what is over the limit with them. */
static void
forked_child_cb (void)
{
  for (HrMeasure *measure = measures; measure != NULL; measure = measure->next)
    hr_word_store (&measure->over, 0);
}

static void
prepare (void)
{
  char name[HR_REGION_NAME_BYTES];

  hr_probe_lock ();
  default_named = true;
  memcpy (name, default_name, sizeof name);
  hr_probe_unlock ();

  default_probe = hr_probe_open (name);
  no_memory.probe = default_probe;
  pthread_atfork (NULL, NULL, forked_child_cb);
}

/* Returns the program's default probe, opened with the first call under the program's name and never closed. HR_MEASURE records
 * to it; a program may as well. Any thread may call it. */
HrProbe *
hr_probe_default (void)
{
  pthread_once (&prepared, prepare);

  return default_probe;
}

/* Names the default probe, for a program that runs under an interpreter's name: UTF-8, cut to HR_REGION_NAME_BYTES - 1. Returns
 * false, and changes nothing, where it is open already. */
bool
hr_probe_name_default (const char *name)
{
  bool early;

  hr_probe_lock ();
  early = !default_named;
  if (early)
    hr_text_copy (default_name, sizeof default_name, name, SIZE_MAX);
  hr_probe_unlock ();

  return early;
}

static uint64_t
limit_of (double max_ms)
{
  double ns = max_ms * (double) HR_NS_PER_MS;

  /* NaN is no limit that anything keeps. */
  if (!(ns > 0))
    return 0;

  return ns < (double) INT64_MAX ? (uint64_t) ns : UINT64_MAX;
}

/* Returns the entry of @name, or the last one's link. Call it with the lock held. */
static HrMeasure **
find_measure (const char *name)
{
  HrMeasure **link = &measures;

  while (*link != NULL && strcmp ((*link)->name, name) != 0)
    link = &(*link)->next;

  return link;
}

/* Returns what is measured under @name (UTF-8, 1 to HR_REGION_NAME_BYTES - 1 bytes without control characters), new
 * where the program did not measure it before. Of several limits the strictest counts, from then on. A limit that is
 * not above 0 is kept by nothing. Never returns NULL: where the name is bad or taken by another kind of metric, or the
 * probe's table is full, its calls are counted by hr_probe_unplaced () and it reports no data. Owned by the library,
 * for good. Takes a lock. */
HrMeasure *
hr_measure_get (const char *name,
                double      max_ms)
{
  HrProbe    *probe = hr_probe_default ();
  const char *text = name != NULL ? name : "";
  HrMetric    metric = hr_probe_metric (probe, text, HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
  HrMeasure  *fresh = calloc (1, sizeof *fresh);
  HrMeasure **link;
  HrMeasure  *measure;

  if (fresh == NULL)
    return &no_memory;

  *fresh = (HrMeasure){ .probe = probe, .metric = metric, .limit_ns = limit_of (max_ms) };
  hr_text_copy (fresh->name, sizeof fresh->name, text, SIZE_MAX);

  hr_probe_lock ();
  link = find_measure (fresh->name);
  measure = *link;
  if (measure == NULL)
    *link = measure = fresh;
  else if (fresh->limit_ns < hr_word_load (&measure->limit_ns))
    hr_word_store (&measure->limit_ns, fresh->limit_ns);
  hr_probe_unlock ();

  if (measure != fresh)
    free (fresh);

  return measure;
}

/* Records a call that took @elapsed_ns and ends now, measured by the caller. */
void
hr_measure_add (HrMeasure *self,
                uint64_t   elapsed_ns)
{
  if (hr_lane_wanted (self->probe))
    hr_measure_put (self, hr_probe_ticks (self->probe), elapsed_ns);
}

/* Returns the nearest-rank 99th percentile, in nanoseconds: of up to a hundred times the greatest, else the middle of its bucket,
 * within what was measured. */
static double
p99_of (const HrRegionTotals *totals)
{
  uint64_t rank = totals->count - totals->count / 100;
  uint64_t passed = totals->buckets[0];
  uint32_t bucket = 0;
  double   middle;

  while (passed < rank && bucket < HR_N_BUCKETS - 1)
    passed += totals->buckets[++bucket];

  middle = hr_bucket_middle (bucket);
  if (middle > totals->max || rank == totals->count || bucket == HR_N_BUCKETS - 1)
    return totals->max;

  return middle < totals->min ? totals->min : middle;
}

/* Adds up what all threads have recorded of the metric. */
static void
add_lanes (const HrProbe  *probe,
           HrMetric        metric,
           HrRegionTotals *out)
{
  hr_probe_lock ();
  for (uint32_t i = 0; i < probe->n_lanes && metric < HR_REGION_METRICS; i++)
    {
      const HrLane *lane = probe->lanes[i];

      hr_totals_add_lane (out, lane->shared, metric, hr_lane_totals (lane, metric), true, NULL);
    }
  hr_probe_unlock ();
}

static HrMeasureSummary
summarise (const HrMeasure *self)
{
  uint64_t         limit = hr_word_load (&self->limit_ns);
  HrMeasureSummary summary = { .limit_ms = limit == UINT64_MAX ? (double) INFINITY : (double) limit / (double) HR_NS_PER_MS };
  HrRegionTotals   totals = { 0 };

  add_lanes (self->probe, self->metric, &totals);
  if (totals.count == 0)
    return summary;

  summary.calls = totals.count;
  summary.over = hr_word_load (&self->over);
  summary.average_ms = totals.sum / (double) totals.count / (double) HR_NS_PER_MS;
  summary.p99_ms = p99_of (&totals) / (double) HR_NS_PER_MS;
  summary.max_ms = totals.max / (double) HR_NS_PER_MS;
  summary.result = totals.sum / (double) totals.count <= (double) limit ? HR_MEASURE_PASS : HR_MEASURE_FAIL;

  return summary;
}

/* Writes what @name has come to in this process, over all threads, to @out. Calls while a reader had sampling switched
 * off are not among them, and of several only those that were measured. Returns false, with @out untouched, where the
 * name was never measured. */
bool
hr_measure_summary (const char       *name,
                    HrMeasureSummary *out)
{
  const HrMeasure *measure;

  hr_probe_lock ();
  measure = *find_measure (name);
  hr_probe_unlock ();
  if (measure != NULL)
    *out = summarise (measure);

  return measure != NULL;
}

/* Returns "PASS", "FAIL" or "NO-DATA". */
const char *
hr_measure_result_name (HrMeasureResult result)
{
  static const char *const names[HR_N_MEASURE_RESULTS] = { "NO-DATA", "PASS", "FAIL" };

  return (unsigned) result < HR_N_MEASURE_RESULTS ? names[result] : "unknown";
}

/* Returns how many columns a terminal shows @text in, where no character is wide. */
static int
columns_of (const char *text)
{
  int columns = 0;

  for (; *text != '\0'; text++)
    columns += ((unsigned char) *text & 0xc0) != 0x80;

  return columns;
}

/* Prints milliseconds to the nanosecond, from 1 ms on to the microsecond. */
static void
print_ms (FILE  *file,
          double ms)
{
  fprintf (file, "  %*.*f", FIGURE_COLUMNS, ms < 1 ? 6 : 3, ms);
}

static void
print_line (FILE                   *file,
            const HrMeasureSummary *summary)
{
  fprintf (file, "  %*llu", FIGURE_COLUMNS, (unsigned long long) summary->calls);
  if (summary->result == HR_MEASURE_NO_DATA)
    {
      fprintf (file, "  %*s  %*s  %*s", FIGURE_COLUMNS, "-", FIGURE_COLUMNS, "-", FIGURE_COLUMNS, "-");
    }
  else
    {
      print_ms (file, summary->average_ms);
      print_ms (file, summary->p99_ms);
      print_ms (file, summary->max_ms);
    }
  print_ms (file, summary->limit_ms);
  fprintf (file, "  %*llu  %s\n", FIGURE_COLUMNS, (unsigned long long) summary->over, hr_measure_result_name (summary->result));
}

static void
print_heading (FILE *file,
               int   name_columns)
{
  static const char *const words[] = { "calls", "average ms", "p99 ms", "max ms", "limit ms", "over" };

  fprintf (file, "%-*s", name_columns, "measure");
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    fprintf (file, "  %*s", FIGURE_COLUMNS, words[i]);
  fputs ("  result\n", file);
}

/* Says which calls the figures leave out. */
static void
print_note (FILE *file)
{
  uint32_t control = hr_probe_control (hr_probe_default ());

  if ((control & HR_CONTROL_SAMPLING) == 0)
    fputs ("Sampling is switched off: calls meanwhile are not measured.\n", file);
  else if (control != HR_CONTROL_SAMPLING)
    fputs ("Sampling is thinned out: only some of the calls are measured.\n", file);
}

/* Returns the entry that @link names by now. */
static const HrMeasure *
follow (HrMeasure *const *link)
{
  const HrMeasure *measure;

  hr_probe_lock ();
  measure = *link;
  hr_probe_unlock ();

  return measure;
}

static bool
print_report (FILE *file)
{
  const HrMeasure *first = follow (&measures);
  const HrMeasure *measure;
  int              columns = (int) strlen ("measure");
  bool             passed = first != NULL;

  if (first == NULL)
    fputs ("Nothing was measured.\n", file);

  for (measure = first; measure != NULL; measure = follow (&measure->next))
    if (columns_of (measure->name) > columns)
      columns = columns_of (measure->name);
  if (first != NULL)
    print_heading (file, columns);
  for (measure = first; measure != NULL; measure = follow (&measure->next))
    {
      HrMeasureSummary summary = summarise (measure);

      fprintf (file, "%s%*s", measure->name, columns > columns_of (measure->name) ? columns - columns_of (measure->name) : 0, "");
      print_line (file, &summary);
      passed = passed && summary.result == HR_MEASURE_PASS;
    }
  print_note (file);

  return passed;
}

/* Prints a line for each name that was measured, by first use: calls, their average, 99th percentile and maximum, the
 * limit (all in milliseconds, with a point), how many calls took longer, and PASS where the average is within the
 * limit, else FAIL, or NO-DATA. Columns are parted by blanks and only a name may hold some. A note below says when
 * sampling is off or thinned out. Returns whether there was a line and every one passed; what goes wrong with @file is
 * the caller's to ask it. */
bool
hr_measure_report (FILE *file)
{
  locale_t plain = newlocale (LC_NUMERIC_MASK, "C", (locale_t) 0);
  locale_t before = plain != (locale_t) 0 ? uselocale (plain) : (locale_t) 0;
  bool     passed = print_report (file);

  if (plain != (locale_t) 0)
    {
      uselocale (before);
      freelocale (plain);
    }

  return passed;
}
