/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/message.h"
#include "engine/wire/wire.h"

#include <math.h>
#include <string.h>

static const HrStreamName stream_name = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 }, 42 };

/* Encodes @message and decodes it again; @message itself keeps what it has. */
static void
round_trip (const HrMessage *message,
            HrMessage       *out)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) packed = hr_message_encode (message);
  const guint8 *bytes;
  gsize         size;

  g_assert_nonnull (packed);
  bytes = g_bytes_get_data (packed, &size);
  g_assert_true (hr_message_decode (bytes + 4, size - 4, out, &error));
  g_assert_no_error (error);
  g_assert_cmpint (out->type, ==, message->type);
  g_assert_cmpuint (out->stream, ==, message->stream);
}

static void
test_hello (void)
{
  HrMetricInfo metrics[] = {
    { "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
    { "cache_hit_rate", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_HIGHER },
  };
  HrMessage message = { .type = HR_MESSAGE_HELLO, .stream = 9 };
  g_auto (HrMessage) out = { 0 };

  message.hello.name = stream_name;
  message.hello.role = HR_SOURCE_PROCESS;
  message.hello.title = (char *) "ranker";
  message.hello.detail = (char *) "größer";
  message.hello.pid = 4711;
  message.hello.sampling = TRUE;
  message.hello.metrics = metrics;
  message.hello.n_metrics = G_N_ELEMENTS (metrics);
  round_trip (&message, &out);

  g_assert_cmpmem (out.hello.name.uuid, 16, stream_name.uuid, 16);
  g_assert_cmpuint (out.hello.name.epoch, ==, 42);
  g_assert_cmpint (out.hello.role, ==, HR_SOURCE_PROCESS);
  g_assert_cmpstr (out.hello.title, ==, "ranker");
  g_assert_cmpstr (out.hello.detail, ==, "größer");
  g_assert_cmpuint (out.hello.pid, ==, 4711);
  g_assert_true (out.hello.sampling);
  g_assert_cmpuint (out.hello.n_metrics, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (out.hello.metrics[i].name == g_intern_string (metrics[i].name));
      g_assert_cmpint (out.hello.metrics[i].kind, ==, metrics[i].kind);
      g_assert_cmpint (out.hello.metrics[i].unit, ==, metrics[i].unit);
      g_assert_cmpint (out.hello.metrics[i].direction, ==, metrics[i].direction);
    }
}

/* Names come from programs that owe us nothing: a bad one must not cost the link. */
static void
test_hello_with_bad_texts (void)
{
  g_autoptr (GString) title = g_string_new (NULL);
  HrMessage message = { .type = HR_MESSAGE_HELLO };
  g_auto (HrMessage) out = { 0 };

  for (guint i = 0; i < 200; i++)
    g_string_append (title, "€");
  message.hello.title = title->str;
  message.hello.detail = (char *) "a\xff";
  round_trip (&message, &out);
  g_assert_cmpuint (strlen (out.hello.title), ==, 255);
  g_assert_true (g_str_has_prefix (title->str, out.hello.title));
  g_assert_true (g_utf8_validate (out.hello.detail, -1, NULL));
  hr_message_clear (&out);

  message.hello.title = NULL;
  message.hello.detail = NULL;
  round_trip (&message, &out);
  g_assert_cmpstr (out.hello.title, ==, "?");
  g_assert_cmpstr (out.hello.detail, ==, "");
}

static void
test_hello_of_an_unknown_role (void)
{
  HrMessage message = { .type = HR_MESSAGE_HELLO };
  g_auto (HrMessage) out = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) packed = NULL;

  message.hello.role = HR_SOURCE_DEVICE;
  packed = hr_message_encode (&message);
  g_assert_false (hr_message_decode ((const guint8 *) g_bytes_get_data (packed, NULL) + 4, g_bytes_get_size (packed) - 4, &out, &error));
  g_assert_error (error, HR_LINK_ERROR, HR_LINK_ERROR_GARBLED);
}

