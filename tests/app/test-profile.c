/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/figures.h"
#include "app/profile.h"
#include "engine/model/category.h"

#include <math.h>

#define INTERVAL_NS (100 * (gint64) HR_NS_PER_MS)
#define MAX_SAMPLES 32

/* One program, an interval of which is put together before it is appended. */
typedef struct
{
  HrSource *source;
  HrReading reading;
  HrProfile profile;

  HrSample      samples[MAX_SAMPLES];
  HrBucketCount buckets[MAX_SAMPLES];
  guint         n_samples;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->source = hr_source_new (HR_SOURCE_PROCESS, "ranker");
  fixture->reading.source = fixture->source;
  fixture->reading.history = hr_source_get_history (fixture->source);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_object_unref (fixture->source);
}

static HrSample *
add (Fixture    *fixture,
     const char *name,
     HrKind      kind,
     HrUnit      unit,
     guint64     count,
     double      value)
{
  HrMetricInfo info = { name, kind, unit, HR_DIRECTION_LOWER };
  HrSample    *sample = &fixture->samples[fixture->n_samples++];

  *sample = (HrSample){ hr_history_add_metric (fixture->reading.history, &info), count, value * (double) count, value, value, value };

  return sample;
}

/* Adds @count calls of @ms each, of which @self_ms were not spent in inner spans. */
static void
add_span (Fixture    *fixture,
          const char *path,
          guint64     count,
          double      ms,
          double      self_ms)
{
  HrBucketCount *bucket = &fixture->buckets[fixture->n_samples];
  HrSample      *sample = add (fixture, path, HR_KIND_SPAN, HR_UNIT_MILLISECONDS, count, ms);

  *bucket = (HrBucketCount){ hr_bucket_index ((guint64) (ms * HR_NS_PER_MS)), count };
  sample->self = self_ms * (double) count;
  sample->buckets = bucket;
  sample->n_buckets = 1;
}

static void
add_category (Fixture    *fixture,
              const char *name,
              double      in_use,
              double      allocated)
{
  g_autofree char *gauge = g_strconcat (HR_CATEGORY_IN_USE, name, NULL);
  g_autofree char *counter = g_strconcat (HR_CATEGORY_ALLOCATED, name, NULL);

  add (fixture, gauge, HR_KIND_GAUGE, HR_UNIT_MEGABYTES, 1, in_use);
  add (fixture, counter, HR_KIND_COUNTER, HR_UNIT_MEGABYTES, 1, allocated);
}

/* Ends the interval and appends it @n times. */
static void
append (Fixture *fixture,
        guint    n)
{
  for (guint i = 0; i < n; i++)
    {
      HrSnapshot head = { .interval_ns = INTERVAL_NS };
      g_autoptr (HrSnapshot) snapshot = NULL;

      fixture->reading.now_ns += INTERVAL_NS;
      head.sequence = hr_history_get_received (fixture->reading.history) + 1;
      head.end_ns = fixture->reading.now_ns;
      snapshot = hr_snapshot_new (&head, fixture->samples, fixture->n_samples);
      hr_history_append (fixture->reading.history, snapshot);
    }
  fixture->n_samples = 0;
}

static void
assert_order (const HrProfile   *profile,
              const char *const *names)
{
  for (guint i = 0; i < profile->n_rows; i++)
    g_assert_cmpstr (profile->rows[i].name, ==, names[i]);
  g_assert_null (names[profile->n_rows]);
}

static void
test_spans (Fixture      *fixture,
            gconstpointer data)
{
  add_span (fixture, "/rank", 2, 10, 3);
  add_span (fixture, "/rank/draw", 20, 0.7, 0.7);
  append (fixture, 49);
  add_span (fixture, "/rank", 2, 40, 3);
  add_span (fixture, "/rank/draw", 20, 0.7, 0.7);
  append (fixture, 1);

  g_assert_true (hr_profile_read_spans (&fixture->profile, &fixture->reading));
  assert_order (&fixture->profile, (const char *[]){ "/rank/draw", "/rank", NULL });
  g_assert_cmpfloat_with_epsilon (fixture->profile.rows[0].weight, 50 * 20 * 0.7, 1e-9);
  g_assert_cmpfloat_with_epsilon (fixture->profile.rows[0].share, 0.7, 1e-9);
  g_assert_cmpfloat_with_epsilon (fixture->profile.rows[0].rate, 200, 1e-9);
  g_assert_cmpfloat_with_epsilon (fixture->profile.rows[0].p99, 0.7, 0.7 * 0.01);
  g_assert_cmpfloat_with_epsilon (fixture->profile.rows[1].share, 0.3, 1e-9);
  g_assert_cmpfloat_with_epsilon (fixture->profile.rows[1].p99, 40, 40 * 0.01);
}

