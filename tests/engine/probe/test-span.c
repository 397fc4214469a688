/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Spans: which path a time goes to, and how much of it is the path's own. Ticks are injected where times are compared: a span's begin is
 * written over, and hr_span_pop () takes its end. */

#include "tests/engine/probe/region-fixture.h"

#include "engine/probe/span.h"

#include <pthread.h>

#define N_THREADS 4
#define N_TREES 2000u

/* A probe whose tick is a nanosecond. */
static HrProbe *
open_exact_probe (Fixture *fixture)
{
  HrProbe *probe = open_probe (fixture);

  ((HrProbeHot *) probe)->tick_scale = HR_TICK_SCALE_ONE;

  return probe;
}

static void
begin_at (HrProbe    *probe,
          const char *name,
          uint64_t    now)
{
  HrSpan  span = hr_span_begin (probe, name);
  HrLane *lane = hr_lane_get (probe);

  g_assert_cmpuint (span, ==, lane->depth);
  lane->frames[lane->depth - 1].begin = now;
}

static void
end_at (HrProbe *probe,
        uint64_t now)
{
  hr_span_pop (probe, hr_lane_get (probe), now);
}

/* Returns the metric's path, "/outer/inner", as its parents' places say it. */
static char *
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
static HrRegionTotals
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

static void
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
static double
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

