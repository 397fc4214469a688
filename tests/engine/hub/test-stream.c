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

/* Feeds one message to @stream, totals with @n_left frames to follow or a snapshot (-1), and appends what comes of it, as the hub
 * does. Returns the items it added. */
static guint64
feed_part (HrStream   *stream,
           HrSnapshot *message,
           gint        n_left)
{
  g_autoptr (HrSnapshot) taken G_GNUC_UNUSED = message;
  g_autoptr (HrSnapshot) snapshot = NULL;
  HrHistory *history = hr_source_get_history (hr_stream_get_source (stream));
  guint64    before = hr_history_get_totals (history, 0)->count;

  if (n_left >= 0)
    snapshot = hr_stream_totals (stream, message, (guint) n_left, &same_clock, 1000000, 0);
  else
    snapshot = hr_stream_snapshot (stream, message, &same_clock, 1000000, 0);
  if (snapshot != NULL)
    hr_history_append (history, snapshot);

  return hr_history_get_totals (history, 0)->count - before;
}

static guint64
feed (HrStream   *stream,
      HrSnapshot *message,
      gboolean    totals)
{
  return feed_part (stream, message, totals ? 0 : -1);
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
  g_assert_cmpuint (feed_part (stream, hr_snapshot_new (&head, &first, 1), 1), ==, 40);
  g_assert_cmpuint (feed_part (stream, hr_snapshot_new (&head, &second, 1), 0), ==, 0);
  g_assert_cmpuint (feed_part (stream, hr_snapshot_new (&head, &first, 1), 1), ==, 0);

  g_assert_cmpuint (hr_history_get_totals (history, 1)->count, ==, 3);
  g_assert_cmpuint (hr_history_get_lost (history), ==, 7);
}

/* A link that ends between two frames of totals has brought some metrics further than others: the next one resumes from where all were,
 * and nothing counts twice, whether snapshots or totals are sent then. */
static void
test_totals_that_break_off_resume (gconstpointer data)
{
  const gboolean     totals = GPOINTER_TO_INT (data);
  const HrMetricInfo two[] = { latency, memory };
  const HrSnapshot   head = { .sequence = 9, .lost = 7 };
  const HrSample     before[] = { { 0, 4, 8, 2, 2, 2 }, { 1, 2, 20, 10, 10, 10 } };
  const HrSample     first = { 0, 40, 80, 2, 2, 2 };
  const HrSample     rest[] = { { 0, 36, 72, 2, 2, 2 }, { 1, 5, 50, 10, 10, 10 } };
  const HrSample     after[] = { { 0, 41, 82, 2, 2, 2 }, { 1, 8, 80, 10, 10, 10 } };
  const HrSample     next[] = { { 0, 1, 2, 2, 2, 2 }, { 1, 1, 10, 10, 10, 10 } };
  g_autoptr (HrStream) stream = new_stream ();
  HrHistory *history = hr_source_get_history (hr_stream_get_source (stream));
  HrPosition position;

  hr_stream_hello (stream, &first_run, two, 2);
  feed (stream, hr_snapshot_new (&(HrSnapshot){ .sequence = 3 }, before, 2), FALSE);
  g_assert_cmpuint (feed_part (stream, hr_snapshot_new (&head, &first, 1), 1), ==, 36);
  hr_stream_leave (stream);
  hr_stream_get_position (stream, &position);
  g_assert_cmpuint (position.sequence, ==, 3);

  if (totals)
    {
      feed_part (stream, hr_snapshot_new (&(HrSnapshot){ .sequence = 10, .lost = 7 }, &after[0], 1), 1);
      feed_part (stream, hr_snapshot_new (&(HrSnapshot){ .sequence = 10, .lost = 7 }, &after[1], 1), 0);
    }
  else
    {
      feed (stream, hr_snapshot_new (&(HrSnapshot){ .sequence = 9, .lost = 7 }, rest, 2), FALSE);
      feed (stream, hr_snapshot_new (&(HrSnapshot){ .sequence = 10 }, next, 2), FALSE);
    }

  hr_stream_get_position (stream, &position);
  g_assert_cmpuint (position.sequence, ==, 10);
  g_assert_cmpuint (hr_history_get_totals (history, 0)->count, ==, 41);
  g_assert_cmpfloat (hr_history_get_totals (history, 0)->sum, ==, 82);
  g_assert_cmpuint (hr_history_get_totals (history, 1)->count, ==, 8);
  g_assert_cmpuint (hr_history_get_lost (history), ==, 7);
}