/* Shares are of all spans, with those that have no row. */
static void
test_ten_of_many (Fixture      *fixture,
                  gconstpointer data)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *path = g_strdup_printf ("/span-%02u", i);

      add_span (fixture, path, 1, i + 1, i + 1);
    }
  append (fixture, 1);

  g_assert_true (hr_profile_read_spans (&fixture->profile, &fixture->reading));
  g_assert_cmpuint (fixture->profile.n_rows, ==, HR_PROFILE_ROWS);
  g_assert_cmpuint (fixture->profile.n_all, ==, 20);
  g_assert_cmpstr (fixture->profile.rows[0].name, ==, "/span-19");
  g_assert_cmpstr (fixture->profile.rows[9].name, ==, "/span-10");
  g_assert_cmpfloat_with_epsilon (fixture->profile.rows[0].share, 20.0 / 210, 1e-9);
}

/* What has not run for five seconds leaves. */
static void
test_spans_are_forgotten (Fixture      *fixture,
                          gconstpointer data)
{
  add_span (fixture, "/start", 1, 100, 100);
  append (fixture, 1);
  add_span (fixture, "/rank", 1, 1, 1);
  append (fixture, 49);
  g_assert_true (hr_profile_read_spans (&fixture->profile, &fixture->reading));
  assert_order (&fixture->profile, (const char *[]){ "/start", "/rank", NULL });

  add_span (fixture, "/rank", 1, 1, 1);
  append (fixture, 1);
  g_assert_true (hr_profile_read_spans (&fixture->profile, &fixture->reading));
  assert_order (&fixture->profile, (const char *[]){ "/rank", NULL });

  append (fixture, 50);
  g_assert_true (hr_profile_read_spans (&fixture->profile, &fixture->reading));
  g_assert_cmpuint (fixture->profile.n_rows, ==, 0);
}

/* Two that are about equal keep their places, until one is clearly ahead. */
static void
test_order_is_calm (Fixture      *fixture,
                    gconstpointer data)
{
  add_span (fixture, "/a", 1, 10, 10);
  add_span (fixture, "/b", 1, 9.9, 9.9);
  append (fixture, 50);
  g_assert_true (hr_profile_read_spans (&fixture->profile, &fixture->reading));
  assert_order (&fixture->profile, (const char *[]){ "/a", "/b", NULL });

  add_span (fixture, "/a", 1, 10, 10);
  add_span (fixture, "/b", 1, 10.4, 10.4);
  append (fixture, 50);
  g_assert_true (hr_profile_read_spans (&fixture->profile, &fixture->reading));
  assert_order (&fixture->profile, (const char *[]){ "/a", "/b", NULL });
  g_assert_cmpfloat_with_epsilon (fixture->profile.rows[1].weight, 520, 1e-9);

  add_span (fixture, "/a", 1, 10, 10);
  add_span (fixture, "/b", 1, 10.6, 10.6);
  append (fixture, 50);
  g_assert_true (hr_profile_read_spans (&fixture->profile, &fixture->reading));
  assert_order (&fixture->profile, (const char *[]){ "/b", "/a", NULL });
}

/* The eleventh takes the place of the tenth once it is clearly heavier. */
static void
test_newcomer (Fixture      *fixture,
               gconstpointer data)
{
  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < HR_PROFILE_ROWS; i++)
        {
          g_autofree char *path = g_strdup_printf ("/span-%u", i);

          add_span (fixture, path, 1, 20 - i, 20 - i);
        }
      add_span (fixture, "/newcomer", 1, 20, round == 0 ? 1 : 11.8);
      append (fixture, 50);
      g_assert_true (hr_profile_read_spans (&fixture->profile, &fixture->reading));
      g_assert_cmpstr (fixture->profile.rows[9].name, ==, round == 0 ? "/span-9" : "/newcomer");
    }
}

