/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/stream.h"

#include "engine/wire/wire.h"

static const HrMetricInfo latency = { "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };
static const HrMetricInfo memory = { "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER };

static const HrStreamName first_run = { .uuid = { 1 }, .epoch = 1 };
static const HrStreamName next_run = { .uuid = { 1 }, .epoch = 2 };

static const HrClockMap same_clock = { .known = TRUE };

/* A snapshot (or totals) of @count latencies of 2 ms each. */
static HrSnapshot *
latencies (guint64 sequence,
           guint   metric,
           guint64 count)
{
  const HrBucketCount bucket = { hr_bucket_index (2 * HR_NS_PER_MS), count };
  const HrSample      sample = { metric, count, 2 * (double) count, 2, 2, 2, 1, &bucket };

  return hr_snapshot_new (&(HrSnapshot){ .sequence = sequence, .end_ns = (gint64) sequence * 100, .interval_ns = 100 },
                          &sample, count > 0 ? 1 : 0);
}

/* Feeds one message to @stream and appends what comes of it, as the hub does. Returns the items it added. */
static guint64
feed (HrStream   *stream,
      HrSnapshot *message,
      gboolean    totals)
{
  g_autoptr (HrSnapshot) taken G_GNUC_UNUSED = message;
  g_autoptr (HrSnapshot) snapshot = NULL;
  HrHistory *history = hr_source_get_history (hr_stream_get_source (stream));
  guint64    before = hr_history_get_totals (history, 0)->count;

  if (totals)
    snapshot = hr_stream_totals (stream, message, 0, &same_clock, 1000000, 0);
  else
    snapshot = hr_stream_snapshot (stream, message, &same_clock, 1000000, 0);
  if (snapshot != NULL)
    hr_history_append (history, snapshot);

  return hr_history_get_totals (history, 0)->count - before;
}

static HrStream *
new_stream (void)
{
  g_autoptr (HrSource) source = hr_source_new (HR_SOURCE_PROCESS, "ranker");
  HrStream *stream = hr_stream_new (source, &first_run);

  hr_stream_hello (stream, &first_run, &latency, 1);

  return stream;
}

static void
test_a_snapshot_counts_once (void)
{
  g_autoptr (HrStream) stream = new_stream ();

  g_assert_cmpuint (feed (stream, latencies (1, 0, 5), FALSE), ==, 5);
  g_assert_cmpuint (feed (stream, latencies (1, 0, 5), FALSE), ==, 0);
  g_assert_cmpuint (feed (stream, latencies (2, 0, 7), FALSE), ==, 7);
}

static void
test_totals_make_up_for_exactly_what_was_missed (void)
{
  g_autoptr (HrStream) stream = new_stream ();

  feed (stream, latencies (1, 0, 5), FALSE);
  g_assert_cmpuint (feed (stream, latencies (9, 0, 40), TRUE), ==, 35);
  g_assert_cmpuint (feed (stream, latencies (9, 0, 3), FALSE), ==, 0);
  g_assert_cmpuint (feed (stream, latencies (10, 0, 3), FALSE), ==, 3);
  g_assert_cmpuint (feed (stream, latencies (10, 0, 43), TRUE), ==, 0);
}

/* What was missed of a span is made up for in self time too. */
static void
test_self_times_are_caught_up (void)
{
  const HrMetricInfo spans[] = { { "/rank", HR_KIND_SPAN, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
                                 { "/rank/draw", HR_KIND_SPAN, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER } };
  const HrSample     live[] = { { 0, 1, 10, 10, 10, 10, 0, NULL, 4 }, { 1, 2, 6, 3, 3, 3, 0, NULL, 6 } };
  const HrSample     all[] = { { 0, 3, 30, 10, 10, 10, 0, NULL, 9 }, { 1, 6, 21, 3, 4, 3, 0, NULL, 21 } };
  g_autoptr (HrStream) stream = new_stream ();
  HrHistory *history = hr_source_get_history (hr_stream_get_source (stream));
  g_autoptr (HrSnapshot) message = hr_snapshot_new (&(HrSnapshot){ .sequence = 9 }, all, 2);
  g_autoptr (HrSnapshot) gap = NULL;

  hr_stream_hello (stream, &first_run, spans, 2);
  feed (stream, hr_snapshot_new (&(HrSnapshot){ .sequence = 1 }, live, 2), FALSE);
  g_assert_cmpfloat (hr_history_get_totals (history, 1)->self, ==, 4);

  gap = hr_stream_totals (stream, message, 0, &same_clock, 1000, 0);
  g_assert_cmpuint (gap->n_samples, ==, 2);
  g_assert_cmpuint (gap->samples[0].metric, ==, 1);
  g_assert_cmpfloat (gap->samples[0].self, ==, 5);
  g_assert_cmpfloat (gap->samples[1].self, ==, 15);
}

/* Totals that no frame holds come in several of the same number: each metric and what was lost count once. */
static void
test_totals_in_several_frames_count_once (void)
{
  const HrMetricInfo two[] = { latency, memory };
  const HrSample     first = { 0, 40, 80, 2, 2, 2 }, second = { 1, 3, 30, 10, 10, 10 };
  const HrSnapshot   head = { .sequence = 9, .lost = 7 };
  g_autoptr (HrStream) stream = new_stream ();
  HrHistory *history = hr_source_get_history (hr_stream_get_source (stream));

  hr_stream_hello (stream, &first_run, two, 2);
  g_assert_cmpuint (feed (stream, hr_snapshot_new (&head, &first, 1), TRUE), ==, 40);
  g_assert_cmpuint (feed (stream, hr_snapshot_new (&head, &second, 1), TRUE), ==, 0);
  g_assert_cmpuint (feed (stream, hr_snapshot_new (&head, &first, 1), TRUE), ==, 0);

  g_assert_cmpuint (hr_history_get_totals (history, 1)->count, ==, 3);
  g_assert_cmpuint (hr_history_get_lost (history), ==, 7);
}

static void
test_a_new_agent_run_starts_from_the_totals (void)
{
  g_autoptr (HrStream) stream = new_stream ();
  const HrMetricInfo swapped[] = { memory, latency };

  feed (stream, latencies (1, 0, 5), FALSE);
  feed (stream, latencies (2, 0, 5), FALSE);

  hr_stream_hello (stream, &next_run, swapped, 2);
  g_assert_cmpuint (feed (stream, latencies (0, 1, 16), TRUE), ==, 6);
  g_assert_cmpuint (feed (stream, latencies (1, 1, 4), FALSE), ==, 4);
  g_assert_cmpuint (hr_history_get_totals (hr_source_get_history (hr_stream_get_source (stream)), 0)->histogram->total, ==, 20);
}

static void
test_metrics_nobody_announced_are_dropped (void)
{
  g_autoptr (HrStream) stream = new_stream ();
  const HrMetricInfo twice[] = { latency, latency };
  const HrSample     samples[] = { { .metric = 0, .count = 1 }, { .metric = 1, .count = 1 }, { .metric = 7, .count = 1 } };
  g_autoptr (HrSnapshot) message = hr_snapshot_new (&(HrSnapshot){ .sequence = 1 }, samples, 3);
  g_autoptr (HrSnapshot) taken = NULL;

  hr_stream_hello (stream, &first_run, twice, 2);
  taken = hr_stream_snapshot (stream, message, &same_clock, 1000, 0);
  g_assert_cmpuint (taken->n_samples, ==, 1);
  g_assert_cmpuint (taken->samples[0].metric, ==, 0);
}

/* Names are a program's own, and may be new in every run: a source never has more than a hello may name. */
static void
test_a_source_has_a_bounded_number_of_metrics (void)
{
  g_autoptr (HrStream) stream = new_stream ();
  HrHistory               *history = hr_source_get_history (hr_stream_get_source (stream));
  g_autofree HrMetricInfo *metrics = g_new0 (HrMetricInfo, HR_WIRE_MAX_METRICS);
  const HrSample           samples[] = { { .metric = 0, .count = 1 }, { .metric = HR_WIRE_MAX_METRICS - 1, .count = 1 } };
  g_autoptr (HrSnapshot) message = hr_snapshot_new (&(HrSnapshot){ .sequence = 1 }, samples, 2);
  g_autoptr (HrSnapshot) taken = NULL;

  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < HR_WIRE_MAX_METRICS; i++)
        {
          g_autofree char *name = g_strdup_printf ("/run %u/%u", round, i);

          metrics[i] = (HrMetricInfo){ g_intern_string (name), HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
        }
      metrics[0] = latency;
      hr_stream_hello (stream, &first_run, metrics, HR_WIRE_MAX_METRICS);
    }

  g_assert_cmpuint (hr_history_get_n_metrics (history), ==, HR_WIRE_MAX_METRICS);
  taken = hr_stream_snapshot (stream, message, &same_clock, 1000, 0);
  g_assert_cmpuint (taken->n_samples, ==, 1);
  g_assert_cmpuint (taken->samples[0].metric, ==, 0);
}

static void
test_times_never_run_backwards_or_ahead (void)
{
  g_autoptr (HrStream) stream = new_stream ();
  const HrClockMap ahead = { .known = TRUE, .offset_ns = 5000 };
  const HrClockMap behind = { .known = TRUE, .offset_ns = -50 };
  g_autoptr (HrSnapshot) one = latencies (1, 0, 1);
  g_autoptr (HrSnapshot) two = latencies (2, 0, 1);
  g_autoptr (HrSnapshot) first = hr_stream_snapshot (stream, one, &ahead, 1000, 2000000);
  g_autoptr (HrSnapshot) second = NULL;

  hr_history_append (hr_source_get_history (hr_stream_get_source (stream)), first);
  second = hr_stream_snapshot (stream, two, &behind, 4000, 2000003);
  g_assert_cmpint (first->end_ns, ==, 1000);
  g_assert_cmpint (first->time_us, ==, 2000000);
  g_assert_cmpint (second->end_ns, ==, 1000);
  g_assert_cmpint (second->time_us, ==, 2000000);
}

static void
test_the_position_resumes_where_it_was_left (void)
{
  g_autoptr (HrStream) stream = new_stream ();
  HrPosition position;

  feed (stream, latencies (1, 0, 5), FALSE);
  feed (stream, latencies (2, 0, 5), FALSE);
  hr_stream_get_position (stream, &position);
  g_assert_cmpuint (position.sequence, ==, 2);
  g_assert_cmpuint (position.name.epoch, ==, 1);

  hr_stream_hello (stream, &next_run, &latency, 1);
  hr_stream_get_position (stream, &position);
  g_assert_cmpuint (position.sequence, ==, 0);
  g_assert_cmpuint (position.name.epoch, ==, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/stream/once", test_a_snapshot_counts_once);
  g_test_add_func ("/hub/stream/totals", test_totals_make_up_for_exactly_what_was_missed);
  g_test_add_func ("/hub/stream/self", test_self_times_are_caught_up);
  g_test_add_func ("/hub/stream/totals/several", test_totals_in_several_frames_count_once);
  g_test_add_func ("/hub/stream/epoch", test_a_new_agent_run_starts_from_the_totals);
  g_test_add_func ("/hub/stream/unannounced", test_metrics_nobody_announced_are_dropped);
  g_test_add_func ("/hub/stream/bounded", test_a_source_has_a_bounded_number_of_metrics);
  g_test_add_func ("/hub/stream/times", test_times_never_run_backwards_or_ahead);
  g_test_add_func ("/hub/stream/position", test_the_position_resumes_where_it_was_left);

  return g_test_run ();
}