static HrSnapshot *
make_snapshot (void)
{
  static const HrBucketCount first[] = { { 0, 60 }, { 5, 9 }, { 1983, 1 } }, last[] = { { 1000, 4 }, { 1001, 1 } };
  const HrSample             samples[] = {
                { 0, 70, 2.1, 0.01, 0.4, 0.02, 3, first },
                { 2, 1, 58, 58, 58, 58, 0, NULL },
                { 4095, 5, 0.5, 0.1, 0.1, 0.1, 2, last, 0.25 },
  };
  const HrSnapshot head = { .sequence = 12, .end_ns = 123456789012, .interval_ns = 100000000, .lost = 4 };

  return hr_snapshot_new (&head, samples, G_N_ELEMENTS (samples));
}

static void
assert_same_samples (const HrSnapshot *a,
                     const HrSnapshot *b)
{
  g_assert_cmpuint (a->n_samples, ==, b->n_samples);
  for (guint i = 0; i < a->n_samples; i++)
    {
      const HrSample *x = &a->samples[i], *y = &b->samples[i];

      g_assert_cmpuint (x->metric, ==, y->metric);
      g_assert_cmpuint (x->count, ==, y->count);
      g_assert_cmpfloat (x->sum, ==, y->sum);
      g_assert_cmpfloat (x->min, ==, y->min);
      g_assert_cmpfloat (x->max, ==, y->max);
      g_assert_cmpfloat (x->last, ==, y->last);
      g_assert_cmpfloat (x->self, ==, y->self);
      g_assert_cmpuint (x->n_buckets, ==, y->n_buckets);
      for (guint k = 0; k < x->n_buckets; k++)
        {
          g_assert_cmpuint (x->buckets[k].bucket, ==, y->buckets[k].bucket);
          g_assert_cmpuint (x->buckets[k].count, ==, y->buckets[k].count);
        }
    }
}

static void
test_snapshot_and_totals (void)
{
  g_autoptr (HrSnapshot) snapshot = make_snapshot ();

  for (guint i = 0; i < 2; i++)
    {
      HrMessage message = { .type = i == 0 ? HR_MESSAGE_SNAPSHOT : HR_MESSAGE_TOTALS, .stream = 3, .snapshot = snapshot };
      g_auto (HrMessage) out = { 0 };

      round_trip (&message, &out);
      g_assert_cmpuint (out.snapshot->sequence, ==, 12);
      g_assert_cmpint (out.snapshot->end_ns, ==, 123456789012);
      g_assert_cmpint (out.snapshot->interval_ns, ==, i == 0 ? 100000000 : 0);
      g_assert_cmpuint (out.snapshot->lost, ==, 4);
      assert_same_samples (out.snapshot, snapshot);
    }
}

/* Totals that come in several frames count down to the last one. */
static void
test_totals_that_follow (void)
{
  g_autoptr (HrSnapshot) snapshot = make_snapshot ();

  for (guint n_left = 0; n_left < HR_WIRE_MAX_METRICS; n_left += HR_WIRE_MAX_METRICS - 1)
    {
      HrMessage message = { .type = HR_MESSAGE_TOTALS, .stream = 3, .snapshot = snapshot };
      g_auto (HrMessage) out = { 0 };

      message.n_left = n_left;
      round_trip (&message, &out);
      g_assert_cmpuint (out.n_left, ==, n_left);
    }
}

/* A self time is a part of its sum, whatever a program recorded; one that is none must not cost the link. */
static void
test_self_times_are_parts (void)
{
  static const double selves[] = { 0, 2, 5, -1, (double) NAN, (double) INFINITY };
  static const double parts[] = { 0, 2, 4, 0, 0, 4 };
  HrSample            samples[G_N_ELEMENTS (selves)];
  const HrSnapshot    head = { .sequence = 1 };
  g_autoptr (HrSnapshot) snapshot = NULL;
  HrMessage message = { .type = HR_MESSAGE_SNAPSHOT };
  g_auto (HrMessage) out = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (selves); i++)
    samples[i] = (HrSample){ i, 2, 4, 1, 3, 3, 0, NULL, selves[i] };
  snapshot = hr_snapshot_new (&head, samples, G_N_ELEMENTS (samples));
  message.snapshot = snapshot;
  round_trip (&message, &out);

  g_assert_cmpuint (out.snapshot->n_samples, ==, G_N_ELEMENTS (parts));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    g_assert_cmpfloat (out.snapshot->samples[i].self, ==, parts[i]);
}

