/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Spans and measured scopes end where an exception leaves them. The exit status says what is wrong. */

#include "engine/probe/measure.h"
#include "engine/probe/reader.h"
#include "engine/probe/span.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#define LONG 1e9

static int
throw_from (HrProbe *probe,
            int      value)
{
  HR_SPAN (probe, "outer")
    {
      HR_MEASURE ("thrown", LONG)
        {
          HR_SPAN (probe, "inner")
            throw std::runtime_error ("out");
        }
    }

  return value;
}

/* A template's instances share the site's name, not the site. */
template <typename T>
static T
measured (T value)
{
  HR_MEASURE ("template", LONG)
    return value;

  return T ();
}

static uint64_t
count_of (HrRegionReader *reader,
          const char     *name)
{
  HrRegionMetric metric;
  HrRegionTotals totals;

  for (uint32_t i = 0; i < hr_region_reader_n_metrics (reader); i++)
    if (hr_region_reader_metric (reader, i, &metric) && std::strcmp (metric.name, name) == 0 && hr_region_reader_totals (reader, i, &totals))
      return totals.count;

  return 0;
}

int
main ()
{
  char folder[] = "/tmp/headroom-scopes-XXXXXX";
  if (mkdtemp (folder) == nullptr || setenv ("HEADROOM_RUNTIME_DIR", folder, 1) != 0)
    return 1;

  HrProbe *probe = hr_probe_default ();
  for (int i = 0; i < 3; i++)
    try
      {
        throw_from (probe, i);
        return 2;
      }
    catch (const std::runtime_error &)
      {
      }
  if (measured (1) != 1 || measured (2.5) != 2.5)
    return 3;

  HrRegionReader *reader = nullptr;
  if (hr_region_reader_open (hr_probe_path (probe), &reader) != HR_REGION_OK)
    return 4;
  if (count_of (reader, "outer") != 3 || count_of (reader, "inner") != 3 || count_of (reader, "thrown") != 3 || count_of (reader, "template") != 2)
    return 5;
  if (hr_region_reader_n_metrics (reader) != 4 || hr_probe_unplaced (probe) != 0)
    return 6;

  HrMeasureSummary summary;
  if (!hr_measure_summary ("thrown", &summary) || summary.calls != 3 || summary.result != HR_MEASURE_PASS)
    return 7;

  hr_region_reader_close (reader);
  std::remove (hr_probe_path (probe));
  std::remove (folder);

  return 0;
}
