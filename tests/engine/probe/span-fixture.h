/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Ticks are injected where times are compared: a span's begin is written over, and hr_span_pop () takes its end. */

#pragma once

#include "engine/probe/span.h"
#include "tests/engine/probe/region-fixture.h"

/* A probe whose tick is a nanosecond. */
static inline HrProbe *
open_exact_probe (Fixture *fixture)
{
  HrProbe *probe = open_probe (fixture);

  ((HrProbeHot *) probe)->tick_scale = HR_TICK_SCALE_ONE;

  return probe;
}

static inline void
begin_at (HrProbe    *probe,
          const char *name,
          uint64_t    now)
{
  HrSpan  span = hr_span_begin (probe, name);
  HrLane *lane = hr_lane_get (probe);

  g_assert_cmpuint (span, ==, lane->depth);
  lane->frames[lane->depth - 1].begin = now;
}

static inline void
end_at (HrProbe *probe,
        uint64_t now)
{
  hr_span_pop (probe, hr_lane_get (probe), now);
}

/* Returns the metric's path, "/outer/inner", as its parents' places say it. */
static inline char *
path_of (HrRegionReader *reader,
         uint32_t        metric)
{
  HrRegionMetric   entry;
  g_autofree char *parent = NULL;

  g_assert_true (hr_region_reader_metric (reader, metric, &entry));
  g_assert_cmpuint (entry.kind, ==, HR_KIND_SPAN);
  if (entry.parent != HR_REGION_NO_PARENT)
    parent = path_of (reader, entry.parent);

  return g_strdup_printf ("%s/%s", parent != NULL ? parent : "", entry.name);
}

/* Returns what the path has come to, all 0 where there is none; asserts that no path is there twice. */
static inline HrRegionTotals
totals_of (HrRegionReader *reader,
           const char     *path)
{
  HrRegionTotals totals = { 0 };
  unsigned       n_found = 0;

  for (uint32_t i = 0; i < hr_region_reader_n_metrics (reader); i++)
    {
      g_autofree char *other = path_of (reader, i);

      if (g_str_equal (other, path))
        {
          g_assert_true (hr_region_reader_totals (reader, i, &totals));
          n_found++;
        }
    }
  g_assert_cmpuint (n_found, <=, 1);

  return totals;
}

static inline void
assert_path (HrRegionReader *reader,
             const char     *path,
             uint64_t        count,
             double          sum,
             double          self)
{
  HrRegionTotals totals = totals_of (reader, path);

  g_assert_cmpuint (totals.count, ==, count);
  g_assert_cmpfloat (totals.sum, ==, sum);
  g_assert_cmpfloat (totals.self, ==, self);
}

/* Returns the self times of all spans, and in @out_roots what those without a parent took. */
static inline double
add_self_times (HrRegionReader *reader,
                double         *out_roots)
{
  double self = 0;

  *out_roots = 0;
  for (uint32_t i = 0; i < hr_region_reader_n_metrics (reader); i++)
    {
      HrRegionMetric entry;
      HrRegionTotals totals;

      g_assert_true (hr_region_reader_metric (reader, i, &entry));
      g_assert_true (hr_region_reader_totals (reader, i, &totals));
      self += totals.self;
      if (entry.parent == HR_REGION_NO_PARENT)
        *out_roots += totals.sum;
    }

  return self;
}
