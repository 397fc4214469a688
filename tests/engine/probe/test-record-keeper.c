/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Records that are kept for a while: what comes back, what is forgotten, and what is counted as missing. */

#include "engine/base/clock.h"
#include "engine/probe/intervals.h"
#include "engine/probe/probe.h"
#include "engine/probe/record-keeper.h"

#include <glib.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#define MS G_GINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define ROOM ((size_t) 1 << 20)
#define ALL(from_) (&(HrRecordQuery){ 0, G_MAXINT64, from_ })

static HrRecordKeeper *
keeper_of (size_t          bytes,
           HrKeeperBudget *budget)
{
  HrRecordKeeper *keeper = hr_record_keeper_new (bytes, budget, HR_KEEPER_REACH_NS, SECOND);

  for (guint i = 0; i < 3; i++)
    hr_record_keeper_name (keeper, i, 10 + i, 1);

  return keeper;
}

static HrRecordPage
page_of (guint limit)
{
  HrRecordPage page;

  g_assert_true (hr_record_page_init (&page, limit + 1));

  return page;
}

/* @n records a microsecond apart from @begin_ns on, in a round that ends then. */
static void
add_round (HrRecordKeeper *keeper,
           guint           n,
           gint64          begin_ns,
           gint64          end_ns)
{
  for (guint i = 0; i < n; i++)
    hr_record_keeper_add (keeper, begin_ns + 1000 * (gint64) i, 0, 1, 50000 + i);
  hr_record_keeper_end_round (keeper, n, 0, end_ns);
}

static void
test_records_come_back_bit_for_bit (void)
{
  const double    values[] = { 0, -0.0, 1, 28000 / 28.0, 1000001 / 3.0, 0.1, -17, 1e300, 5e-324, 0x1p53, 0x1p53 - 1, 123456789.0 / 7 };
  const guint     weights[] = { 1, 1, 1, 28, 3, 1, 2, 7, 1, 1, 1, 7 };
  const gint64    times[] = { 5, 4, 1, SECOND, SECOND - 1, 3 * SECOND, 3 * SECOND, G_MAXINT64 / 4, 2, 7, 8, 9 };
  HrRecordKeeper *keeper = keeper_of (ROOM, NULL);
  HrRecordPage    page = page_of (100);

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    hr_record_keeper_add (keeper, times[i], i % 3, weights[i], values[i]);
  hr_record_keeper_end_round (keeper, G_N_ELEMENTS (values), 0, 2 * SECOND);
  hr_record_keeper_read (keeper, ALL (0), &page);

  g_assert_cmpuint (page.n, ==, G_N_ELEMENTS (values));
  g_assert_false (page.more);
  g_assert_cmpuint (page.next, ==, G_N_ELEMENTS (values));
  g_assert_cmpuint (page.lost, ==, 0);
  g_assert_cmpint (page.since_ns, ==, SECOND);
  g_assert_cmpint (page.until_ns, ==, 2 * SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_assert_cmpint (page.times_ns[i], ==, times[i]);
      g_assert_cmpuint (page.metrics[i], ==, 10 + i % 3);
      g_assert_cmpuint (page.items[i], ==, weights[i]);
      g_assert_cmpmem (&page.values[i], sizeof (double), &values[i], sizeof (double));
    }

  hr_record_page_clear (&page);
  hr_record_keeper_free (keeper);
}

static void
test_only_the_stretch_is_told (void)
{
  HrRecordKeeper *keeper = keeper_of (ROOM, NULL);
  HrRecordPage    page = page_of (10000);

  for (guint i = 0; i < 10; i++)
    add_round (keeper, 500, SECOND + i * SECOND, 2 * SECOND + i * SECOND);
  hr_record_keeper_read (keeper, &(HrRecordQuery){ 3 * SECOND, 5 * SECOND, 0 }, &page);

  g_assert_cmpuint (page.n, ==, 1000);
  g_assert_cmpint (page.times_ns[0], ==, 3 * SECOND);
  g_assert_cmpint (page.times_ns[999], <, 5 * SECOND);

  hr_record_page_clear (&page);
  hr_record_keeper_free (keeper);
}

static void
test_pages_join_without_a_seam (void)
{
  HrRecordKeeper *keeper = keeper_of (ROOM, NULL);
  HrRecordPage    page = page_of (7);
  HrRecordQuery   query = { 0, G_MAXINT64, 0 };
  guint           n = 0;

  add_round (keeper, 5000, SECOND, 2 * SECOND);
  do
    {
      hr_record_keeper_read (keeper, &query, &page);
      for (guint i = 0; i < page.n; i++)
        g_assert_cmpfloat (page.values[i], ==, 50000 + n++);
      query.from = page.next;
    }
  while (page.more);
  g_assert_cmpuint (n, ==, 5000);

  /* What comes later is told later, and nothing twice. */
  add_round (keeper, 3, 2 * SECOND, 3 * SECOND);
  hr_record_keeper_read (keeper, &query, &page);
  g_assert_cmpuint (page.n, ==, 3);
  g_assert_cmpint (page.times_ns[0], ==, 2 * SECOND);

  hr_record_page_clear (&page);
  hr_record_keeper_free (keeper);
}

