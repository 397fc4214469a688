/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Spans: which path a time goes to, and how much of it is the path's own. */

#include "tests/engine/probe/span-fixture.h"

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
  ADD_CASE ("/probe/span/back", test_time_that_steps_back_is_none);
  ADD_CASE ("/probe/span/random", test_self_times_add_up_to_the_roots);

  return g_test_run ();
}