/* Frames without spans are no longer than they were before there were any. */
static void
test_self_times_cost_nothing_where_there_are_none (void)
{
  const HrSnapshot head = { .sequence = 1 };
  HrSample         samples[] = { { 0, 1, 5, 5, 5, 5, 0, NULL, 0 }, { 1, 1, 5, 5, 5, 5, 0, NULL, 0 } };
  gsize            sizes[2];

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (HrSnapshot) snapshot = NULL;
      g_autoptr (GBytes) packed = NULL;
      HrMessage message = { .type = HR_MESSAGE_SNAPSHOT };

      samples[1].self = i;
      snapshot = hr_snapshot_new (&head, samples, G_N_ELEMENTS (samples));
      message.snapshot = snapshot;
      packed = hr_message_encode (&message);
      sizes[i] = g_bytes_get_size (packed);
    }

  g_assert_cmpuint (sizes[1] - sizes[0], ==, 2 + sizeof (double) * G_N_ELEMENTS (samples));
}

static void
test_bad_samples_stay_home (void)
{
  const HrBucketCount bucket = { 7, HR_WIRE_MAX_COUNT + 1 };
  const HrSample      samples[] = {
         { 1, 1, (double) NAN, 0, 0, 0, 0, NULL },
         { 2, 1, 1, 1, (double) INFINITY, 1, 0, NULL },
         { 3, 1, 58, 58, 58, 58, 0, NULL },
         { 4, 0, 0, 0, 0, 0, 0, NULL },
         { 5, 1, 1, 2, 1, 1, 0, NULL },
         { 6, 1, 1e300, 1, 1, 1, 0, NULL },
         { 7, 2, 4, 1, 3, 3, 0, NULL },
         { 8, 2, 4, 1, 3, 3, 1, &bucket },
         { 5000, 2, 4, 1, 3, 3, 0, NULL },
  };
  const HrSnapshot head = { .sequence = 1, .lost = G_MAXUINT64 };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&head, samples, G_N_ELEMENTS (samples));
  HrMessage message = { .type = HR_MESSAGE_SNAPSHOT, .snapshot = snapshot };
  g_auto (HrMessage) out = { 0 };

  message.snapshot = snapshot;
  round_trip (&message, &out);
  g_assert_cmpuint (out.snapshot->n_samples, ==, 2);
  g_assert_cmpuint (out.snapshot->samples[0].metric, ==, 3);
  g_assert_cmpuint (out.snapshot->samples[1].metric, ==, 7);
  g_assert_cmpuint (out.snapshot->lost, ==, HR_WIRE_MAX_COUNT);
}

static void
test_goodbye (void)
{
  HrMessage message = { .type = HR_MESSAGE_GOODBYE, .stream = 2 };
  g_auto (HrMessage) out = { 0 };

  message.reason = (char *) "exited";
  round_trip (&message, &out);
  g_assert_cmpstr (out.reason, ==, "exited");
}

static void
test_control (void)
{
  HrMessage message = { .type = HR_MESSAGE_CONTROL, .stream = 2 };
  g_auto (HrMessage) out = { 0 };

  message.control = (HrControl){ HR_SWITCH_OFF, 1000, TRUE, HR_SWITCH_ON };
  round_trip (&message, &out);
  g_assert_cmpint (out.control.sampling, ==, HR_SWITCH_OFF);
  g_assert_cmpuint (out.control.interval_ms, ==, 1000);
  g_assert_true (out.control.cleanup);
  g_assert_cmpint (out.control.subscribed, ==, HR_SWITCH_ON);
}