static void
test_the_oldest_give_way_and_are_counted (void)
{
  HrRecordKeeper *keeper = keeper_of (4 * 8192, NULL);
  HrRecordPage    page = page_of (100000);

  for (guint i = 0; i < 20; i++)
    {
      add_round (keeper, 1000, (i + 1) * SECOND, (i + 2) * SECOND);
      g_assert_cmpuint (hr_record_keeper_bytes (keeper), <=, 4 * 8192);
    }

  hr_record_keeper_read (keeper, ALL (0), &page);
  g_assert_cmpuint (page.lost, >, 0);
  g_assert_cmpuint (page.n + page.lost, ==, 20000);
  g_assert_cmpfloat (page.values[page.n - 1], ==, 50999);

  /* Who had come to a number misses what stood behind it, and no more. */
  {
    guint64 missing = page.lost;

    hr_record_keeper_read (keeper, ALL (500), &page);
    g_assert_cmpuint (page.lost, ==, missing - 500);
    hr_record_keeper_read (keeper, ALL (missing + 1), &page);
    g_assert_cmpuint (page.lost, ==, 0);
    g_assert_cmpuint (page.n, ==, 20000 - missing - 1);
  }

  hr_record_page_clear (&page);
  hr_record_keeper_free (keeper);
}

static void
test_many_gaps_are_still_counted (void)
{
  HrRecordKeeper *keeper = keeper_of (ROOM, NULL);
  HrRecordPage    page = page_of (100000);

  for (guint i = 0; i < 300; i++)
    {
      hr_record_keeper_add (keeper, SECOND + i * 50 * MS, 0, 1, i);
      hr_record_keeper_end_round (keeper, 1, 2, SECOND + (i + 1) * 50 * MS);
    }
  hr_record_keeper_read (keeper, ALL (0), &page);
  g_assert_cmpuint (page.lost, >=, 600);
  g_assert_cmpuint (page.n + page.lost, ==, 900);
  g_assert_cmpuint (page.next, ==, 900);

  hr_record_page_clear (&page);
  hr_record_keeper_free (keeper);
}

static void
test_what_is_out_of_reach_is_forgotten (void)
{
  HrRecordKeeper *keeper = keeper_of (ROOM, NULL);
  HrRecordPage    page = page_of (100000);

  for (guint i = 0; i < 60; i++)
    add_round (keeper, 2000, (i + 1) * SECOND, (i + 2) * SECOND);
  hr_record_keeper_read (keeper, ALL (0), &page);

  g_assert_cmpint (page.until_ns, ==, 61 * SECOND);
  g_assert_cmpint (page.since_ns, >, 20 * SECOND);
  g_assert_cmpint (page.since_ns, <=, 61 * SECOND - HR_KEEPER_REACH_NS);
  g_assert_cmpuint (page.lost, ==, 0);
  g_assert_cmpuint (page.n, >=, 35 * 2000);

  /* Somebody who stayed away for so long misses it. */
  hr_record_keeper_read (keeper, ALL (1000), &page);
  g_assert_cmpuint (page.lost + page.n, ==, 60 * 2000 - 1000);

  hr_record_page_clear (&page);
  hr_record_keeper_free (keeper);
}

static void
test_a_budget_is_shared (void)
{
  HrKeeperBudget *budget = hr_keeper_budget_new (3 * 8192);
  HrRecordKeeper *first = keeper_of (ROOM, budget);
  HrRecordKeeper *second = keeper_of (ROOM, budget);
  HrRecordPage    page = page_of (100000);

  hr_keeper_budget_unref (budget);
  add_round (first, 10000, SECOND, 2 * SECOND);
  g_assert_cmpuint (hr_record_keeper_bytes (first), ==, 3 * 8192);
  add_round (second, 10, SECOND, 2 * SECOND);
  hr_record_keeper_read (second, ALL (0), &page);
  g_assert_cmpuint (page.n, ==, 0);
  g_assert_cmpuint (page.lost, ==, 10);

  hr_record_keeper_free (first);
  add_round (second, 10, 2 * SECOND, 3 * SECOND);
  hr_record_keeper_read (second, ALL (0), &page);
  g_assert_cmpuint (page.n, ==, 10);
  g_assert_cmpuint (page.lost, ==, 10);

  hr_record_page_clear (&page);
  hr_record_keeper_free (second);
}

static void
test_no_room_at_all_is_counted (void)
{
  HrRecordKeeper *keeper = keeper_of (0, NULL);
  HrRecordPage    page = page_of (1);

  add_round (keeper, 10, SECOND, 2 * SECOND);
  hr_record_keeper_read (keeper, ALL (0), &page);
  g_assert_cmpuint (page.n, ==, 0);
  g_assert_cmpuint (page.lost, ==, 10);

  hr_record_page_clear (&page);
  hr_record_keeper_free (keeper);
}

