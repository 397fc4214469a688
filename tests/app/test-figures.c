/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/figures.h"

#include <math.h>

#define INTERVAL_NS (100 * (gint64) HR_NS_PER_MS)

static const HrMetricInfo latency = { "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };
static const HrMetricInfo batch = { "batch_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };
static const HrMetricInfo frames = { "ui_frame_time_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };
static const HrMetricInfo memory = { "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER };

static const char contract_text[] = "[contract]\nname=Test\nversion=1\n"
                                    "[mean]\nmetric=thompson_duration_ms\nstatistic=mean\nwindow=5s\nlimit=10\nbaseline=10\n"
                                    "[compliance]\nmetric=thompson_duration_ms\nstatistic=compliance\nwindow=5s\nof=10\nminimum=0.95\nalert=0.90\n"
                                    "[memory]\nmetric=memory_usage_mb\nstatistic=last\nlimit=200\nwarn=0.80\ncritical=0.95\n"
                                    "[frames]\nmetric=ui_frame_time_ms\nstatistic=recent\nlimit=16\n";

/* One source, judged as the monitor would. */
typedef struct
{
  HrSource   *source;
  HrContract *contract;
  HrVerdict   verdict;
  HrReading   reading;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->source = hr_source_new (HR_SOURCE_PROCESS, "ranker");
  fixture->contract = hr_contract_parse (contract_text, sizeof contract_text - 1, "test.ini", &error);
  g_assert_no_error (error);
  fixture->reading.source = fixture->source;
  fixture->reading.history = hr_source_get_history (fixture->source);
  fixture->reading.contract = fixture->contract;
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  hr_verdict_clear (&fixture->verdict);
  hr_contract_unref (fixture->contract);
  g_object_unref (fixture->source);
}

/* Appends @n intervals in which @metric had @count items of @value each. */
static void
append (Fixture            *fixture,
        const HrMetricInfo *metric,
        guint               n,
        guint64             count,
        double              value)
{
  guint index = hr_history_add_metric (fixture->reading.history, metric);

  for (guint i = 0; i < n; i++)
    {
      HrBucketCount bucket = { hr_bucket_index ((guint64) (value * HR_NS_PER_MS)), count };
      gboolean      timed = metric->kind == HR_KIND_DURATION;
      HrSample      sample = { index, count, value * (double) count, value, value, value, timed ? 1 : 0, timed ? &bucket : NULL };
      HrSnapshot    head = { .sequence = 1, .interval_ns = INTERVAL_NS };
      g_autoptr (HrSnapshot) snapshot = NULL;

      fixture->reading.now_ns += INTERVAL_NS;
      head.sequence = hr_history_get_received (fixture->reading.history) + 1;
      head.end_ns = fixture->reading.now_ns;
      head.time_us = fixture->reading.now_ns / 1000;
      snapshot = hr_snapshot_new (&head, &sample, 1);
      hr_history_append (fixture->reading.history, snapshot);
    }
}

static void
judge (Fixture *fixture)
{
  hr_verdict_clear (&fixture->verdict);
  hr_verdict_judge (&fixture->verdict, fixture->contract, "ranker", fixture->reading.history, fixture->reading.now_ns);
  fixture->reading.verdict = &fixture->verdict;
}

static void
test_latency (Fixture      *fixture,
              gconstpointer data)
{
  HrLatencyFigures figures;

  append (fixture, &latency, 45, 32, 0.028);
  append (fixture, &latency, 5, 32, 20);
  judge (fixture);

  g_assert_true (hr_latency_figures_read (&figures, &fixture->reading));
  g_assert_cmpfloat_with_epsilon (figures.mean, (45 * 0.028 + 5 * 20) / 50, 1e-9);
  g_assert_cmpfloat_with_epsilon (figures.advantage, 10 / figures.mean, 1e-9);
  g_assert_cmpfloat_with_epsilon (figures.used, figures.mean / 10, 1e-9);
  g_assert_cmpfloat_with_epsilon (figures.p90, 0.028, 0.028 * 0.01);
  g_assert_cmpfloat_with_epsilon (figures.p99, 20, 20 * 0.01);
  g_assert_cmpfloat_with_epsilon (figures.compliance, 0.9, 0.001);
  g_assert_cmpint (figures.compliance_standing, ==, HR_STANDING_WARNING);
}

/* Only the last five seconds count. */
static void
test_latency_forgets (Fixture      *fixture,
                      gconstpointer data)
{
  HrLatencyFigures figures;

  append (fixture, &latency, 10, 32, 20);
  append (fixture, &latency, 50, 32, 0.028);
  judge (fixture);

  g_assert_true (hr_latency_figures_read (&figures, &fixture->reading));
  g_assert_cmpfloat_with_epsilon (figures.mean, 0.028, 1e-9);
}

/* A source that is lost has no verdict: its budget still says how long the bar is. */
static void
test_latency_without_verdict (Fixture      *fixture,
                              gconstpointer data)
{
  HrLatencyFigures figures;

  append (fixture, &latency, 10, 32, 5);

  g_assert_true (hr_latency_figures_read (&figures, &fixture->reading));
  g_assert_cmpfloat (figures.limit, ==, 10);
  g_assert_cmpint (figures.mean_standing, ==, HR_STANDING_NO_DATA);
}

static void
test_metric_without_data (Fixture      *fixture,
                          gconstpointer data)
{
  HrLatencyFigures    latencies;
  HrStatisticsFigures statistics;

  hr_history_add_metric (fixture->reading.history, &latency);
  append (fixture, &memory, 1, 1, 50);
  judge (fixture);

  g_assert_true (hr_latency_figures_read (&latencies, &fixture->reading));
  g_assert_true (isnan (latencies.mean));
  g_assert_true (isnan (latencies.compliance));
  g_assert_true (hr_statistics_figures_read (&statistics, &fixture->reading));
  g_assert_cmpuint (statistics.count, ==, 0);
  g_assert_true (isnan (statistics.min));
  g_assert_true (isnan (statistics.throughput));
}

static void
test_absent_metric (Fixture      *fixture,
                    gconstpointer data)
{
  HrLatencyFigures latencies = { .mean = 7 };
  HrMemoryFigures  memories = { .now = 7 };
  HrFramesFigures  frame_times = { .recent = 7 };

  g_assert_false (hr_latency_figures_read (&latencies, &fixture->reading));
  g_assert_false (hr_memory_figures_read (&memories, &fixture->reading));
  g_assert_false (hr_frames_figures_read (&frame_times, &fixture->reading));
  g_assert_cmpfloat (latencies.mean, ==, 7);
  g_assert_cmpfloat (memories.now, ==, 7);
  g_assert_cmpfloat (frame_times.recent, ==, 7);
}

/* Any instrumented program has a latency card, but frames are not its latency. */
static void
test_latency_metric (Fixture      *fixture,
                     gconstpointer data)
{
  guint metric;

  hr_history_add_metric (fixture->reading.history, &frames);
  g_assert_false (hr_latency_metric (fixture->reading.history, &metric));
  hr_history_add_metric (fixture->reading.history, &batch);
  g_assert_true (hr_latency_metric (fixture->reading.history, &metric));
  g_assert_cmpuint (metric, ==, 1);
  hr_history_add_metric (fixture->reading.history, &latency);
  g_assert_true (hr_latency_metric (fixture->reading.history, &metric));
  g_assert_cmpuint (metric, ==, 2);
}

static void
test_memory (Fixture      *fixture,
             gconstpointer data)
{
  HrMemoryFigures figures;

  append (fixture, &memory, 5, 1, 180);
  append (fixture, &memory, 400, 1, 100);
  judge (fixture);

  g_assert_true (hr_memory_figures_read (&figures, &fixture->reading));
  g_assert_cmpfloat (figures.now, ==, 100);
  g_assert_cmpfloat (figures.peak, ==, 180);
  g_assert_cmpfloat (figures.used, ==, 0.5);
  g_assert_cmpfloat (figures.warn, ==, 0.8);
  g_assert_cmpfloat (figures.growth, ==, 0);
  g_assert_true (isnan (figures.minutes));
}

static void
test_memory_grows (Fixture      *fixture,
                   gconstpointer data)
{
  HrMemoryFigures figures;

  for (guint i = 0; i < 600; i++)
    append (fixture, &memory, 1, 1, 100 + i * 0.01);
  judge (fixture);

  g_assert_true (hr_memory_figures_read (&figures, &fixture->reading));
  g_assert_cmpfloat_with_epsilon (figures.growth, 6, 1e-6);
  g_assert_cmpfloat_with_epsilon (figures.minutes, (200 - 105.99) / 6, 1e-3);
}

static void
test_growth_needs_more_than_scatter (void)
{
  double minutes[100], steady[100], noisy[100];

  for (guint i = 0; i < 100; i++)
    {
      minutes[i] = i / 60.0;
      steady[i] = 100;
      noisy[i] = 100 + (i % 2 == 0 ? 5 : -5) + i * 0.01;
    }
  g_assert_cmpfloat (hr_growth_per_minute (minutes, steady, 100), ==, 0);
  g_assert_cmpfloat (hr_growth_per_minute (minutes, noisy, 100), ==, 0);
  g_assert_true (isnan (hr_growth_per_minute (minutes, minutes, 5)));
  g_assert_cmpfloat_with_epsilon (hr_growth_per_minute (minutes, minutes, 100), 1, 1e-9);
}

static void
test_frames (Fixture      *fixture,
             gconstpointer data)
{
  HrFramesFigures figures;

  append (fixture, &frames, 99, 6, 8);
  append (fixture, &frames, 1, 6, 40);
  judge (fixture);

  g_assert_true (hr_frames_figures_read (&figures, &fixture->reading));
  g_assert_cmpfloat_with_epsilon (figures.recent, (99 * 8 + 40) / 100.0, 1e-9);
  g_assert_cmpfloat (figures.worst, ==, 40);
  g_assert_cmpuint (figures.over, ==, 6);
  g_assert_cmpfloat (figures.limit, ==, 16);
}

static void
test_statistics (Fixture      *fixture,
                 gconstpointer data)
{
  HrStatisticsFigures figures;

  append (fixture, &latency, 100, 10, 2);
  append (fixture, &latency, 100, 30, 4);
  judge (fixture);

  g_assert_true (hr_statistics_figures_read (&figures, &fixture->reading));
  g_assert_cmpuint (figures.count, ==, 4000);
  g_assert_cmpfloat (figures.min, ==, 2);
  g_assert_cmpfloat (figures.max, ==, 4);
  g_assert_cmpfloat_with_epsilon (figures.p50, 4, 4 * 0.01);
  g_assert_cmpfloat_with_epsilon (figures.throughput, 300, 1e-9);
  g_assert_cmpint (figures.trend, ==, HR_TREND_STABLE);
  g_assert_cmpfloat_with_epsilon (figures.scores.thompson, 0.6, 1e-9);

  append (fixture, &latency, 25, 60, 4);
  g_assert_true (hr_statistics_figures_read (&figures, &fixture->reading));
  g_assert_cmpint (figures.trend, ==, HR_TREND_IMPROVING);
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
    { "/figures/latency", test_latency },
    { "/figures/latency-forgets", test_latency_forgets },
    { "/figures/latency-without-verdict", test_latency_without_verdict },
    { "/figures/latency-metric", test_latency_metric },
    { "/figures/metric-without-data", test_metric_without_data },
    { "/figures/absent-metric", test_absent_metric },
    { "/figures/memory", test_memory },
    { "/figures/memory-grows", test_memory_grows },
    { "/figures/frames", test_frames },
    { "/figures/statistics", test_statistics },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Fixture, NULL, set_up, cases[i].run, tear_down);
  g_test_add_func ("/figures/growth-needs-more-than-scatter", test_growth_needs_more_than_scatter);

  return g_test_run ();
}