static void
test_resume (void)
{
  HrPosition positions[] = { { stream_name, 7 }, { { { 0 }, 1 }, 0 } };
  HrMessage  message = { .type = HR_MESSAGE_RESUME };
  g_auto (HrMessage) out = { 0 };

  message.resume.positions = positions;
  message.resume.n_positions = 2;
  round_trip (&message, &out);
  g_assert_cmpuint (out.resume.n_positions, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpmem (out.resume.positions[i].name.uuid, 16, positions[i].name.uuid, 16);
      g_assert_cmpuint (out.resume.positions[i].name.epoch, ==, positions[i].name.epoch);
      g_assert_cmpuint (out.resume.positions[i].sequence, ==, positions[i].sequence);
    }
  hr_message_clear (&out);

  message.resume.n_positions = 0;
  round_trip (&message, &out);
  g_assert_cmpuint (out.resume.n_positions, ==, 0);
}

static void
test_ping_and_pong (void)
{
  HrMessage message = { .type = HR_MESSAGE_PONG };
  g_auto (HrMessage) out = { 0 };

  message.ping.sent_ns = 99;
  message.ping.monotonic_ns = 100;
  message.ping.realtime_ns = 1700000000000000000;
  round_trip (&message, &out);
  g_assert_cmpint (out.ping.sent_ns, ==, 99);
  g_assert_cmpint (out.ping.monotonic_ns, ==, 100);
  g_assert_cmpint (out.ping.realtime_ns, ==, 1700000000000000000);

  message.type = HR_MESSAGE_PING;
  round_trip (&message, &out);
  g_assert_cmpint (out.ping.sent_ns, ==, 99);
}

static void
test_access (void)
{
  HrMessage message = { .type = HR_MESSAGE_ACCESS };
  g_auto (HrMessage) out = { 0 };

  for (guint i = 0; i < HR_TOKEN_BYTES; i++)
    message.access.token[i] = (guint8) (255 - i);
  message.access.name = (char *) "annas-desktop";
  round_trip (&message, &out);
  g_assert_cmpmem (out.access.token, HR_TOKEN_BYTES, message.access.token, HR_TOKEN_BYTES);
  g_assert_cmpstr (out.access.name, ==, "annas-desktop");
}

static void
test_search (void)
{
  static const guint asked[] = { 0, 1, 100, HR_SEARCH_LIMIT, G_MAXUINT }, granted[] = { 1, 1, 100, HR_SEARCH_LIMIT, HR_SEARCH_LIMIT };

  for (gsize i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      HrMessage message = { .type = HR_MESSAGE_SEARCH };
      g_auto (HrMessage) out = { 0 };

      message.search.request = 7;
      message.search.text = (char *) "größ";
      message.search.limit = asked[i];
      round_trip (&message, &out);
      g_assert_cmpuint (out.search.request, ==, 7);
      g_assert_cmpstr (out.search.text, ==, "größ");
      g_assert_cmpuint (out.search.limit, ==, granted[i]);
    }
}

