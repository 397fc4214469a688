/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A region file of any bytes is refused or read to its end. */

#include "engine/probe/reader.h"

#include <glib.h>
#include <math.h>
#include <stdint.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

static void
check_record_cb (const HrRegionRecord *record,
                 void                 *user_data)
{
  g_assert (record->weight > 0 && isfinite (record->value));
  hr_region_reader_time (user_data, record->time);
}

static void
read_region (HrRegionReader *reader)
{
  uint32_t         n_metrics = hr_region_reader_n_metrics (reader);
  uint32_t         n_categories = hr_region_reader_n_categories (reader);
  HrRegionTotals   totals;
  HrRegionMetric   metric;
  HrRegionCategory category;
  HrRegionUsage    usage;

  for (uint32_t i = 0; i < n_metrics; i++)
    {
      if (hr_region_reader_metric (reader, i, &metric))
        g_assert (g_utf8_validate (metric.name, -1, NULL));
      if (hr_region_reader_moved (reader, i))
        hr_region_reader_totals (reader, i, &totals);
    }
  for (uint32_t i = 0; i < n_categories; i++)
    {
      if (hr_region_reader_category (reader, i, &category))
        g_assert (g_utf8_validate (category.name, -1, NULL));
      hr_region_reader_usage (reader, i, &usage);
    }
  for (int i = 0; i < 2; i++)
    hr_region_reader_drain (reader, check_record_cb, reader);

  g_assert (g_utf8_validate (hr_region_reader_header (reader)->name, -1, NULL));
  hr_region_reader_written (reader);
  hr_region_reader_skipped (reader);
  hr_region_reader_unplaced (reader);
  hr_region_reader_set_sampling (reader, false);
  hr_region_reader_set_stride (reader, hr_region_reader_get_stride (reader));
  hr_region_reader_request_cleanup (reader);
  hr_region_reader_alive (reader);
}

/* Writes the bytes to a file of our own and follows it. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *path = NULL;
  HrRegionReader  *reader = NULL;
  int              fd = g_file_open_tmp ("fuzz-region-XXXXXX", &path, NULL);

  g_assert (fd >= 0);
  if (write (fd, data, size) == (ssize_t) size && hr_region_reader_open (path, &reader) == HR_REGION_OK)
    {
      read_region (reader);
      hr_region_reader_close (reader);
    }
  close (fd);
  unlink (path);

  return 0;
}