/* What an agent passes by that came later is missed only by somebody who had come that far with an earlier one. */
static void
test_a_new_reader_tells_what_was_missed (void)
{
  HrRecordKeeper *keeper = keeper_of (ROOM, NULL);
  HrRecordPage    page = page_of (100);

  hr_record_keeper_skip (keeper, 1000, 5 * SECOND);
  add_round (keeper, 10, 5 * SECOND, 6 * SECOND);

  hr_record_keeper_read (keeper, ALL (0), &page);
  g_assert_cmpint (page.since_ns, ==, 5 * SECOND);
  g_assert_cmpuint (page.n, ==, 10);
  g_assert_cmpuint (page.lost, ==, 0);
  hr_record_keeper_read (keeper, ALL (900), &page);
  g_assert_cmpuint (page.n, ==, 10);
  g_assert_cmpuint (page.lost, ==, 100);
  g_assert_cmpuint (page.next, ==, 1010);

  hr_record_page_clear (&page);
  hr_record_keeper_free (keeper);
}

static uint32_t
sink_metric (void               *user_data,
             const HrMetricInfo *metric)
{
  GPtrArray *names = user_data;
  guint      index;

  if (!g_ptr_array_find_with_equal_func (names, metric->name, g_str_equal, &index))
    {
      index = names->len;
      g_ptr_array_add (names, g_strdup (metric->name));
    }

  return index;
}

static void
sink_drop (void           *user_data,
           const HrSample *sample)
{
}

static void *
record_ten (void *data)
{
  HrProbe *probe = data;
  HrMetric sorting = hr_probe_metric (probe, "sorting_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);

  for (guint i = 0; i < 10; i++)
    hr_probe_duration (probe, sorting, 2000000 + i, 4);

  return NULL;
}

/* From a program's two lanes to a page, in the units of the metrics; what was there before is not kept. */
static void
test_a_program_s_lanes_are_kept (void)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const HrSampleSink sink = { sink_metric, sink_drop, sink_drop, names };
  HrProbe           *probe = hr_probe_open_in_memory ("ranker");
  HrMetric           ranking = hr_probe_metric (probe, "ranking_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
  HrRegionReader    *reader = NULL;
  gint64             begin_ns = (gint64) hr_clock_monotonic ();
  HrRecordKeeper    *keeper = hr_record_keeper_new (ROOM, NULL, HR_KEEPER_REACH_NS, begin_ns);
  HrIntervals       *intervals;
  HrRecordPage       page = page_of (100);
  pthread_t          thread;
  guint              n_sorting = 0;

  g_assert_cmpint (hr_region_reader_open_own (probe, &reader), ==, HR_REGION_OK);
  intervals = hr_intervals_new (reader, &sink, begin_ns);
  hr_intervals_set_keeper (intervals, keeper);
  hr_probe_duration (probe, ranking, 17, 1);
  hr_intervals_skip (intervals, (gint64) hr_clock_monotonic ());

  hr_probe_duration (probe, ranking, 1500000, 1);
  g_assert_cmpint (pthread_create (&thread, NULL, record_ten, probe), ==, 0);
  pthread_join (thread, NULL);
  hr_probe_duration (probe, ranking, 2500000, 1);
  hr_intervals_collect (intervals, (gint64) hr_clock_monotonic ());

  hr_record_keeper_read (keeper, ALL (0), &page);
  g_assert_cmpuint (page.n, ==, 12);
  g_assert_cmpuint (page.lost, ==, 0);
  for (guint i = 0; i < page.n; i++)
    {
      g_assert_cmpint (page.times_ns[i], >=, begin_ns - MS);
      g_assert_cmpint (page.times_ns[i], <=, (gint64) hr_clock_monotonic () + MS);
      if (g_str_equal (names->pdata[page.metrics[i]], "sorting_ms"))
        {
          g_assert_cmpfloat (page.values[i], ==, (2000000 + n_sorting++) / 4.0 * 1e-6);
          g_assert_cmpuint (page.items[i], ==, 4);
        }
      else
        {
          g_assert_cmpfloat (page.values[i], ==, (i == 0 ? 1500000 : 2500000) * 1e-6);
        }
    }
  g_assert_cmpuint (n_sorting, ==, 10);

  hr_record_page_clear (&page);
  hr_intervals_free (intervals);
  hr_region_reader_close (reader);
  hr_record_keeper_free (keeper);
  hr_probe_close (probe);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record-keeper/bit-for-bit", test_records_come_back_bit_for_bit);
  g_test_add_func ("/record-keeper/stretch", test_only_the_stretch_is_told);
  g_test_add_func ("/record-keeper/pages", test_pages_join_without_a_seam);
  g_test_add_func ("/record-keeper/oldest-give-way", test_the_oldest_give_way_and_are_counted);
  g_test_add_func ("/record-keeper/many-gaps", test_many_gaps_are_still_counted);
  g_test_add_func ("/record-keeper/out-of-reach", test_what_is_out_of_reach_is_forgotten);
  g_test_add_func ("/record-keeper/budget", test_a_budget_is_shared);
  g_test_add_func ("/record-keeper/no-room", test_no_room_at_all_is_counted);
  g_test_add_func ("/record-keeper/new-reader", test_a_new_reader_tells_what_was_missed);
  g_test_add_func ("/record-keeper/lanes", test_a_program_s_lanes_are_kept);

  return g_test_run ();
}
