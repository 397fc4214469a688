/* SPDX-License-Identifier: MIT */

#include "tests/engine/wire/frames.h"

#include <string.h>

static void
init_hello (GoodFrame *self)
{
  static const char *const names[] = { "thompson_duration_ms", "memory_usage_mb" };

  headroom__hello__init (&self->hello);
  self->hello.version = HR_WIRE_VERSION;
  self->hello.stream = 7;
  self->hello.uuid = (ProtobufCBinaryData){ sizeof self->uuid, self->uuid };
  self->hello.epoch = 3;
  self->hello.role = 1;
  self->hello.name = (char *) "ranker";
  self->hello.detail = (char *) "/usr/bin/ranker – größer";
  self->hello.pid = 4711;
  self->hello.sampling = 1;
  self->hello.records = 1;
  self->hello.n_metrics = 2;
  self->hello.metrics = self->metric_list;
  for (unsigned i = 0; i < 2; i++)
    {
      headroom__metric__init (&self->metrics[i]);
      self->metrics[i].name = (char *) names[i];
      self->metrics[i].kind = i == 0 ? 1 : 0;
      self->metrics[i].unit = i + 1;
      self->metric_list[i] = &self->metrics[i];
    }
}

/* Three samples, metrics 0, 2 and 4095, with 3, 0 and 2 buckets. */
static void
init_columns (GoodFrame *good)
{
  static const uint32_t metric[] = { 0, 2, 4093 }, n_buckets[] = { 3, 0, 2 }, bucket[] = { 0, 5, 1978, 1000, 1 };
  static const uint64_t count[] = { 70, 1, 5 }, bucket_count[] = { 60, 9, 1, 4, 1 };
  static const double   sum[] = { 2.1, 58, 0.5 }, min[] = { 0.01, 58, 0.1 }, max[] = { 0.4, 58, 0.1 }, last[] = { 0.02, 58, 0.1 }, self[] = { 0, 0, 0.25 };

  headroom__columns__init (&good->columns);
#define COLUMN(name)                            \
  memcpy (good->name, name, sizeof good->name); \
  good->columns.name = good->name;              \
  good->columns.n_##name = sizeof good->name / sizeof *good->name
  COLUMN (metric);
  COLUMN (count);
  COLUMN (sum);
  COLUMN (min);
  COLUMN (max);
  COLUMN (last);
  COLUMN (n_buckets);
  COLUMN (bucket);
  COLUMN (bucket_count);
  COLUMN (self);
#undef COLUMN
}

static void
init_snapshot (GoodFrame *self)
{
  init_columns (self);
  headroom__snapshot__init (&self->snapshot);
  self->snapshot.stream = 7;
  self->snapshot.sequence = 12;
  self->snapshot.end_ns = 123456789012;
  self->snapshot.interval_ns = 100000000;
  self->snapshot.lost = 4;
  self->snapshot.columns = &self->columns;
}

static void
init_totals (GoodFrame *self)
{
  init_columns (self);
  headroom__totals__init (&self->totals);
  self->totals.stream = 7;
  self->totals.sequence = 12;
  self->totals.end_ns = 123456789012;
  self->totals.lost = 40;
  self->totals.columns = &self->columns;
  self->totals.n_left = 1;
}

static void
init_resume (GoodFrame *self)
{
  headroom__resume__init (&self->resume);
  self->resume.version = HR_WIRE_VERSION;
  self->resume.n_positions = 2;
  self->resume.positions = self->position_list;
  for (unsigned i = 0; i < 2; i++)
    {
      headroom__position__init (&self->positions[i]);
      self->positions[i].uuid = (ProtobufCBinaryData){ sizeof self->uuid, self->uuid };
      self->positions[i].epoch = i;
      self->positions[i].sequence = 100 * i;
      self->position_list[i] = &self->positions[i];
    }
}

static void
init_found (GoodFrame *self)
{
  static const char *const names[] = { "ranker", "größer" };

  headroom__found__init (&self->found);
  self->found.request = 5;
  self->found.n_more = 17;
  self->found.n_programs = 2;
  self->found.programs = self->program_list;
  for (unsigned i = 0; i < 2; i++)
    {
      headroom__program__init (&self->programs[i]);
      self->programs[i].pid = 4711 + i;
      self->programs[i].start_time = 99;
      self->programs[i].name = (char *) names[i];
      self->programs[i].command = (char *) "/usr/bin/ranker --slow-ms 3";
      self->programs[i].user = (char *) "anna";
      self->programs[i].resident_mb = i == 0 ? 20.48 : -1;
      self->programs[i].instrumented = i == 0;
      self->programs[i].watched = i == 1;
      self->program_list[i] = &self->programs[i];
    }
}

