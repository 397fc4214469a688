/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/base/units.h"
#include "engine/wire/check.h"
#include "engine/wire/records.h"
#include "tests/engine/wire/frames.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The longest list the wire allows, and one more. */
#define TOO_MANY (HR_WIRE_MAX_METRICS + 1)

static HrWireStatus
read_back (GoodFrame        *good,
           Headroom__Frame **out)
{
  size_t       size;
  uint8_t     *bytes = hr_wire_pack (&good->frame, &size);
  HrWireStatus status;

  g_assert_nonnull (bytes);
  g_assert_cmpuint (size - 4, ==, bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (guint) bytes[3] << 24);
  status = hr_wire_unpack (bytes + 4, size - 4, out);
  free (bytes);

  return status;
}

static void
assert_status (GoodFrame   *good,
               HrWireStatus expected)
{
  Headroom__Frame *out = NULL;
  HrWireStatus     status = read_back (good, &out);

  g_assert_cmpstr (hr_wire_status_text (status), ==, hr_wire_status_text (expected));
  g_assert_true ((out != NULL) == (expected == HR_WIRE_OK));
  if (out != NULL)
    headroom__frame__free_unpacked (out, NULL);
}

static void
assert_raw (const char  *body,
            gsize        size,
            HrWireStatus expected)
{
  Headroom__Frame *out = NULL;

  g_assert_cmpstr (hr_wire_status_text (hr_wire_unpack ((const uint8_t *) body, size, &out)), ==, hr_wire_status_text (expected));
  g_assert_true ((out != NULL) == (expected == HR_WIRE_OK));
  if (out != NULL)
    headroom__frame__free_unpacked (out, NULL);
}

/* Every body comes back as it was sent, byte for byte. */
static void
test_round_trip (void)
{
  for (int body = HEADROOM__FRAME__BODY_HELLO; body <= HEADROOM__FRAME__BODY_RECORDS; body++)
    {
      GoodFrame        good;
      Headroom__Frame *out = NULL;
      uint8_t         *before, *after;
      size_t           size_before, size_after;

      good_frame_init (&good, (Headroom__Frame__BodyCase) body);
      g_assert_cmpint (read_back (&good, &out), ==, HR_WIRE_OK);
      g_assert_cmpint (out->body_case, ==, body);

      before = hr_wire_pack (&good.frame, &size_before);
      after = hr_wire_pack (out, &size_after);
      g_assert_cmpmem (before, size_before, after, size_after);

      free (before);
      free (after);
      headroom__frame__free_unpacked (out, NULL);
    }
}

static void
test_snapshot_without_samples (void)
{
  GoodFrame good;

  good_frame_init (&good, HEADROOM__FRAME__BODY_SNAPSHOT);
  good.snapshot.columns = NULL;
  assert_status (&good, HR_WIRE_OK);

  good.snapshot.columns = &good.columns;
  headroom__columns__init (&good.columns);
  assert_status (&good, HR_WIRE_OK);
}

static void
test_pack_refuses_what_is_too_large (void)
{
  GoodFrame        good;
  Headroom__Frame  nothing = HEADROOM__FRAME__INIT;
  size_t           size;
  g_autofree char *long_text = g_strnfill (HR_WIRE_MAX_FRAME, 'x');

  good_frame_init (&good, HEADROOM__FRAME__BODY_GOODBYE);
  good.goodbye.reason = long_text;
  g_assert_null (hr_wire_pack (&good.frame, &size));
  g_assert_null (hr_wire_pack (&nothing, &size));
}