static void
test_self_is_what_no_inner_span_took (Fixture      *fixture,
                                      gconstpointer data)
{
  HrProbe        *probe = open_exact_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  HrRegionTotals  totals;

  begin_at (probe, "rank", 1000);
  begin_at (probe, "draw", 1100);
  end_at (probe, 1400);
  begin_at (probe, "draw", 1500);
  begin_at (probe, "gamma", 1510);
  end_at (probe, 1550);
  end_at (probe, 1600);
  end_at (probe, 2000);

  assert_path (reader, "/rank", 1, 1000, 600);
  assert_path (reader, "/rank/draw", 2, 400, 360);
  assert_path (reader, "/rank/draw/gamma", 1, 40, 40);

  totals = totals_of (reader, "/rank/draw");
  g_assert_cmpfloat (totals.min, ==, 100);
  g_assert_cmpfloat (totals.max, ==, 300);
  g_assert_cmpuint (totals.last_time, ==, 1600);
  g_assert_cmpuint (totals.buckets[hr_bucket_index (300)], ==, 1);
  g_assert_cmpuint (totals.buckets[hr_bucket_index (100)], ==, 1);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_a_path_is_its_names (Fixture      *fixture,
                          gconstpointer data)
{
  static char     one[] = "draw", other[] = "draw";
  HrProbe        *probe = open_exact_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  begin_at (probe, "rank", 0);
  begin_at (probe, one, 0);
  end_at (probe, 10);
  begin_at (probe, other, 20);
  end_at (probe, 50);
  end_at (probe, 100);
  begin_at (probe, "learn", 100);
  begin_at (probe, one, 100);
  end_at (probe, 107);
  end_at (probe, 120);
  begin_at (probe, one, 120);
  end_at (probe, 121);

  assert_path (reader, "/rank/draw", 2, 40, 40);
  assert_path (reader, "/learn/draw", 1, 7, 7);
  assert_path (reader, "/draw", 1, 1, 1);
  g_assert_cmpuint (hr_region_reader_n_metrics (reader), ==, 5);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* Under so many parents one name shares some of the places where the search for it begins. */
static void
test_one_name_under_many_parents (Fixture      *fixture,
                                  gconstpointer data)
{
  static char     outer[HR_REGION_METRICS / 2][8];
  HrProbe        *probe = open_exact_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  for (int round = 0; round < 3; round++)
    for (unsigned i = 0; i < G_N_ELEMENTS (outer); i++)
      {
        g_snprintf (outer[i], sizeof outer[i], "o%u", i);
        begin_at (probe, outer[i], 0);
        begin_at (probe, "inner", 0);
        end_at (probe, i + 1);
        end_at (probe, 100);
      }

  for (unsigned i = 0; i < G_N_ELEMENTS (outer); i++)
    {
      g_autofree char *path = g_strdup_printf ("/o%u/inner", i);

      assert_path (reader, path, 3, 3 * (i + 1), 3 * (i + 1));
    }
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 0);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* More names than the search has places for are found by their text. */
static void
test_many_addresses_of_one_name (Fixture      *fixture,
                                 gconstpointer data)
{
  static char     names[2 * HR_SPAN_EDGES][4];
  HrProbe        *probe = open_exact_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  for (int round = 0; round < 2; round++)
    for (unsigned i = 0; i < G_N_ELEMENTS (names); i++)
      {
        memcpy (names[i], i % 2 == 0 ? "one" : "two", sizeof names[i]);
        begin_at (probe, names[i], 0);
        end_at (probe, 1);
      }

  assert_path (reader, "/one", 2 * HR_SPAN_EDGES, 2 * HR_SPAN_EDGES, 2 * HR_SPAN_EDGES);
  assert_path (reader, "/two", 2 * HR_SPAN_EDGES, 2 * HR_SPAN_EDGES, 2 * HR_SPAN_EDGES);
  g_assert_cmpuint (hr_region_reader_n_metrics (reader), ==, 2);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* A metric that is no span may have a span's name. */
static void
test_spans_have_names_of_their_own (Fixture      *fixture,
                                    gconstpointer data)
{
  HrProbe        *probe = open_exact_probe (fixture);
  HrMetric        metric = add_duration (probe, "rank");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  HrRegionTotals  totals;

  begin_at (probe, "rank", 5);
  end_at (probe, 6);
  g_assert_true (hr_region_reader_totals (reader, metric, &totals));
  g_assert_cmpuint (totals.count, ==, 0);
  g_assert_cmpuint (hr_region_reader_n_metrics (reader), ==, 2);
  g_assert_true (hr_region_reader_totals (reader, 1, &totals));
  g_assert_cmpuint (totals.count, ==, 1);

  hr_probe_duration (probe, 1, 5, 1);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 1);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_too_deep_ones_are_their_parents_own (Fixture      *fixture,
                                          gconstpointer data)
{
  HrProbe        *probe = open_exact_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  double          roots;

  for (unsigned i = 0; i < HR_SPAN_DEPTH; i++)
    begin_at (probe, "in", i);
  for (unsigned i = 0; i < 8; i++)
    g_assert_cmpuint (hr_span_begin (probe, "in"), ==, 0);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 8);

  for (unsigned i = 0; i < HR_SPAN_DEPTH; i++)
    end_at (probe, 1000 + i);
  g_assert_cmpuint (hr_region_reader_n_metrics (reader), ==, HR_SPAN_DEPTH);
  g_assert_cmpfloat (add_self_times (reader, &roots), ==, 1000 + HR_SPAN_DEPTH - 1);
  g_assert_cmpfloat (roots, ==, 1000 + HR_SPAN_DEPTH - 1);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_a_full_table_keeps_the_nesting_right (Fixture      *fixture,
                                           gconstpointer data)
{
  static char     names[HR_REGION_METRICS + 10][8];
  HrProbe        *probe = open_exact_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  double          roots;

  for (int round = 0; round < 2; round++)
    {
      begin_at (probe, "root", 0);
      for (unsigned i = 0; i < G_N_ELEMENTS (names); i++)
        {
          g_snprintf (names[i], sizeof names[i], "s%u", i);
          begin_at (probe, names[i], 10 * i);
          begin_at (probe, "root", 10 * i + 1);
          end_at (probe, 10 * i + 2);
          end_at (probe, 10 * i + 4);
        }
      end_at (probe, 5000);
    }

  /* Two places for every name, and the last of them with one. */
  g_assert_cmpuint (hr_region_reader_n_metrics (reader), ==, HR_REGION_METRICS);
  assert_path (reader, "/root/s0", 2, 8, 6);
  assert_path (reader, "/root/s62/root", 2, 2, 2);
  assert_path (reader, "/root/s63", 2, 8, 8);
  assert_path (reader, "/root", 2, 10000, 10000 - 64 * 8);
  g_assert_cmpfloat (add_self_times (reader, &roots), ==, 10000);
  g_assert_cmpfloat (roots, ==, 10000);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 2 * (1 + 2 * (G_N_ELEMENTS (names) - 64)));

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_bad_names_have_no_place (Fixture      *fixture,
                              gconstpointer data)
{
  static char long_name[HR_REGION_NAME_BYTES + 1];
  HrProbe    *probe = open_probe (fixture);

  memset (long_name, 'n', HR_REGION_NAME_BYTES);
  hr_span_end (probe, hr_span_begin (probe, ""));
  hr_span_end (probe, hr_span_begin (probe, "tab\t"));
  hr_span_end (probe, hr_span_begin (probe, "\xff"));
  hr_span_end (probe, hr_span_begin (probe, long_name));
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 4);

  hr_probe_close (probe);
}

static void
test_an_outer_end_closes_what_was_left_open (Fixture      *fixture,
                                             gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  HrSpan          outer = hr_span_begin (probe, "outer");
  HrSpan          inner = hr_span_begin (probe, "inner");
  HrRegionTotals  totals, within;

  hr_span_begin (probe, "innermost");
  hr_span_end (probe, outer);
  /* Too late, and once too often. */
  hr_span_end (probe, inner);
  hr_span_end (probe, outer);
  hr_span_end (probe, hr_span_begin (probe, "next"));

  totals = totals_of (reader, "/outer");
  within = totals_of (reader, "/outer/inner");
  g_assert_cmpuint (totals.count, ==, 1);
  g_assert_cmpuint (within.count, ==, 1);
  g_assert_cmpuint (totals_of (reader, "/outer/inner/innermost").count, ==, 1);
  g_assert_cmpuint (totals_of (reader, "/next").count, ==, 1);
  g_assert_cmpuint (totals.last_time, ==, within.last_time);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
return_from_span (HrProbe *probe)
{
  HR_SPAN (probe, "returned")
    {
      HR_SPAN (probe, "within")
        return;
    }
}

static void
test_a_scope_ends_however_it_is_left (Fixture      *fixture,
                                      gconstpointer data)
{
  static const char *const paths[] = { "/broken", "/continued", "/gone", "/returned", "/returned/within", "/plain" };
  HrProbe                 *probe = open_probe (fixture);
  HrRegionReader          *reader = open_reader (hr_probe_path (probe));
  int                      n_rounds = 0;

  for (int i = 0; i < 3; i++)
    {
      HR_SPAN (probe, "broken")
        {
          if (i >= 0)
            break;
          g_assert_not_reached ();
        }
      HR_SPAN (probe, "continued")
        {
          if (i >= 0)
            continue;
          g_assert_not_reached ();
        }
      HR_SPAN (probe, "gone")
        goto out;
    out:
      return_from_span (probe);
      if (i >= 0)
        HR_SPAN (probe, "plain")
          n_rounds++;
      else
        g_assert_not_reached ();
    }

  g_assert_cmpint (n_rounds, ==, 3);
  g_assert_cmpuint (hr_lane_get (probe)->depth, ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    g_assert_cmpuint (totals_of (reader, paths[i]).count, ==, 3);
  g_assert_cmpuint (hr_region_reader_n_metrics (reader), ==, G_N_ELEMENTS (paths));

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void *
make_trees (void *data)
{
  HrProbe *probe = data;

  for (unsigned i = 0; i < N_TREES; i++)
    HR_SPAN (probe, "batch")
      {
        HR_SPAN (probe, "match")
          {
          }
        HR_SPAN (probe, "rank")
          {
            HR_SPAN (probe, "draw")
              {
              }
          }
      }

  return NULL;
}

static void
test_each_thread_has_a_stack (Fixture      *fixture,
                              gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  pthread_t       threads[N_THREADS];
  double          self, roots;

  for (int i = 0; i < N_THREADS; i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, make_trees, probe), ==, 0);
  for (int i = 0; i < N_THREADS; i++)
    pthread_join (threads[i], NULL);

  g_assert_cmpuint (hr_region_reader_n_metrics (reader), ==, 4);
  for (uint32_t i = 0; i < 4; i++)
    {
      HrRegionTotals totals;

      g_assert_true (hr_region_reader_totals (reader, i, &totals));
      g_assert_cmpuint (totals.count, ==, N_THREADS * N_TREES);
    }
  g_assert_cmpuint (totals_of (reader, "/batch/rank/draw").count, ==, N_THREADS * N_TREES);

  /* Each time is cut to whole nanoseconds. */
  self = add_self_times (reader, &roots);
  g_assert_cmpfloat_with_epsilon (self, roots, 4 * N_THREADS * N_TREES);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* Leaves its span open. */
static void *
begin_only (void *data)
{
  hr_span_begin (data, "left");

  return NULL;
}

static void
test_a_thread_leaves_no_open_span_to_the_next (Fixture      *fixture,
                                               gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  /* One that is skipped, one that is not. */
  for (uint32_t stride = 1u << HR_CONTROL_STRIDE_LIMIT; stride > 0; stride >>= HR_CONTROL_STRIDE_LIMIT)
    {
      pthread_t thread;

      hr_region_reader_set_stride (reader, stride);
      g_assert_cmpint (pthread_create (&thread, NULL, begin_only, probe), ==, 0);
      pthread_join (thread, NULL);

      hr_region_reader_set_stride (reader, 1);
      hr_span_end (probe, hr_span_begin (probe, "next"));
    }

  g_assert_cmpuint (totals_of (reader, "/next").count, ==, 2);
  g_assert_cmpuint (totals_of (reader, "/left").count, ==, 0);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_sampling_off_in_between (Fixture      *fixture,
                              gconstpointer data)
{
  HrProbe        *probe = open_exact_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  HrSpan          outer = hr_span_begin (probe, "outer");
  HrSpan          unseen;

  hr_region_reader_set_sampling (reader, false);
  unseen = hr_span_begin (probe, "unseen");
  g_assert_cmpuint (unseen, ==, 0);
  hr_region_reader_set_sampling (reader, true);
  hr_span_end (probe, hr_span_begin (probe, "seen"));
  hr_span_end (probe, unseen);

  /* What has begun is finished. */
  hr_region_reader_set_sampling (reader, false);
  hr_span_end (probe, outer);
  hr_region_reader_set_stride (reader, 4);
  g_assert_cmpuint (hr_span_begin (probe, "unseen"), ==, 0);

  g_assert_cmpuint (totals_of (reader, "/outer").count, ==, 1);
  g_assert_cmpuint (totals_of (reader, "/outer/seen").count, ==, 1);
  g_assert_cmpuint (hr_region_reader_n_metrics (reader), ==, 2);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 0);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_a_stride_takes_whole_trees (Fixture      *fixture,
                                 gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  uint64_t        n_chosen;

  hr_region_reader_set_stride (reader, 8);
  make_trees (probe);

  n_chosen = totals_of (reader, "/batch").count;
  g_assert_cmpuint (n_chosen, >, N_TREES / 16);
  g_assert_cmpuint (n_chosen, <, N_TREES / 4);
  g_assert_cmpuint (totals_of (reader, "/batch/match").count, ==, n_chosen);
  g_assert_cmpuint (totals_of (reader, "/batch/rank/draw").count, ==, n_chosen);
  g_assert_cmpuint (hr_region_reader_n_metrics (reader), ==, 4);
  g_assert_cmpuint (hr_region_reader_skipped (reader), ==, N_TREES - n_chosen);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* Of a tree that is not chosen an inner end may be missing too. */
static void
test_a_skipped_tree_ends_with_its_root (Fixture      *fixture,
                                        gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  HrSpan          root, inner;

  hr_region_reader_set_stride (reader, 1u << HR_CONTROL_STRIDE_LIMIT);
  root = hr_span_begin (probe, "root");
  g_assert_cmpuint (root, ==, HR_SPAN_SKIPPED);
  inner = hr_span_begin (probe, "inner");
  hr_span_begin (probe, "innermost");
  hr_region_reader_set_stride (reader, 1);
  g_assert_cmpuint (hr_span_begin (probe, "innermost"), >, inner);
  hr_span_end (probe, root);
  hr_span_end (probe, inner);

  hr_span_end (probe, hr_span_begin (probe, "after"));
  g_assert_cmpuint (totals_of (reader, "/after").count, ==, 1);
  g_assert_cmpuint (hr_region_reader_n_metrics (reader), ==, 1);
  g_assert_cmpuint (hr_region_reader_skipped (reader), ==, 1);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* The deepest span's end comes once more while a tree is skipped. */
static void
test_a_skipped_tree_ends_no_other_span (Fixture      *fixture,
                                        gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  HrSpan          root = hr_span_begin (probe, "span");
  HrSpan          deepest = root;

  while (deepest < HR_SPAN_DEPTH)
    deepest = hr_span_begin (probe, "span");
  hr_span_end (probe, root);
  g_assert_cmpuint (hr_region_reader_written (reader), ==, HR_SPAN_DEPTH);

  hr_region_reader_set_stride (reader, 1u << HR_CONTROL_STRIDE_LIMIT);
  root = hr_span_begin (probe, "span");
  g_assert_cmpuint (root, ==, HR_SPAN_SKIPPED);
  hr_span_end (probe, deepest);
  g_assert_cmpuint (hr_region_reader_written (reader), ==, HR_SPAN_DEPTH);
  hr_span_end (probe, root);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* What a child does that was forked within a span; returns 0 where all is well. */
static int
run_child (HrProbe *probe,
           HrSpan   outer)
{
  HrRegionReader *reader = NULL;
  HrRegionTotals  totals = { 0 };

  hr_span_end (probe, outer);
  if (hr_probe_path (probe) != NULL)
    return 1;

  HR_SPAN (probe, "inner")
    {
    }
  hr_span_end (probe, outer);
  if (hr_region_reader_open (hr_probe_path (probe), &reader) != HR_REGION_OK)
    return 2;
  for (uint32_t i = 0; i < hr_region_reader_n_metrics (reader); i++)
    {
      HrRegionMetric metric;
      uint64_t       wanted;

      if (!hr_region_reader_metric (reader, i, &metric) || !hr_region_reader_totals (reader, i, &totals))
        return 3;
      wanted = strcmp (metric.name, "inner") == 0 && metric.parent == HR_REGION_NO_PARENT;
      if (totals.count != wanted)
        return 4;
    }

  return 0;
}

static void
test_a_forked_child_begins_at_the_root (Fixture      *fixture,
                                        gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  HrSpan          outer = hr_span_begin (probe, "outer");
  pid_t           child = fork ();
  int             status;

  if (child == 0)
    _exit (run_child (probe, outer));
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);

  hr_span_end (probe, outer);
  g_assert_cmpuint (totals_of (reader, "/outer").count, ==, 1);
  g_assert_cmpuint (hr_region_reader_n_metrics (reader), ==, 1);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_two_probes_interleaved (Fixture      *fixture,
                             gconstpointer data)
{
  HrProbe        *probes[] = { open_probe (fixture), open_probe (fixture) };
  HrRegionReader *readers[] = { open_reader (hr_probe_path (probes[0])), open_reader (hr_probe_path (probes[1])) };

  for (int round = 0; round < 3; round++)
    HR_SPAN (probes[0], "a")
      HR_SPAN (probes[1], "b")
        HR_SPAN (probes[0], "c")
          HR_SPAN (probes[1], "d")
            {
            }

  for (int i = 0; i < 2; i++)
    {
      g_assert_cmpuint (hr_region_reader_n_metrics (readers[i]), ==, 2);
      g_assert_cmpuint (totals_of (readers[i], i == 0 ? "/a" : "/b").count, ==, 3);
      g_assert_cmpuint (totals_of (readers[i], i == 0 ? "/a/c" : "/b/d").count, ==, 3);
      hr_region_reader_close (readers[i]);
    }
  for (int i = 0; i < 2; i++)
    hr_probe_close (probes[i]);
}

static void
test_a_no_op_counts_spans (Fixture      *fixture,
                           gconstpointer data)
{
  HrProbe *probe = open_no_op (fixture);

  HR_SPAN (probe, "a")
    HR_SPAN (probe, "b")
      {
      }
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 2);

  hr_probe_close (probe);
}

/* A counter that steps back makes a time 0, never one of centuries. */
static void
test_time_that_steps_back_is_none (Fixture      *fixture,
                                   gconstpointer data)
{
  HrProbe        *probe = open_exact_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  begin_at (probe, "outer", 1000);
  begin_at (probe, "inner", 2000);
  end_at (probe, 1900);
  begin_at (probe, "inner", 1000);
  end_at (probe, 1500);
  end_at (probe, 1400);

  assert_path (reader, "/outer/inner", 2, 500, 500);
  assert_path (reader, "/outer", 1, 400, 0);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* What a random tree should come to, by path. */
typedef struct
{
  uint64_t count;
  double   sum;
  double   self;
} Expected;

/* Makes a random tree from @now on and returns when it ended. */
static uint64_t
make_random_tree (HrProbe    *probe,
                  GRand      *random,
                  GHashTable *expected,
                  const char *outer,
                  unsigned    depth,
                  uint64_t    now)
{
  static const char *const names[] = { "a", "b", "c" };
  const char              *name = names[g_rand_int_range (random, 0, G_N_ELEMENTS (names))];
  g_autofree char         *path = g_strdup_printf ("%s/%s", outer, name);
  Expected                *mine = g_hash_table_lookup (expected, path);
  uint64_t                 begin = now;
  int                      n_inner = depth < 4 ? g_rand_int_range (random, 0, 4) : 0;

  if (mine == NULL)
    {
      mine = g_new0 (Expected, 1);
      g_hash_table_insert (expected, g_strdup (path), mine);
    }

  begin_at (probe, name, now);
  for (int i = 0; i < n_inner; i++)
    {
      uint64_t own = (uint64_t) g_rand_int_range (random, 0, 100000);

      mine->self += (double) own;
      now = make_random_tree (probe, random, expected, path, depth + 1, now + own);
    }
  mine->self += 7;
  now += 7;
  end_at (probe, now);
  mine->count++;
  mine->sum += (double) (now - begin);

  return now;
}

static void
test_self_times_add_up_to_the_roots (Fixture      *fixture,
                                     gconstpointer data)
{
  HrProbe        *probe = open_exact_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  g_autoptr (GHashTable) expected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer       path, value;
  uint64_t       now = 1;
  double         roots;

  /* Two of the names at the root and three levels below it leave the table some room. */
  for (int i = 0; i < 20; i++)
    now = make_random_tree (probe, random, expected, "", 1, now);
  g_assert_cmpuint (g_hash_table_size (expected), >, 20);
  g_assert_cmpuint (g_hash_table_size (expected), <=, HR_REGION_METRICS);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 0);

  g_assert_cmpuint (hr_region_reader_n_metrics (reader), ==, g_hash_table_size (expected));
  g_hash_table_iter_init (&iter, expected);
  while (g_hash_table_iter_next (&iter, &path, &value))
    assert_path (reader, path, ((Expected *) value)->count, ((Expected *) value)->sum, ((Expected *) value)->self);
  g_assert_cmpfloat (add_self_times (reader, &roots), ==, (double) (now - 1));
  g_assert_cmpfloat (roots, ==, (double) (now - 1));

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASE ("/probe/span/self", test_self_is_what_no_inner_span_took);
  ADD_CASE ("/probe/span/path", test_a_path_is_its_names);
  ADD_CASE ("/probe/span/parents", test_one_name_under_many_parents);
  ADD_CASE ("/probe/span/addresses", test_many_addresses_of_one_name);
  ADD_CASE ("/probe/span/kind", test_spans_have_names_of_their_own);
  ADD_CASE ("/probe/span/depth", test_too_deep_ones_are_their_parents_own);
  ADD_CASE ("/probe/span/full-table", test_a_full_table_keeps_the_nesting_right);
  ADD_CASE ("/probe/span/bad-name", test_bad_names_have_no_place);
  ADD_CASE ("/probe/span/missing-end", test_an_outer_end_closes_what_was_left_open);
  ADD_CASE ("/probe/span/scope", test_a_scope_ends_however_it_is_left);
  ADD_CASE ("/probe/span/threads", test_each_thread_has_a_stack);
  ADD_CASE ("/probe/span/handed-on", test_a_thread_leaves_no_open_span_to_the_next);
  ADD_CASE ("/probe/span/off", test_sampling_off_in_between);
  ADD_CASE ("/probe/span/stride", test_a_stride_takes_whole_trees);
  ADD_CASE ("/probe/span/skipped", test_a_skipped_tree_ends_with_its_root);
  ADD_CASE ("/probe/span/skipped-deep", test_a_skipped_tree_ends_no_other_span);
  ADD_CASE ("/probe/span/fork", test_a_forked_child_begins_at_the_root);
  ADD_CASE ("/probe/span/two-probes", test_two_probes_interleaved);
  ADD_CASE ("/probe/span/no-op", test_a_no_op_counts_spans);
  ADD_CASE ("/probe/span/back", test_time_that_steps_back_is_none);
  ADD_CASE ("/probe/span/random", test_self_times_add_up_to_the_roots);

  return g_test_run ();
}