/* Three records, the last one from another lane. */
static void
init_records (GoodFrame *self)
{
  static const int64_t  time[] = { 123456789012, 28000, -1500000 };
  static const uint32_t metric[] = { 0, 4095, 1 };
  static const double   value[] = { 0.028, -3, 0 };
  static const uint64_t items[] = { 28, 1, 1 };

  memcpy (self->time, time, sizeof time);
  memcpy (self->metric, metric, sizeof metric);
  memcpy (self->sum, value, sizeof value);
  memcpy (self->count, items, sizeof items);
  headroom__records__init (&self->records);
  self->records.request = 5;
  self->records.known = 1;
  self->records.time = self->time;
  self->records.metric = self->metric;
  self->records.value = self->sum;
  self->records.items = self->count;
  self->records.n_time = self->records.n_metric = self->records.n_value = self->records.n_items = 3;
  self->records.next = 90;
  self->records.more = 1;
  self->records.lost = 7;
  self->records.since_ns = 123000000000;
  self->records.until_ns = 124000000000;
}

static void
init_small (GoodFrame *self)
{
  switch ((int) self->frame.body_case)
    {
    case HEADROOM__FRAME__BODY_GOODBYE:
      headroom__goodbye__init (&self->goodbye);
      self->goodbye.stream = 7;
      self->goodbye.reason = (char *) "exited";
      break;
    case HEADROOM__FRAME__BODY_CONTROL:
      headroom__control__init (&self->control);
      self->control.stream = 7;
      self->control.sampling = HEADROOM__SWITCH__OFF;
      self->control.interval_ms = 1000;
      self->control.cleanup = 1;
      self->control.subscribed = HEADROOM__SWITCH__ON;
      break;
    case HEADROOM__FRAME__BODY_PING:
      headroom__ping__init (&self->ping);
      self->ping.sent_ns = 99;
      break;
    case HEADROOM__FRAME__BODY_ACCESS:
      headroom__access__init (&self->access);
      self->access.token = (ProtobufCBinaryData){ HR_WIRE_TOKEN_BYTES, self->uuid };
      self->access.name = (char *) "annas-desktop";
      break;
    case HEADROOM__FRAME__BODY_SEARCH:
      headroom__search__init (&self->search);
      self->search.request = 5;
      self->search.text = (char *) "größ";
      self->search.limit = 100;
      break;
    case HEADROOM__FRAME__BODY_WATCH:
      headroom__watch__init (&self->watch);
      self->watch.pid = 4711;
      self->watch.start_time = 99;
      self->watch.watched = HEADROOM__SWITCH__ON;
      break;
    case HEADROOM__FRAME__BODY_REFUSAL:
      headroom__refusal__init (&self->refusal);
      self->refusal.pid = 4711;
      self->refusal.reason = (char *) "it has ended";
      break;
    case HEADROOM__FRAME__BODY_QUERY:
      headroom__query__init (&self->query);
      self->query.request = 5;
      self->query.uuid = (ProtobufCBinaryData){ sizeof self->uuid, self->uuid };
      self->query.begin_ns = 123000000000;
      self->query.end_ns = 153000000000;
      self->query.from = 80;
      break;
    default:
      headroom__pong__init (&self->pong);
      self->pong.sent_ns = 99;
      self->pong.monotonic_ns = 100;
      self->pong.realtime_ns = 1700000000000000000;
      break;
    }
}

/* Makes @self a good frame with @body. It points into itself: do not copy it. */
void
good_frame_init (GoodFrame                *self,
                 Headroom__Frame__BodyCase body)
{
  memset (self, 0, sizeof *self);
  for (unsigned i = 0; i < sizeof self->uuid; i++)
    self->uuid[i] = (uint8_t) (i + 1);

  headroom__frame__init (&self->frame);
  self->frame.body_case = body;
  self->frame.hello = &self->hello; /* all bodies begin at the same place */

  if (body == HEADROOM__FRAME__BODY_HELLO)
    init_hello (self);
  else if (body == HEADROOM__FRAME__BODY_SNAPSHOT)
    init_snapshot (self);
  else if (body == HEADROOM__FRAME__BODY_TOTALS)
    init_totals (self);
  else if (body == HEADROOM__FRAME__BODY_RESUME)
    init_resume (self);
  else if (body == HEADROOM__FRAME__BODY_FOUND)
    init_found (self);
  else if (body == HEADROOM__FRAME__BODY_RECORDS)
    init_records (self);
  else
    init_small (self);
}