#define SPOIL(body, statement, expected)                   \
  G_STMT_START                                             \
  {                                                        \
    GoodFrame good;                                        \
                                                           \
    good_frame_init (&good, HEADROOM__FRAME__BODY_##body); \
    statement;                                             \
    assert_status (&good, HR_WIRE_##expected);             \
  }                                                        \
  G_STMT_END

static void
test_versions (void)
{
  SPOIL (HELLO, good.hello.version = 0, ERROR_VERSION);
  SPOIL (HELLO, good.hello.version = HR_WIRE_VERSION + 1, ERROR_VERSION);
  SPOIL (RESUME, good.resume.version = HR_WIRE_VERSION + 1, ERROR_VERSION);
}

static void
test_names (void)
{
  g_autofree char *longest = g_strnfill (HR_WIRE_MAX_NAME, 'x');
  g_autofree char *longer = g_strnfill (HR_WIRE_MAX_NAME + 1, 'x');

  SPOIL (HELLO, good.hello.name = longest, OK);
  SPOIL (HELLO, good.hello.name = longer, ERROR_LIMIT);
  SPOIL (HELLO, good.hello.name = (char *) "", ERROR_GARBLED);
  SPOIL (HELLO, good.hello.detail = longer, ERROR_LIMIT);
  SPOIL (HELLO, good.hello.detail = (char *) "", OK);
  SPOIL (HELLO, good.metrics[1].name = longer, ERROR_LIMIT);
  SPOIL (HELLO, good.metrics[1].name = (char *) "", ERROR_GARBLED);
  SPOIL (GOODBYE, good.goodbye.reason = longer, ERROR_LIMIT);
  SPOIL (GOODBYE, good.goodbye.reason = (char *) "", OK);
  SPOIL (ACCESS, good.access.name = longest, OK);
  SPOIL (ACCESS, good.access.name = longer, ERROR_LIMIT);
  SPOIL (ACCESS, good.access.name = (char *) "", OK);
  SPOIL (SEARCH, good.search.text = longest, OK);
  SPOIL (SEARCH, good.search.text = longer, ERROR_LIMIT);
  SPOIL (SEARCH, good.search.text = (char *) "", OK);
  SPOIL (REFUSAL, good.refusal.reason = longest, OK);
  SPOIL (REFUSAL, good.refusal.reason = longer, ERROR_LIMIT);
  SPOIL (REFUSAL, good.refusal.reason = (char *) "", OK);
}

static void
test_texts_of_programs (void)
{
  g_autofree char *longest = g_strnfill (HR_WIRE_MAX_NAME, 'x');
  g_autofree char *longer = g_strnfill (HR_WIRE_MAX_NAME + 1, 'x');

  SPOIL (FOUND, good.programs[1].name = good.programs[1].command = good.programs[1].user = longest, OK);
  SPOIL (FOUND, good.programs[1].name = longer, ERROR_LIMIT);
  SPOIL (FOUND, good.programs[1].name = (char *) "", ERROR_GARBLED);
  SPOIL (FOUND, good.programs[1].name = (char *) "\xff", ERROR_GARBLED);
  SPOIL (FOUND, good.programs[1].command = longer, ERROR_LIMIT);
  SPOIL (FOUND, good.programs[1].command = (char *) "", OK);
  SPOIL (FOUND, good.programs[1].command = (char *) "\xc3", ERROR_GARBLED);
  SPOIL (FOUND, good.programs[0].user = longer, ERROR_LIMIT);
  SPOIL (FOUND, good.programs[0].user = (char *) "", OK);
  SPOIL (FOUND, good.programs[0].user = (char *) "\xed\xa0\x80", ERROR_GARBLED);
  SPOIL (SEARCH, good.search.text = (char *) "\xff", ERROR_GARBLED);
  SPOIL (ACCESS, good.access.name = (char *) "\xff", ERROR_GARBLED);
  SPOIL (REFUSAL, good.refusal.reason = (char *) "\xff", ERROR_GARBLED);
}

static void
assert_reason (const char *text)
{
  GoodFrame good;

  good_frame_init (&good, HEADROOM__FRAME__BODY_GOODBYE);
  good.goodbye.reason = (char *) text;
  assert_status (&good, g_utf8_validate (text, -1, NULL) ? HR_WIRE_OK : HR_WIRE_ERROR_GARBLED);
}

/* Our check of UTF-8 agrees with GLib's on every sequence of two bytes and on the edges of the longer ones. */
static void
test_utf8 (void)
{
  static const char *const edges[] = {
    "\xe0\x9f\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xed\xa0\x80", "\xef\xbf\xbf", "\xe2\x82", "\xe2\x82 ", "\xf0\x8f\xbf\xbf",
    "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf0\x90\x80", "\xf0\x90\x80z", "\xff"
  };

  for (guint i = 0x0101; i <= 0xffff; i++)
    {
      char text[] = { (char) (i >> 8), (char) (i & 0xff), '\0' };

      if (text[0] != '\0' && text[1] != '\0')
        assert_reason (text);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (edges); i++)
    assert_reason (edges[i]);
}

static void
test_identities (void)
{
  SPOIL (HELLO, good.hello.uuid.len = 15, ERROR_GARBLED);
  SPOIL (HELLO, good.hello.uuid.len = 0, ERROR_GARBLED);
  SPOIL (RESUME, good.positions[1].uuid.len = 15, ERROR_GARBLED);
  SPOIL (HELLO, good.metrics[0].kind = HR_N_KINDS, ERROR_GARBLED);
  SPOIL (HELLO, good.metrics[0].unit = HR_N_UNITS, ERROR_GARBLED);
  SPOIL (HELLO, good.metrics[0].direction = 2, ERROR_GARBLED);
  SPOIL (CONTROL, good.control.sampling = (Headroom__Switch) 3, ERROR_GARBLED);
  SPOIL (CONTROL, good.control.subscribed = (Headroom__Switch) -1, ERROR_GARBLED);
  SPOIL (WATCH, good.watch.watched = (Headroom__Switch) 3, ERROR_GARBLED);
  SPOIL (WATCH, good.watch.watched = (Headroom__Switch) -1, ERROR_GARBLED);
  SPOIL (ACCESS, good.access.token.len = 15, ERROR_GARBLED);
  SPOIL (ACCESS, good.access.token.len = 0, ERROR_GARBLED);
}

static void
test_numbers (void)
{
  SPOIL (SNAPSHOT, good.snapshot.sequence = 0, ERROR_GARBLED);
  SPOIL (SNAPSHOT, good.snapshot.sequence = UINT64_MAX, OK);
  SPOIL (SNAPSHOT, good.snapshot.end_ns = HR_WIRE_MAX_TIME_NS + 1, ERROR_LIMIT);
  SPOIL (SNAPSHOT, good.snapshot.interval_ns = HR_WIRE_MAX_INTERVAL_NS + 1, ERROR_LIMIT);
  SPOIL (SNAPSHOT, good.snapshot.lost = HR_WIRE_MAX_COUNT + 1, ERROR_LIMIT);
  SPOIL (TOTALS, good.totals.sequence = 0, OK);
  SPOIL (TOTALS, good.totals.end_ns = UINT64_MAX, ERROR_LIMIT);
  SPOIL (TOTALS, good.totals.lost = UINT64_MAX, ERROR_LIMIT);
  SPOIL (CONTROL, good.control.interval_ms = 86400000, OK);
  SPOIL (CONTROL, good.control.interval_ms = 86400001, ERROR_LIMIT);
  SPOIL (PING, good.ping.sent_ns = UINT64_MAX, ERROR_LIMIT);
  SPOIL (PONG, good.pong.sent_ns = UINT64_MAX, ERROR_LIMIT);
  SPOIL (PONG, good.pong.monotonic_ns = UINT64_MAX, ERROR_LIMIT);
  SPOIL (PONG, good.pong.realtime_ns = UINT64_MAX, ERROR_LIMIT);
  SPOIL (TOTALS, good.totals.n_left = 0, OK);
  SPOIL (TOTALS, good.totals.n_left = HR_WIRE_MAX_METRICS - 1, OK);
  SPOIL (TOTALS, good.totals.n_left = HR_WIRE_MAX_METRICS, ERROR_LIMIT);
  SPOIL (TOTALS, good.totals.n_left = UINT32_MAX, ERROR_LIMIT);
  SPOIL (SEARCH, good.search.limit = 0, ERROR_LIMIT);
  SPOIL (SEARCH, good.search.limit = 1, OK);
  SPOIL (SEARCH, good.search.limit = HR_WIRE_MAX_PROGRAMS, OK);
  SPOIL (SEARCH, good.search.limit = HR_WIRE_MAX_PROGRAMS + 1, ERROR_LIMIT);
  SPOIL (FOUND, good.found.n_more = UINT32_MAX, OK);
  SPOIL (FOUND, good.programs[0].pid = UINT64_MAX, OK);
  SPOIL (FOUND, good.programs[0].resident_mb = (double) NAN, ERROR_GARBLED);
  SPOIL (FOUND, good.programs[0].resident_mb = (double) INFINITY, ERROR_GARBLED);
  SPOIL (FOUND, good.programs[0].resident_mb = 2e18, ERROR_LIMIT);
  SPOIL (FOUND, good.programs[0].resident_mb = -2e18, ERROR_LIMIT);
  SPOIL (WATCH, good.watch.pid = UINT64_MAX, OK);
}

static void
test_columns_of_unequal_length (void)
{
  SPOIL (SNAPSHOT, good.columns.n_metric--, ERROR_GARBLED);
  SPOIL (SNAPSHOT, good.columns.n_count--, ERROR_GARBLED);
  SPOIL (SNAPSHOT, good.columns.n_sum--, ERROR_GARBLED);
  SPOIL (SNAPSHOT, good.columns.n_min--, ERROR_GARBLED);
  SPOIL (SNAPSHOT, good.columns.n_max--, ERROR_GARBLED);
  SPOIL (TOTALS, good.columns.n_last--, ERROR_GARBLED);
  SPOIL (TOTALS, good.columns.n_n_buckets--, ERROR_GARBLED);
  SPOIL (TOTALS, good.columns.n_bucket--, ERROR_GARBLED);
  SPOIL (TOTALS, good.columns.n_bucket_count--, ERROR_GARBLED);
  SPOIL (TOTALS, good.n_buckets[2] = 1, ERROR_GARBLED);
  SPOIL (TOTALS, good.n_buckets[2] = 3, ERROR_GARBLED);
  SPOIL (TOTALS, good.n_buckets[0] = UINT32_MAX, ERROR_GARBLED);
}

static void
test_columns_out_of_order (void)
{
  SPOIL (SNAPSHOT, good.metric[1] = 0, ERROR_GARBLED);
  SPOIL (SNAPSHOT, good.metric[2]++, ERROR_LIMIT);
  SPOIL (SNAPSHOT, good.metric[1] = UINT32_MAX, ERROR_LIMIT);
  SPOIL (SNAPSHOT, good.bucket[1] = 0, ERROR_GARBLED);
  SPOIL (SNAPSHOT, good.bucket[3] = 0, OK);
  SPOIL (SNAPSHOT, good.bucket[2]++, ERROR_LIMIT);
  SPOIL (SNAPSHOT, good.bucket[2] = UINT32_MAX, ERROR_LIMIT);
  SPOIL (SNAPSHOT, good.bucket_count[4] = 0, ERROR_GARBLED);
  SPOIL (SNAPSHOT, good.bucket_count[4] = UINT64_MAX, ERROR_LIMIT);
}

static void
test_values (void)
{
  SPOIL (SNAPSHOT, good.count[1] = 0, ERROR_GARBLED);
  SPOIL (SNAPSHOT, good.count[1] = HR_WIRE_MAX_COUNT, OK);
  SPOIL (SNAPSHOT, good.count[1] = HR_WIRE_MAX_COUNT + 1, ERROR_LIMIT);
  SPOIL (SNAPSHOT, good.sum[0] = (double) NAN, ERROR_GARBLED);
  SPOIL (SNAPSHOT, good.min[0] = (double) -INFINITY, ERROR_GARBLED);
  SPOIL (SNAPSHOT, good.max[0] = (double) INFINITY, ERROR_GARBLED);
  SPOIL (SNAPSHOT, good.last[2] = (double) NAN, ERROR_GARBLED);
  SPOIL (SNAPSHOT, good.sum[0] = 2e18, ERROR_LIMIT);
  SPOIL (SNAPSHOT, good.sum[0] = -2e18, ERROR_LIMIT);
  SPOIL (SNAPSHOT, good.min[2] = 0.2, ERROR_GARBLED);
}

/* Self times stand for every sample or for none, and each is a part of its sum. */
static void
test_self_times (void)
{
  SPOIL (SNAPSHOT, good.columns.n_self = 0, OK);
  SPOIL (SNAPSHOT, good.columns.n_self--, ERROR_GARBLED);
  SPOIL (TOTALS, good.columns.n_self = 1, ERROR_GARBLED);
  SPOIL (SNAPSHOT, good.self[2] = 0, OK);
  SPOIL (SNAPSHOT, good.self[2] = good.sum[2], OK);
  SPOIL (SNAPSHOT, good.self[2] = 0.51, ERROR_GARBLED);
  SPOIL (SNAPSHOT, good.self[0] = (double) NAN, ERROR_GARBLED);
  SPOIL (TOTALS, good.self[1] = (double) INFINITY, ERROR_GARBLED);
  SPOIL (TOTALS, good.self[2] = -1e-9, ERROR_GARBLED);
  SPOIL (SNAPSHOT, good.sum[1] = good.min[1] = -3, OK);
}

/* More self times than samples. */
static void
test_self_times_without_samples (void)
{
  GoodFrame good;

  good_frame_init (&good, HEADROOM__FRAME__BODY_SNAPSHOT);
  headroom__columns__init (&good.columns);
  good.columns.self = good.self;
  good.columns.n_self = 1;
  assert_status (&good, HR_WIRE_ERROR_GARBLED);
}

static void
test_queries (void)
{
  SPOIL (QUERY, good.query.uuid.len = 15, ERROR_GARBLED);
  SPOIL (QUERY, good.query.begin_ns = HR_WIRE_MAX_TIME_NS + 1, ERROR_LIMIT);
  SPOIL (QUERY, good.query.end_ns = UINT64_MAX, ERROR_LIMIT);
  SPOIL (QUERY, good.query.end_ns = 0, OK);
  SPOIL (QUERY, good.query.from = UINT64_MAX, OK);
}

static void
test_records (void)
{
  SPOIL (RECORDS, good.records.n_metric = 2, ERROR_GARBLED);
  SPOIL (RECORDS, good.records.n_value = 2, ERROR_GARBLED);
  SPOIL (RECORDS, good.records.n_items = 2, ERROR_GARBLED);
  SPOIL (RECORDS, good.records.n_time = 0, ERROR_GARBLED);
  SPOIL (RECORDS, good.metric[1] = HR_WIRE_MAX_METRICS, ERROR_LIMIT);
  SPOIL (RECORDS, good.count[2] = 0, ERROR_GARBLED);
  SPOIL (RECORDS, good.count[2] = HR_WIRE_MAX_COUNT + 1, ERROR_LIMIT);
  SPOIL (RECORDS, good.sum[0] = (double) NAN, ERROR_GARBLED);
  SPOIL (RECORDS, good.sum[1] = -2e18, ERROR_LIMIT);
  SPOIL (RECORDS, good.time[0] = -1, ERROR_LIMIT);
  SPOIL (RECORDS, good.time[1] = -good.time[0] - 1, ERROR_LIMIT);
  SPOIL (RECORDS, good.time[1] = -good.time[0], ERROR_LIMIT);
  SPOIL (RECORDS, good.time[1] = INT64_MAX, ERROR_LIMIT);
  SPOIL (RECORDS, good.time[2] = -good.time[0], OK);
  SPOIL (RECORDS, good.records.lost = HR_WIRE_MAX_COUNT + 1, ERROR_LIMIT);
  SPOIL (RECORDS, good.records.since_ns = UINT64_MAX, ERROR_LIMIT);
  SPOIL (RECORDS, good.records.until_ns = UINT64_MAX, ERROR_LIMIT);
}

/* The longest page, of records that take the most room, goes into a frame; one record more is refused. */
static void
test_the_largest_page (void)
{
  HrRecordPage       page, back;
  Headroom__Records *records;
  GoodFrame          good;

  g_assert_true (hr_record_page_init (&page, HR_WIRE_MAX_RECORDS + 1));
  for (page.n = 0; page.n <= HR_WIRE_MAX_RECORDS; page.n++)
    {
      page.times_ns[page.n] = page.n % 2 == 0 ? 0 : (int64_t) HR_WIRE_MAX_TIME_NS;
      page.metrics[page.n] = HR_WIRE_MAX_METRICS - 1;
      page.values[page.n] = -HR_WIRE_MAX_VALUE;
      page.items[page.n] = HR_WIRE_MAX_COUNT;
    }

  good_frame_init (&good, HEADROOM__FRAME__BODY_RECORDS);
  records = hr_records_new (&page);
  good.frame.records = records;
  assert_status (&good, HR_WIRE_ERROR_LIMIT);
  free (records);

  page.n = HR_WIRE_MAX_RECORDS;
  records = hr_records_new (&page);
  good.frame.records = records;
  assert_status (&good, HR_WIRE_OK);
  g_assert_true (hr_records_unpack (records, &back));
  g_assert_cmpmem (back.times_ns, back.n * sizeof *back.times_ns, page.times_ns, page.n * sizeof *page.times_ns);

  free (records);
  hr_record_page_clear (&back);
  hr_record_page_clear (&page);
}

/* What would cost the link stays behind, counted. */
static void
test_records_that_do_not_travel (void)
{
  HrRecordPage       page;
  Headroom__Records *records;

  g_assert_true (hr_record_page_init (&page, 5));
  for (page.n = 0; page.n < 5; page.n++)
    {
      page.times_ns[page.n] = 1000 * page.n;
      page.metrics[page.n] = 0;
      page.values[page.n] = page.n;
      page.items[page.n] = 1;
    }
  page.times_ns[0] = -1;
  page.values[2] = 2e18;
  page.items[3] = 0;
  page.lost = 10;
  records = hr_records_new (&page);
  g_assert_cmpuint (records->n_time, ==, 2);
  g_assert_cmpint (records->time[0], ==, 1000);
  g_assert_cmpint (records->time[1], ==, 3000);
  g_assert_cmpfloat (records->value[1], ==, 4);
  g_assert_cmpuint (records->lost, ==, 13);

  free (records);
  hr_record_page_clear (&page);
}

static void
test_lists_are_bounded (void)
{
  g_autofree Headroom__Metric   **metrics = g_new (Headroom__Metric *, TOO_MANY);
  g_autofree Headroom__Position **positions = g_new (Headroom__Position *, TOO_MANY);
  g_autofree Headroom__Program  **programs = g_new (Headroom__Program *, HR_WIRE_MAX_PROGRAMS + 1);
  GoodFrame                       good;

  good_frame_init (&good, HEADROOM__FRAME__BODY_HELLO);
  for (guint i = 0; i < TOO_MANY; i++)
    metrics[i] = &good.metrics[0];
  good.hello.metrics = metrics;
  good.hello.n_metrics = TOO_MANY - 1;
  assert_status (&good, HR_WIRE_OK);
  good.hello.n_metrics = TOO_MANY;
  assert_status (&good, HR_WIRE_ERROR_LIMIT);

  good_frame_init (&good, HEADROOM__FRAME__BODY_RESUME);
  for (guint i = 0; i < TOO_MANY; i++)
    positions[i] = &good.positions[1];
  good.resume.positions = positions;
  good.resume.n_positions = TOO_MANY - 1;
  assert_status (&good, HR_WIRE_OK);
  good.resume.n_positions = TOO_MANY;
  assert_status (&good, HR_WIRE_ERROR_LIMIT);

  good_frame_init (&good, HEADROOM__FRAME__BODY_FOUND);
  for (guint i = 0; i <= HR_WIRE_MAX_PROGRAMS; i++)
    programs[i] = &good.programs[1];
  good.found.programs = programs;
  good.found.n_programs = HR_WIRE_MAX_PROGRAMS;
  assert_status (&good, HR_WIRE_OK);
  good.found.n_programs = HR_WIRE_MAX_PROGRAMS + 1;
  assert_status (&good, HR_WIRE_ERROR_LIMIT);
}

#define RAW(text, expected) assert_raw (text, sizeof text - 1, HR_WIRE_##expected)

static void
test_raw_bytes (void)
{
  RAW ("", ERROR_EMPTY);
  RAW ("\x3a", ERROR_GARBLED);                             /* a ping without its length */
  RAW ("\x3a\x02\x08", ERROR_GARBLED);                     /* cut short */
  RAW ("\x3a\x02\x08\x63", OK);                            /* a ping */
  RAW ("\x3a\x02\x08\x63\x3a\x02\x08\x63", ERROR_GARBLED); /* the same body twice */
  RAW ("\x3a\x02\x08\x63\x42\x02\x08\x63", ERROR_GARBLED); /* two bodies */
  RAW ("\x3a\x04\x08\x63\x08\x63", ERROR_GARBLED);         /* a field twice */
  RAW ("\x3a\x04\x08\x63\x78\x01", OK);                    /* an unknown field */
  RAW ("\x3a\x05\x08\x63\x80\x04\x01", ERROR_GARBLED);     /* field 64 */
  RAW ("\x3a\x02\x0b\x0c", ERROR_GARBLED);                 /* a group */
  RAW ("\x38\x01", ERROR_GARBLED);                         /* a ping that is a number */
  RAW ("\x3a\x03\x0a\x01\x63", ERROR_GARBLED);             /* a number that is bytes */
  RAW ("\x02\x00", ERROR_GARBLED);                         /* field 0 */
  RAW ("\xe2\x03\x00", ERROR_UNKNOWN);                     /* body 60 */
  RAW ("\xfa\xff\xff\xff\x0f\x00", ERROR_UNKNOWN);         /* body 2^29 - 1 */
  RAW ("\x22\x05\x12\x03"
       "a\0b",
       ERROR_GARBLED);                                                 /* NUL in a string */
  RAW ("\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", ERROR_GARBLED); /* a length of 2^64 - 1 */
  RAW ("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", ERROR_GARBLED); /* a number without end */
}

static void
test_frame_above_the_limit (void)
{
  g_autofree uint8_t *body = g_malloc0 (HR_WIRE_MAX_FRAME + 1);
  Headroom__Frame    *out = NULL;

  g_assert_cmpint (hr_wire_unpack (body, HR_WIRE_MAX_FRAME + 1, &out), ==, HR_WIRE_ERROR_TOO_LARGE);
  g_assert_null (out);
}

/* A megabyte of two-byte messages would become fifty; it is refused before anything is allocated. */
static void
test_cheap_lists_are_refused (void)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  static const guint8 head[] = { 0x0a, 0xc0, 0x84, 0x3d }; /* hello of 1 000 000 bytes */
  Headroom__Frame    *out = NULL;

  g_byte_array_append (body, head, sizeof head);
  for (guint i = 0; i < 500000; i++)
    g_byte_array_append (body, (const guint8[]){ 0x4a, 0x00 }, 2);

  g_assert_cmpint (hr_wire_scan (body->data, body->len), ==, HR_WIRE_ERROR_LIMIT);
  g_assert_cmpint (hr_wire_unpack (body->data, body->len, &out), ==, HR_WIRE_ERROR_LIMIT);
}

static void
test_texts_are_complete (void)
{
  for (int i = 0; i < HR_N_WIRE_STATUSES; i++)
    g_assert_cmpstr (hr_wire_status_text ((HrWireStatus) i), !=, "unknown");
  g_assert_cmpstr (hr_wire_status_text (HR_N_WIRE_STATUSES), ==, "unknown");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/round-trip", test_round_trip);
  g_test_add_func ("/wire/no-samples", test_snapshot_without_samples);
  g_test_add_func ("/wire/pack-too-large", test_pack_refuses_what_is_too_large);
  g_test_add_func ("/wire/versions", test_versions);
  g_test_add_func ("/wire/names", test_names);
  g_test_add_func ("/wire/names/programs", test_texts_of_programs);
  g_test_add_func ("/wire/utf8", test_utf8);
  g_test_add_func ("/wire/identities", test_identities);
  g_test_add_func ("/wire/numbers", test_numbers);
  g_test_add_func ("/wire/columns/length", test_columns_of_unequal_length);
  g_test_add_func ("/wire/columns/order", test_columns_out_of_order);
  g_test_add_func ("/wire/columns/values", test_values);
  g_test_add_func ("/wire/columns/self", test_self_times);
  g_test_add_func ("/wire/columns/self/no-samples", test_self_times_without_samples);
  g_test_add_func ("/wire/queries", test_queries);
  g_test_add_func ("/wire/records", test_records);
  g_test_add_func ("/wire/the-largest-page", test_the_largest_page);
  g_test_add_func ("/wire/records-that-do-not-travel", test_records_that_do_not_travel);
  g_test_add_func ("/wire/lists", test_lists_are_bounded);
  g_test_add_func ("/wire/raw", test_raw_bytes);
  g_test_add_func ("/wire/above-limit", test_frame_above_the_limit);
  g_test_add_func ("/wire/cheap-lists", test_cheap_lists_are_refused);
  g_test_add_func ("/wire/texts", test_texts_are_complete);

  return g_test_run ();
}
