/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One function a kind of record, for test-inline.py to look at. */

#include "engine/probe/category.h"
#include "engine/probe/measure.h"
#include "engine/probe/record.h"
#include "engine/probe/span.h"

void record_timed (HrProbe *probe,
                   HrMetric metric);
void record_duration (HrProbe *probe,
                      HrMetric metric,
                      uint64_t elapsed_ns);
void record_gauge (HrProbe *probe,
                   HrMetric metric,
                   double   value);
void record_gauge_at (HrProbe *probe,
                      HrMetric metric,
                      uint64_t time,
                      double   value);
void record_count (HrProbe *probe,
                   HrMetric metric,
                   uint32_t increment);
void record_event (HrProbe *probe,
                   HrMetric metric);
void record_spans (HrProbe *probe);
void record_scope (HrProbe *probe);
void record_measured (void);
void record_allocated (HrProbe   *probe,
                       HrCategory category,
                       size_t     bytes);

void
record_timed (HrProbe *probe,
              HrMetric metric)
{
  hr_probe_end (probe, metric, hr_probe_begin (probe), 1);
}

void
record_duration (HrProbe *probe,
                 HrMetric metric,
                 uint64_t elapsed_ns)
{
  hr_probe_duration (probe, metric, elapsed_ns, 1);
}

void
record_gauge (HrProbe *probe,
              HrMetric metric,
              double   value)
{
  hr_probe_gauge (probe, metric, value);
}

void
record_gauge_at (HrProbe *probe,
                 HrMetric metric,
                 uint64_t time,
                 double   value)
{
  hr_probe_gauge_at (probe, metric, time, value);
}

void
record_count (HrProbe *probe,
              HrMetric metric,
              uint32_t increment)
{
  hr_probe_count (probe, metric, increment);
}

void
record_event (HrProbe *probe,
              HrMetric metric)
{
  hr_probe_event (probe, metric, 0);
}

void
record_spans (HrProbe *probe)
{
  HrSpan outer = hr_span_begin (probe, "outer");

  hr_span_end (probe, hr_span_begin (probe, "inner"));
  hr_span_end (probe, outer);
}

void
record_scope (HrProbe *probe)
{
  HR_SPAN (probe, "scope")
    {
    }
}

void
record_measured (void)
{
  HR_MEASURE ("measured", 5.0)
    {
    }
}

void
record_allocated (HrProbe   *probe,
                  HrCategory category,
                  size_t     bytes)
{
  hr_probe_allocated (probe, category, bytes);
}