static void
test_found (void)
{
  HrProgram  first = { 4711, 99, (char *) "ranker", (char *) "/usr/bin/ranker --slow-ms 3", (char *) "anna", 20.48, TRUE, FALSE };
  HrProgram  second = { G_MAXUINT64, G_MAXUINT64, (char *) "", NULL, (char *) "a\xff", (double) NAN, FALSE, TRUE };
  HrProgram *programs[] = { &first, &second };
  HrMessage  message = { .type = HR_MESSAGE_FOUND };
  g_auto (HrMessage) out = { 0 };

  message.found.request = 7;
  message.found.programs = programs;
  message.found.n_programs = 2;
  message.found.n_more = 12;
  round_trip (&message, &out);

  g_assert_cmpuint (out.found.request, ==, 7);
  g_assert_cmpuint (out.found.n_programs, ==, 2);
  g_assert_cmpuint (out.found.n_more, ==, 12);
  g_assert_cmpuint (out.found.programs[0]->pid, ==, 4711);
  g_assert_cmpuint (out.found.programs[0]->start_time, ==, 99);
  g_assert_cmpstr (out.found.programs[0]->name, ==, "ranker");
  g_assert_cmpstr (out.found.programs[0]->command, ==, first.command);
  g_assert_cmpstr (out.found.programs[0]->user, ==, "anna");
  g_assert_cmpfloat (out.found.programs[0]->resident_mb, ==, 20.48);
  g_assert_true (out.found.programs[0]->instrumented);
  g_assert_false (out.found.programs[0]->watched);
  g_assert_cmpuint (out.found.programs[1]->pid, ==, G_MAXUINT64);
  g_assert_cmpstr (out.found.programs[1]->name, ==, "?");
  g_assert_cmpstr (out.found.programs[1]->command, ==, "");
  g_assert_true (g_utf8_validate (out.found.programs[1]->user, -1, NULL));
  g_assert_cmpfloat (out.found.programs[1]->resident_mb, <, 0);
  g_assert_false (out.found.programs[1]->instrumented);
  g_assert_true (out.found.programs[1]->watched);
}

/* As many programs as may be asked for, each with the longest texts, fit in a frame; what is beyond that is left out. */
static void
test_the_largest_found (void)
{
  g_autofree char       *text = g_strnfill (2 * HR_WIRE_MAX_NAME, 't');
  HrProgram              program = { G_MAXUINT64, G_MAXUINT64, text, text, text, 1e300, TRUE, TRUE };
  g_autofree HrProgram **programs = g_new (HrProgram *, HR_SEARCH_LIMIT + 1);
  HrMessage              message = { .type = HR_MESSAGE_FOUND };
  g_auto (HrMessage) out = { 0 };

  for (guint i = 0; i <= HR_SEARCH_LIMIT; i++)
    programs[i] = &program;
  message.found.request = message.found.n_more = G_MAXUINT;
  message.found.programs = programs;
  message.found.n_programs = HR_SEARCH_LIMIT + 1;
  round_trip (&message, &out);
  g_assert_cmpuint (out.found.n_programs, ==, HR_SEARCH_LIMIT);
  g_assert_cmpuint (strlen (out.found.programs[HR_SEARCH_LIMIT - 1]->command), ==, HR_WIRE_MAX_NAME);
}

static void
test_watch_and_refusal (void)
{
  HrMessage watch = { .type = HR_MESSAGE_WATCH };
  HrMessage refusal = { .type = HR_MESSAGE_REFUSAL };
  g_auto (HrMessage) watch_out = { 0 };
  g_auto (HrMessage) refusal_out = { 0 };

  watch.watch.pid = 4711;
  watch.watch.start_time = G_MAXUINT64;
  watch.watch.watched = HR_SWITCH_ON;
  round_trip (&watch, &watch_out);
  g_assert_cmpuint (watch_out.watch.pid, ==, 4711);
  g_assert_cmpuint (watch_out.watch.start_time, ==, G_MAXUINT64);
  g_assert_cmpint (watch_out.watch.watched, ==, HR_SWITCH_ON);

  refusal.refusal.pid = 4711;
  refusal.refusal.reason = (char *) "it has ended";
  round_trip (&refusal, &refusal_out);
  g_assert_cmpuint (refusal_out.refusal.pid, ==, 4711);
  g_assert_cmpstr (refusal_out.refusal.reason, ==, "it has ended");
}