/* A program of spans alone has no latency: a scope is not what its users wait for. */
static void
test_spans_are_no_latency (Fixture      *fixture,
                           gconstpointer data)
{
  guint metric;

  add_span (fixture, "/rank", 1, 10, 10);
  append (fixture, 1);
  g_assert_false (hr_latency_metric (fixture->reading.history, &metric));

  add (fixture, "batch_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, 1, 5);
  append (fixture, 1);
  g_assert_true (hr_latency_metric (fixture->reading.history, &metric));
  g_assert_cmpstr (hr_history_get_metric (fixture->reading.history, metric)->name, ==, "batch_ms");
}

static void
test_nothing (Fixture      *fixture,
              gconstpointer data)
{
  HrRecording recording;

  add (fixture, "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, 1, 50);
  append (fixture, 1);

  g_assert_false (hr_profile_read_spans (&fixture->profile, &fixture->reading));
  g_assert_cmpuint (fixture->profile.n_rows, ==, 0);
  g_assert_false (hr_profile_read_categories (&fixture->profile, &fixture->reading));
  g_assert_cmpuint (fixture->profile.n_rows, ==, 0);
  hr_recording_read (&recording, fixture->reading.history);
  g_assert_true (isnan (recording.share));
  g_assert_true (isnan (recording.stride));
}

static void
test_categories (Fixture      *fixture,
                 gconstpointer data)
{
  add_category (fixture, "ranking", 80, 1);
  add_category (fixture, "caching", 10, 0.5);
  append (fixture, 49);
  add_category (fixture, "ranking", 30, 1);
  add_category (fixture, "caching", 90, 0.5);
  append (fixture, 1);

  g_assert_true (hr_profile_read_categories (&fixture->profile, &fixture->reading));
  assert_order (&fixture->profile, (const char *[]){ "caching", "ranking", NULL });
  g_assert_cmpfloat (fixture->profile.rows[0].weight, ==, 90);
  g_assert_cmpfloat_with_epsilon (fixture->profile.rows[0].share, 0.75, 1e-9);
  g_assert_cmpfloat_with_epsilon (fixture->profile.rows[0].rate, 5, 1e-9);
  g_assert_cmpfloat (fixture->profile.weight, ==, 120);
  g_assert_cmpfloat_with_epsilon (fixture->profile.rate, 15, 1e-9);
}

/* All freed: nothing has a share of nothing. */
static void
test_empty_categories (Fixture      *fixture,
                       gconstpointer data)
{
  add_category (fixture, "ranking", 0, 0);
  append (fixture, 1);

  g_assert_true (hr_profile_read_categories (&fixture->profile, &fixture->reading));
  g_assert_cmpuint (fixture->profile.n_rows, ==, 1);
  g_assert_true (isnan (fixture->profile.rows[0].share));
  g_assert_cmpfloat (fixture->profile.rows[0].rate, ==, 0);
}

static void
test_recording (Fixture      *fixture,
                gconstpointer data)
{
  HrRecording recording;

  add (fixture, HR_METRIC_PROBE_OVERHEAD, HR_KIND_RATIO, HR_UNIT_RATIO, 1, 0.5);
  add (fixture, HR_METRIC_SAMPLING_STRIDE, HR_KIND_GAUGE, HR_UNIT_COUNT, 1, 1);
  append (fixture, 10);
  add (fixture, HR_METRIC_PROBE_OVERHEAD, HR_KIND_RATIO, HR_UNIT_RATIO, 1, 0.01);
  add (fixture, HR_METRIC_SAMPLING_STRIDE, HR_KIND_GAUGE, HR_UNIT_COUNT, 1, 8);
  append (fixture, 25);
  add (fixture, HR_METRIC_PROBE_OVERHEAD, HR_KIND_RATIO, HR_UNIT_RATIO, 1, 0.03);
  append (fixture, 25);

  hr_recording_read (&recording, fixture->reading.history);
  g_assert_cmpfloat_with_epsilon (recording.share, 0.02, 1e-9);
  g_assert_cmpfloat (recording.stride, ==, 8);
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *path;
    void (*run) (Fixture      *fixture,
                 gconstpointer data);
  } cases[] = {
    { "/profile/spans", test_spans },
    { "/profile/ten-of-many", test_ten_of_many },
    { "/profile/spans-are-forgotten", test_spans_are_forgotten },
    { "/profile/order-is-calm", test_order_is_calm },
    { "/profile/newcomer", test_newcomer },
    { "/profile/spans-are-no-latency", test_spans_are_no_latency },
    { "/profile/nothing", test_nothing },
    { "/profile/categories", test_categories },
    { "/profile/empty-categories", test_empty_categories },
    { "/profile/recording", test_recording },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Fixture, NULL, set_up, cases[i].run, tear_down);

  return g_test_run ();
}
