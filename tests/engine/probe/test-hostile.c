/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Regions that lie, shrink or belong to somebody else, and how regions end. */

#include "tests/engine/probe/region-fixture.h"

#include <math.h>

#define GRACE (10 * (uint64_t) HR_NS_PER_SECOND)

/* A region of two metrics, two lanes and rings of four records, to be spoiled. */
typedef struct
{
  char    *path;
  uint8_t *bytes;
  gsize    size;
} Spoiled;

static void
spoiled_write (Spoiled *self)
{
  g_assert_true (g_file_set_contents_full (self->path, (const char *) self->bytes, (gssize) self->size,
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_cmpint (truncate (self->path, (off_t) self->size), ==, 0);
}

static void
spoiled_set_up (Spoiled *self,
                Fixture *fixture)
{
  HrRegionHeader header = {
    .magic = HR_REGION_MAGIC,
    .abi = HR_REGION_ABI,
    .header_bytes = sizeof header,
    .n_buckets = HR_N_BUCKETS,
    .tick_scale = HR_TICK_SCALE_ONE,
    .metrics_max = 2,
    .categories_max = 1,
    .lanes_max = 2,
    .lane_records = 4,
    .metrics_offset = HR_REGION_PAGE,
    .categories_offset = HR_REGION_PAGE + 2 * sizeof (HrRegionMetric),
    .lanes_offset = 2 * HR_REGION_PAGE,
    .usage_offset = sizeof (HrRegionLane),
    .totals_offset = sizeof (HrRegionLane) + sizeof (HrRegionUsage),
    .totals_bytes = sizeof (HrRegionTotals),
    .name = "small",
    .control = HR_CONTROL_SAMPLING,
    .n_metrics = 2,
    .n_categories = 1,
    .n_lanes = 2,
  };
  HrRegionMetric *metrics;

  header.records_offset = header.totals_offset + 2 * header.totals_bytes;
  header.lane_bytes = 8 * HR_REGION_PAGE;
  header.region_bytes = header.lanes_offset + 2 * header.lane_bytes;

  self->path = g_build_filename (fixture->folder, "small.region", NULL);
  self->size = header.region_bytes;
  self->bytes = g_malloc0 (self->size);
  memcpy (self->bytes, &header, sizeof header);

  metrics = (HrRegionMetric *) (self->bytes + header.metrics_offset);
  metrics[0] = (HrRegionMetric){ .name = "level", .kind = HR_KIND_GAUGE, .parent = HR_REGION_NO_PARENT };
  metrics[1] = (HrRegionMetric){ .name = "batch", .kind = HR_KIND_DURATION, .unit = HR_UNIT_MILLISECONDS, .parent = HR_REGION_NO_PARENT };
  memcpy (self->bytes + header.categories_offset, "ranking", 7);

  for (int i = 0; i < 2; i++)
    {
      uint8_t        *bytes = self->bytes + header.lanes_offset + (uint64_t) i * header.lane_bytes;
      HrRegionLane   *lane = (HrRegionLane *) bytes;
      HrRegionUsage  *usage = (HrRegionUsage *) (bytes + header.usage_offset);
      HrRegionTotals *totals = (HrRegionTotals *) (bytes + header.totals_offset);
      HrRegionRecord *records = (HrRegionRecord *) (bytes + header.records_offset);

      lane->reserve = lane->commit = 3;
      lane->ready[0] = 1;
      *usage = (HrRegionUsage){ .allocated_bytes = 100, .freed_bytes = 40, .allocations = 2, .frees = 1 };
      totals[0] = (HrRegionTotals){ .count = 3, .sum = 6, .min = 1, .max = 3, .last = 3 };
      for (int r = 0; r < 3; r++)
        records[r] = (HrRegionRecord){ .metric = 0, .weight = 1, .value = r + 1 };
    }
  spoiled_write (self);
}

static void
spoiled_tear_down (Spoiled *self)
{
  g_free (self->bytes);
  g_free (self->path);
}

static HrRegionHeader *
spoiled_header (Spoiled *self)
{
  return (HrRegionHeader *) self->bytes;
}

static void
check_sane_cb (const HrRegionRecord *record,
               void                 *user_data)
{
  g_assert_cmpuint (record->metric, <, HR_REGION_METRICS_LIMIT);
  g_assert_cmpuint (record->weight, >, 0);
  g_assert_true (isfinite (record->value));
}

/* Opens the region and reads all of it, if that can be. */
static HrRegionStatus
read_everything (const char *path)
{
  HrRegionReader *reader = NULL;
  HrRegionStatus  status = hr_region_reader_open (path, &reader);
  HrRegionTotals  totals;
  HrRegionMetric  metric;
  HrRegionUsage   usage;

  if (status != HR_REGION_OK)
    {
      g_assert_null (reader);
      return status;
    }

  for (uint32_t i = 0; i <= hr_region_reader_n_metrics (reader); i++)
    {
      hr_region_reader_metric (reader, i, &metric);
      if (hr_region_reader_totals (reader, i, &totals))
        g_assert_true (isfinite (totals.min));
    }
  for (uint32_t i = 0; i <= hr_region_reader_n_categories (reader); i++)
    {
      HrRegionCategory category;

      hr_region_reader_category (reader, i, &category);
      hr_region_reader_usage (reader, i, &usage);
    }
  for (int i = 0; i < 2; i++)
    hr_region_reader_drain (reader, check_sane_cb, NULL);
  hr_region_reader_time (reader, 0);
  hr_region_reader_time (reader, INT64_MAX);
  hr_region_reader_time (reader, UINT64_MAX);
  hr_region_reader_close (reader);

  return status;
}

static void
test_the_small_region_reads (Fixture      *fixture,
                             gconstpointer data)
{
  HrRegionReader  *reader;
  HrRegionTotals   totals;
  HrRegionUsage    usage;
  HrRegionCategory category;
  Spoiled          region;

  spoiled_set_up (&region, fixture);
  reader = open_reader (region.path);
  g_assert_cmpstr (hr_region_reader_header (reader)->name, ==, "small");
  g_assert_cmpuint (hr_region_reader_drain (reader, check_sane_cb, NULL), ==, 6);
  g_assert_true (hr_region_reader_totals (reader, 0, &totals));
  g_assert_cmpuint (totals.count, ==, 6);
  g_assert_cmpfloat (totals.sum, ==, 12);

  /* No lane says that this one's are there. */
  g_assert_true (hr_region_reader_totals (reader, 1, &totals));
  g_assert_cmpuint (totals.count, ==, 0);

  g_assert_true (hr_region_reader_category (reader, 0, &category));
  g_assert_cmpstr (category.name, ==, "ranking");
  g_assert_true (hr_region_reader_usage (reader, 0, &usage));
  g_assert_cmpuint (usage.allocated_bytes, ==, 200);
  g_assert_cmpuint (usage.freed_bytes, ==, 80);
  g_assert_cmpuint (usage.allocations, ==, 4);
  g_assert_cmpuint (usage.frees, ==, 2);
  g_assert_false (hr_region_reader_usage (reader, 1, &usage));
  hr_region_reader_close (reader);
  spoiled_tear_down (&region);
}

static void
test_every_word_of_the_header_may_lie (Fixture      *fixture,
                                       gconstpointer data)
{
  const uint64_t lies[] = { 0, 1, 2, 3, 7, 63, 4095, 4097, 1u << 20, INT32_MAX, UINT32_MAX, (uint64_t) 1 << 40, INT64_MAX, UINT64_MAX - 4095, UINT64_MAX };
  Spoiled        region;

  spoiled_set_up (&region, fixture);
  for (gsize offset = 0; offset < sizeof (HrRegionHeader); offset += 4)
    for (gsize i = 0; i < G_N_ELEMENTS (lies); i++)
      for (gsize width = 4; width <= 8 && offset + width <= sizeof (HrRegionHeader); width += 4)
        {
          uint8_t saved[8];
          int     fd = open (region.path, O_WRONLY | O_CLOEXEC);

          memcpy (saved, region.bytes + offset, width);
          g_assert_cmpint (pwrite (fd, &lies[i], width, (off_t) offset), ==, (int) width);
          read_everything (region.path);
          g_assert_cmpint (pwrite (fd, saved, width, (off_t) offset), ==, (int) width);
          close (fd);
        }

  g_assert_cmpint (read_everything (region.path), ==, HR_REGION_OK);
  spoiled_tear_down (&region);
}

static void
test_headers_are_refused_by_reason (Fixture      *fixture,
                                    gconstpointer data)
{
  Spoiled         region;
  HrRegionHeader *header;
  HrRegionHeader  good;

  spoiled_set_up (&region, fixture);
  header = spoiled_header (&region);
  good = *header;

#define ASSERT_REFUSED(field, lie, reason) \
  *header = good;                          \
  header->field = (lie);                   \
  spoiled_write (&region);                 \
  g_assert_cmpint (read_everything (region.path), ==, HR_REGION_##reason)

  ASSERT_REFUSED (magic, 1, ERROR_MAGIC);
  ASSERT_REFUSED (abi, HR_REGION_ABI + 1, ERROR_ABI);
  ASSERT_REFUSED (n_buckets, 10, ERROR_LAYOUT);
  ASSERT_REFUSED (lane_records, 3, ERROR_LAYOUT);
  ASSERT_REFUSED (tick_source, HR_N_TICK_SOURCES, ERROR_LAYOUT);
  ASSERT_REFUSED (tick_scale, 0, ERROR_LAYOUT);
  ASSERT_REFUSED (tick_scale, HR_TICK_SCALE_ONE + 1, ERROR_LAYOUT);
  ASSERT_REFUSED (record_ns, -1, ERROR_LAYOUT);
  ASSERT_REFUSED (record_ns, (double) NAN, ERROR_LAYOUT);
  ASSERT_REFUSED (metrics_max, 3, ERROR_LAYOUT);
  ASSERT_REFUSED (metrics_max, HR_REGION_METRICS_LIMIT + 1, ERROR_LAYOUT);
  ASSERT_REFUSED (categories_max, 64, ERROR_LAYOUT);
  ASSERT_REFUSED (categories_max, UINT32_MAX, ERROR_LAYOUT);
  ASSERT_REFUSED (lanes_max, 3, ERROR_LAYOUT);
  ASSERT_REFUSED (metrics_offset, 8, ERROR_LAYOUT);
  ASSERT_REFUSED (metrics_offset, UINT64_MAX - 7, ERROR_LAYOUT);
  ASSERT_REFUSED (categories_offset, good.metrics_offset, ERROR_LAYOUT);
  ASSERT_REFUSED (usage_offset, 8, ERROR_LAYOUT);
  ASSERT_REFUSED (totals_offset, good.usage_offset, ERROR_LAYOUT);
  ASSERT_REFUSED (totals_offset, good.totals_offset + 4, ERROR_LAYOUT);
  ASSERT_REFUSED (totals_bytes, sizeof (HrRegionTotals) - 8, ERROR_LAYOUT);
  ASSERT_REFUSED (totals_bytes, UINT64_MAX - 7, ERROR_LAYOUT);
  ASSERT_REFUSED (records_offset, 8, ERROR_LAYOUT);
  ASSERT_REFUSED (lane_bytes, (uint64_t) 1 << 63, ERROR_LAYOUT);
  ASSERT_REFUSED (region_bytes, good.region_bytes - HR_REGION_PAGE, ERROR_LAYOUT);
  ASSERT_REFUSED (region_bytes, good.region_bytes + 1, ERROR_CUT);
  ASSERT_REFUSED (n_lanes, UINT32_MAX, OK);

  spoiled_tear_down (&region);
}

static void
test_lanes_may_lie (Fixture      *fixture,
                    gconstpointer data)
{
  const uint64_t  lies[] = { 0, 1, 4, 5, 1000, INT64_MAX, UINT64_MAX - 1, UINT64_MAX };
  Spoiled         region;
  HrRegionLane   *lane;
  HrRegionRecord *records;

  spoiled_set_up (&region, fixture);
  lane = (HrRegionLane *) (region.bytes + spoiled_header (&region)->lanes_offset);
  records = (HrRegionRecord *) ((uint8_t *) lane + spoiled_header (&region)->records_offset);
  for (gsize reserve = 0; reserve < G_N_ELEMENTS (lies); reserve++)
    for (gsize commit = 0; commit < G_N_ELEMENTS (lies); commit++)
      {
        lane->reserve = lies[reserve];
        lane->commit = lies[commit];
        lane->ready[0] = lies[reserve];
        records[0].metric = (uint32_t) lies[commit];
        records[1].weight = 0;
        records[2].value = (double) NAN;
        spoiled_write (&region);
        g_assert_cmpint (read_everything (region.path), ==, HR_REGION_OK);
      }
  spoiled_tear_down (&region);
}

/* Totals of one lane that are no numbers leave those of the other alone. */
static void
test_totals_may_lie (Fixture      *fixture,
                     gconstpointer data)
{
  const double    lies[] = { (double) NAN, (double) INFINITY, (double) -INFINITY };
  Spoiled         region;
  HrRegionLane   *lane;
  HrRegionTotals *totals;

  spoiled_set_up (&region, fixture);
  lane = (HrRegionLane *) (region.bytes + spoiled_header (&region)->lanes_offset);
  lane->ready[0] = 3;
  totals = (HrRegionTotals *) ((uint8_t *) lane + spoiled_header (&region)->totals_offset) + 1;
  totals->buckets[7] = 9;
  for (gsize i = 0; i < G_N_ELEMENTS (lies); i++)
    for (guint field = 0; field < 4; field++)
      {
        HrRegionReader *reader;
        HrRegionTotals  read;

        totals->sum = totals->min = totals->max = totals->last = 7;
        *(double *[]){ &totals->sum, &totals->min, &totals->max, &totals->last }[field] = lies[i];
        spoiled_write (&region);
        reader = open_reader (region.path);
        g_assert_true (hr_region_reader_totals (reader, 1, &read));
        g_assert_cmpuint (read.count, ==, 0);
        g_assert_cmpuint (read.buckets[7], ==, 0);
        hr_region_reader_close (reader);
      }
  spoiled_tear_down (&region);
}

static void
test_files_cut_before_opening (Fixture      *fixture,
                               gconstpointer data)
{
  Spoiled region;
  gsize   whole;

  spoiled_set_up (&region, fixture);
  whole = region.size;
  for (gsize size = 0; size < whole; size += 1021)
    {
      region.size = size;
      spoiled_write (&region);
      g_assert_cmpint (read_everything (region.path), ==, HR_REGION_ERROR_CUT);
    }
  spoiled_tear_down (&region);
}

static void
test_files_cut_after_opening (Fixture      *fixture,
                              gconstpointer data)
{
  Spoiled region;

  spoiled_set_up (&region, fixture);
  for (gsize size = 0; size < region.size; size += HR_REGION_PAGE / 2)
    {
      HrRegionReader *reader;
      HrRegionTotals  totals;

      spoiled_write (&region);
      reader = open_reader (region.path);
      g_assert_cmpint (truncate (region.path, (off_t) size), ==, 0);

      g_assert_cmpuint (hr_region_reader_drain (reader, check_sane_cb, NULL), ==, 0);
      g_assert_false (hr_region_reader_totals (reader, 0, &totals));
      hr_region_reader_set_sampling (reader, false);
      hr_region_reader_request_cleanup (reader);
      g_assert_cmpint (hr_region_reader_status (reader), ==, HR_REGION_ERROR_CUT);
      g_assert_false (hr_region_reader_alive (reader));
      hr_region_reader_close (reader);
    }
  spoiled_tear_down (&region);
}

static void
test_other_bus_errors_stay_deadly (Fixture      *fixture,
                                   gconstpointer data)
{
  Spoiled region;
  int     status;
  pid_t   child;

  spoiled_set_up (&region, fixture);
  hr_region_reader_close (open_reader (region.path));
  spoiled_tear_down (&region);

  child = fork ();
  if (child == 0)
    {
      raise (SIGBUS);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status) || WEXITSTATUS (status) != 0);
}

static void
test_files_of_others_are_refused (Fixture      *fixture,
                                  gconstpointer data)
{
  g_autofree char *link = g_build_filename (fixture->folder, "link.region", NULL);
  Spoiled          region;

  spoiled_set_up (&region, fixture);
  g_assert_cmpint (symlink (region.path, link), ==, 0);
  g_assert_cmpint (read_everything (link), ==, HR_REGION_ERROR_FOREIGN);
  g_assert_cmpint (chmod (region.path, 0640), ==, 0);
  g_assert_cmpint (read_everything (region.path), ==, HR_REGION_ERROR_FOREIGN);
  g_assert_cmpint (chmod (region.path, 0600), ==, 0);
  g_assert_cmpint (read_everything (fixture->folder), ==, HR_REGION_ERROR_OPEN);

  if (geteuid () != 0 || chown (region.path, 12345, (gid_t) -1) < 0)
    g_test_skip ("the other user needs root");
  else
    {
      g_assert_cmpint (read_everything (region.path), ==, HR_REGION_ERROR_FOREIGN);
      g_assert_false (hr_region_reap (region.path, G_MAXUINT64, 0));
    }
  spoiled_tear_down (&region);
}

static void
test_a_region_is_reaped_when_its_time_is_past (Fixture      *fixture,
                                               gconstpointer data)
{
  HrProbe         *probe = open_probe (fixture);
  g_autofree char *path = g_strdup (hr_probe_path (probe));
  uint64_t         later = hr_clock_realtime () + 2 * GRACE;

  g_assert_false (hr_region_reap (path, later, GRACE));
  hr_probe_close (probe);
  g_assert_false (hr_region_reap (path, hr_clock_realtime (), 1000 * GRACE));
  g_assert_false (hr_region_reap (path, 0, 0));
  g_assert_true (hr_region_reap (path, later, GRACE));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_false (hr_region_reap (path, later, GRACE));
}

static void
test_damaged_regions_are_reaped_and_other_files_not (Fixture      *fixture,
                                                     gconstpointer data)
{
  g_autofree char *damaged = g_build_filename (fixture->folder, "damaged.region", NULL);
  g_autofree char *letter = g_build_filename (fixture->folder, "letter.txt", NULL);

  g_assert_true (g_file_set_contents (damaged, "?", 1, NULL));
  g_assert_true (g_file_set_contents (letter, "!", 1, NULL));
  g_assert_true (hr_region_reap (damaged, hr_clock_realtime () + 2 * GRACE, GRACE));
  g_assert_false (hr_region_reap (letter, hr_clock_realtime () + 2 * GRACE, GRACE));
  g_assert_true (g_file_test (letter, G_FILE_TEST_EXISTS));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASE ("/probe/hostile/small", test_the_small_region_reads);
  ADD_CASE ("/probe/hostile/words", test_every_word_of_the_header_may_lie);
  ADD_CASE ("/probe/hostile/reasons", test_headers_are_refused_by_reason);
  ADD_CASE ("/probe/hostile/lanes", test_lanes_may_lie);
  ADD_CASE ("/probe/hostile/totals", test_totals_may_lie);
  ADD_CASE ("/probe/hostile/cut-before", test_files_cut_before_opening);
  ADD_CASE ("/probe/hostile/cut-after", test_files_cut_after_opening);
  ADD_CASE ("/probe/hostile/bus-error", test_other_bus_errors_stay_deadly);
  ADD_CASE ("/probe/hostile/foreign", test_files_of_others_are_refused);
  ADD_CASE ("/probe/reap/grace", test_a_region_is_reaped_when_its_time_is_past);
  ADD_CASE ("/probe/reap/damaged", test_damaged_regions_are_reaped_and_other_files_not);

  return g_test_run ();
}