static void
test_query_and_records (void)
{
  gint64    times[] = { 5000, 7000, 6000 };
  double    values[] = { 0.028, -3, 1e9 };
  guint64   items[] = { 28, 1, HR_WIRE_MAX_COUNT };
  guint     metrics[] = { 0, 4095, 7 };
  HrMessage query = { .type = HR_MESSAGE_QUERY, .query = { .request = 7, .what = { -1, G_MAXINT64, 99 } } };
  HrMessage records = { .type = HR_MESSAGE_RECORDS, .records = { .request = 7, .known = TRUE } };
  g_auto (HrMessage) query_out = { 0 };
  g_auto (HrMessage) records_out = { 0 };
  g_auto (HrMessage) unknown_out = { 0 };

  memcpy (query.query.uuid, stream_name.uuid, sizeof query.query.uuid);
  round_trip (&query, &query_out);
  g_assert_cmpuint (query_out.query.request, ==, 7);
  g_assert_cmpmem (query_out.query.uuid, 16, stream_name.uuid, 16);
  g_assert_cmpint (query_out.query.what.begin_ns, ==, 0);
  g_assert_cmpint (query_out.query.what.end_ns, ==, (gint64) HR_WIRE_MAX_TIME_NS);
  g_assert_cmpuint (query_out.query.what.from, ==, 99);

  records.records.page = (HrRecordPage){ 3, 3, times, values, items, metrics, 102, TRUE, 4, 1000, 9000 };
  round_trip (&records, &records_out);
  g_assert_true (records_out.records.known);
  g_assert_cmpuint (records_out.records.page.n, ==, 3);
  g_assert_cmpmem (records_out.records.page.times_ns, sizeof times, times, sizeof times);
  g_assert_cmpmem (records_out.records.page.values, sizeof values, values, sizeof values);
  g_assert_cmpmem (records_out.records.page.items, sizeof items, items, sizeof items);
  g_assert_cmpmem (records_out.records.page.metrics, sizeof metrics, metrics, sizeof metrics);
  g_assert_cmpuint (records_out.records.page.next, ==, 102);
  g_assert_true (records_out.records.page.more);
  g_assert_cmpuint (records_out.records.page.lost, ==, 4);
  g_assert_cmpint (records_out.records.page.since_ns, ==, 1000);
  g_assert_cmpint (records_out.records.page.until_ns, ==, 9000);

  records.records.known = FALSE;
  round_trip (&records, &unknown_out);
  g_assert_false (unknown_out.records.known);
  g_assert_cmpuint (unknown_out.records.page.n, ==, 0);
}

/* A snapshot of 4096 metrics with every bucket does not fit in a frame. */
static void
test_too_large (void)
{
  g_autofree HrBucketCount *buckets = g_new (HrBucketCount, HR_N_BUCKETS);
  g_autofree HrSample      *samples = g_new0 (HrSample, HR_WIRE_MAX_METRICS);
  const HrSnapshot          head = { .sequence = 1 };
  g_autoptr (HrSnapshot) snapshot = NULL;
  HrMessage message = { .type = HR_MESSAGE_SNAPSHOT };

  for (guint i = 0; i < HR_N_BUCKETS; i++)
    buckets[i] = (HrBucketCount){ i, 1 };
  for (guint i = 0; i < HR_WIRE_MAX_METRICS; i++)
    samples[i] = (HrSample){ .metric = i, .count = HR_N_BUCKETS, .n_buckets = HR_N_BUCKETS, .buckets = buckets };

  snapshot = hr_snapshot_new (&head, samples, HR_WIRE_MAX_METRICS);
  message.snapshot = snapshot;
  g_assert_null (hr_message_encode (&message));
}

/* The most that a hello names: as long as the feed lets it become (engine/collect/feed.c), it fits in a frame. */
static void
test_the_largest_hello (void)
{
  static const guint       lengths[] = { 200, 256 };
  g_autofree char         *text = g_strnfill (HR_WIRE_MAX_NAME, 't');
  g_autofree HrMetricInfo *metrics = g_new0 (HrMetricInfo, HR_WIRE_MAX_METRICS);

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      HrMessage message = { .type = HR_MESSAGE_HELLO, .stream = G_MAXUINT };
      g_auto (HrMessage) out = { 0 };
      g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
      guint n = MIN (HR_WIRE_MAX_METRICS, (HR_WIRE_MAX_FRAME - 1024) / (lengths[i] + 13));

      for (guint k = 0; k < n; k++)
        {
          g_ptr_array_add (names, g_strdup_printf ("/%0*u", (int) lengths[i] - 1, k));
          metrics[k] = (HrMetricInfo){ names->pdata[k], HR_KIND_EVENT, HR_UNIT_MEGABYTES_PER_SECOND, HR_DIRECTION_HIGHER };
        }
      message.hello.name = stream_name;
      message.hello.name.epoch = G_MAXUINT64;
      message.hello.pid = G_MAXUINT64;
      message.hello.role = HR_SOURCE_PROCESS;
      message.hello.sampling = TRUE;
      message.hello.title = message.hello.detail = text;
      message.hello.metrics = metrics;
      message.hello.n_metrics = n;
      round_trip (&message, &out);
      g_assert_cmpuint (out.hello.n_metrics, ==, n);
      g_assert_cmpstr (out.hello.metrics[n - 1].name, ==, names->pdata[n - 1]);
    }
}

