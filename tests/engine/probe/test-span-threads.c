/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Spans of several threads, processes and probes, and of those that are measured only now and then. */

#include "tests/engine/probe/span-fixture.h"

#include <pthread.h>

#define N_THREADS 4
#define N_TREES 2000u

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

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASE ("/probe/span/threads", test_each_thread_has_a_stack);
  ADD_CASE ("/probe/span/handed-on", test_a_thread_leaves_no_open_span_to_the_next);
  ADD_CASE ("/probe/span/off", test_sampling_off_in_between);
  ADD_CASE ("/probe/span/stride", test_a_stride_takes_whole_trees);
  ADD_CASE ("/probe/span/skipped", test_a_skipped_tree_ends_with_its_root);
  ADD_CASE ("/probe/span/skipped-deep", test_a_skipped_tree_ends_no_other_span);
  ADD_CASE ("/probe/span/fork", test_a_forked_child_begins_at_the_root);
  ADD_CASE ("/probe/span/two-probes", test_two_probes_interleaved);
  ADD_CASE ("/probe/span/no-op", test_a_no_op_counts_spans);

  return g_test_run ();
}