/* Time that runs backwards is a peer's mistake, or its malice: numbers of the past change nothing. */
static void
test_totals_of_the_past_change_nothing (void)
{
  g_autoptr (HrStream) stream = new_stream ();
  HrPosition position;

  feed (stream, latencies (5, 0, 5), FALSE);
  g_assert_cmpuint (feed (stream, latencies (4, 0, 50), TRUE), ==, 0);
  hr_stream_get_position (stream, &position);
  g_assert_cmpuint (position.sequence, ==, 5);
  g_assert_cmpuint (feed (stream, latencies (5, 0, 5), FALSE), ==, 0);
}

static void
test_the_largest_number_ends_a_stream_alone (void)
{
  g_autoptr (HrStream) stream = new_stream ();

  g_assert_cmpuint (feed (stream, latencies (G_MAXUINT64, 0, 5), FALSE), ==, 5);
  g_assert_cmpuint (feed (stream, latencies (1, 0, 5), FALSE), ==, 0);
  hr_stream_hello (stream, &next_run, &latency, 1);
  g_assert_cmpuint (feed (stream, latencies (1, 0, 5), FALSE), ==, 5);
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

/* Whatever a clock is said to show, a snapshot has a time that a calendar knows, and one that follows on the last. */
static void
test_absurd_clocks_are_bounded (void)
{
  g_autoptr (HrStream) stream = new_stream ();
  const HrClockMap early = { .known = TRUE, .offset_ns = -(G_GINT64_CONSTANT (1) << 61) };
  const HrClockMap unknown = { 0 };
  g_autoptr (HrSnapshot) one = latencies (1, 0, 1);
  g_autoptr (HrSnapshot) two = latencies (2, 0, 1);
  g_autoptr (HrSnapshot) first = hr_stream_snapshot (stream, one, &early, 5000, G_GINT64_CONSTANT (1700000000000000));
  g_autoptr (HrSnapshot) second = NULL;

  g_assert_cmpint (first->time_us, >, G_GINT64_CONSTANT (1690000000000000));
  hr_history_append (hr_source_get_history (hr_stream_get_source (stream)), first);
  second = hr_stream_snapshot (stream, two, &unknown, 6000, G_GINT64_CONSTANT (1700000000000001));
  g_assert_cmpint (second->end_ns, ==, 6000);
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
  g_test_add_data_func ("/hub/stream/totals/broken-off/totals", GINT_TO_POINTER (TRUE), test_totals_that_break_off_resume);
  g_test_add_data_func ("/hub/stream/totals/broken-off/snapshots", GINT_TO_POINTER (FALSE), test_totals_that_break_off_resume);
  g_test_add_func ("/hub/stream/totals/past", test_totals_of_the_past_change_nothing);
  g_test_add_func ("/hub/stream/largest", test_the_largest_number_ends_a_stream_alone);
  g_test_add_func ("/hub/stream/clocks", test_absurd_clocks_are_bounded);
  g_test_add_func ("/hub/stream/epoch", test_a_new_agent_run_starts_from_the_totals);
  g_test_add_func ("/hub/stream/unannounced", test_metrics_nobody_announced_are_dropped);
  g_test_add_func ("/hub/stream/bounded", test_a_source_has_a_bounded_number_of_metrics);
  g_test_add_func ("/hub/stream/times", test_times_never_run_backwards_or_ahead);
  g_test_add_func ("/hub/stream/position", test_the_position_resumes_where_it_was_left);

  return g_test_run ();
}