static void
assert_error (const char *body,
              gsize       size,
              HrLinkError code)
{
  HrMessage out;
  HrMessage before;
  g_autoptr (GError) error = NULL;

  memset (&out, 0xaa, sizeof out);
  memset (&before, 0xaa, sizeof before);
  g_assert_false (hr_message_decode ((const guint8 *) body, size, &out, &error));
  g_assert_error (error, HR_LINK_ERROR, (gint) code);
  g_assert_cmpmem (&out, sizeof out, &before, sizeof before);
}

static void
test_errors_are_named (void)
{
  g_autofree char *large = g_malloc0 (HR_WIRE_MAX_FRAME + 1);

  assert_error (large, HR_WIRE_MAX_FRAME + 1, HR_LINK_ERROR_TOO_LARGE);
  assert_error ("", 0, HR_LINK_ERROR_GARBLED);
  assert_error ("\x3a", 1, HR_LINK_ERROR_GARBLED);
  assert_error ("\xe2\x03\x00", 3, HR_LINK_ERROR_UNKNOWN);
  assert_error ("\x32\x02\x08\x02", 4, HR_LINK_ERROR_VERSION);
  assert_error ("\x52\x02\x08\x01", 4, HR_LINK_ERROR_LIMIT);    /* a search for no program at all */
  assert_error ("\x4a\x03\x0a\x01t", 5, HR_LINK_ERROR_GARBLED); /* a token of one byte */
  assert_error ("\x62\x02\x18\x03", 4, HR_LINK_ERROR_GARBLED);  /* a switch of a fourth position */
  assert_error ("\x2a\x06\x18\xff\xff\xff\xff\x0f", 8, HR_LINK_ERROR_LIMIT);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/message/hello", test_hello);
  g_test_add_func ("/link/message/hello/bad-texts", test_hello_with_bad_texts);
  g_test_add_func ("/link/message/hello/unknown-role", test_hello_of_an_unknown_role);
  g_test_add_func ("/link/message/snapshot", test_snapshot_and_totals);
  g_test_add_func ("/link/message/self", test_self_times_are_parts);
  g_test_add_func ("/link/message/self/none", test_self_times_cost_nothing_where_there_are_none);
  g_test_add_func ("/link/message/bad-samples", test_bad_samples_stay_home);
  g_test_add_func ("/link/message/goodbye", test_goodbye);
  g_test_add_func ("/link/message/control", test_control);
  g_test_add_func ("/link/message/resume", test_resume);
  g_test_add_func ("/link/message/ping", test_ping_and_pong);
  g_test_add_func ("/link/message/totals/several", test_totals_that_follow);
  g_test_add_func ("/link/message/access", test_access);
  g_test_add_func ("/link/message/search", test_search);
  g_test_add_func ("/link/message/found", test_found);
  g_test_add_func ("/link/message/found/largest", test_the_largest_found);
  g_test_add_func ("/link/message/watch", test_watch_and_refusal);
  g_test_add_func ("/link/message/records", test_query_and_records);
  g_test_add_func ("/link/message/hello/largest", test_the_largest_hello);
  g_test_add_func ("/link/message/too-large", test_too_large);
  g_test_add_func ("/link/message/errors", test_errors_are_named);

  return g_test_run ();
}
