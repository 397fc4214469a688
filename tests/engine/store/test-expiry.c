/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/block.h"
#include "tests/engine/store/store-fixture.h"

#define CHUNK_US (HR_CHUNK_SNAPSHOTS * STEP_NS / 1000)

/* A file with @n chunks of one source, one after the other from EPOCH_US on. */
static HrWriter *
write_chunks (Fixture *self,
              guint    n)
{
  HrWriter *writer = open_writer (self);
  gint64    metrics[2];
  gint64    source = add_source (writer, "ranker", metrics);

  add_series (writer, source, metrics, 0, n * HR_CHUNK_SNAPSHOTS, HR_CHUNK_SNAPSHOTS);

  return writer;
}

/* Expires until there is no more to do; returns in how many pieces. */
static guint
expire (HrWriter *writer,
        gint64    before_us,
        guint64   max_bytes)
{
  g_autoptr (GError) error = NULL;
  gboolean more = TRUE;
  guint    n = 0;

  for (; more; n++)
    {
      g_assert_true (hr_writer_expire (writer, before_us, max_bytes, &more, &error));
      g_assert_true (hr_writer_commit (writer, &error));
      g_assert_no_error (error);
    }

  return n;
}

/* Nothing hangs in the air. */
static void
assert_whole (Fixture *self)
{
  assert_sound (self);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM block WHERE chunk NOT IN (SELECT id FROM chunk)"), ==, 0);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM tier WHERE chunk NOT IN (SELECT id FROM chunk)"), ==, 0);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM histogram WHERE chunk NOT IN (SELECT id FROM chunk)"), ==, 0);
  g_assert_cmpint (ask (self, "SELECT (SELECT count(*) FROM tier) - (SELECT count(*) FROM block)"), ==, 0);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM metric WHERE source NOT IN (SELECT id FROM source)"), ==, 0);
}

static void
test_age (Fixture      *self,
          gconstpointer data)
{
  HrWriter *writer = write_chunks (self, 5);

  expire (writer, EPOCH_US + 2 * CHUNK_US + 1, 0);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk"), ==, 3);
  g_assert_cmpint (ask (self, "SELECT min (number) FROM chunk"), ==, 2 * HR_CHUNK_SNAPSHOTS + 1);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM block"), ==, 6);
  close_writer (writer);
  assert_whole (self);
}

/* Only what ended before goes: the chunk that the time falls into stays whole. */
static void
test_age_is_the_end (Fixture      *self,
                     gconstpointer data)
{
  HrWriter *writer = write_chunks (self, 2);

  expire (writer, EPOCH_US + CHUNK_US, 0);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk"), ==, 2);
  expire (writer, EPOCH_US + CHUNK_US + 1, 0);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk"), ==, 1);
  close_writer (writer);
}

/* What is still in batches goes as well, and what comes after it becomes chunks nevertheless. */
static void
test_batches (Fixture      *self,
              gconstpointer data)
{
  HrWriter *writer = open_writer (self);
  gint64    metrics[2];
  gint64    source = add_source (writer, "ranker", metrics);

  add_series (writer, source, metrics, 0, 100, 10);
  expire (writer, EPOCH_US + 50 * STEP_NS / 1000 + 1, 0);
  g_assert_cmpint (ask (self, "SELECT sum (n) FROM batch"), ==, 50);
  add_series (writer, source, metrics, 100, 120, 10);
  close_writer (writer);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk WHERE number = 51 AND n = 70"), ==, 1);
  assert_whole (self);
}

static void
test_recordings (Fixture      *self,
                 gconstpointer data)
{
  HrWriter *writer = write_chunks (self, 6);
  HrMark    inside = { HR_MARK_NOTE, EPOCH_US + 2 * CHUNK_US, NULL, NULL, 0, NAN };
  HrMark    outside = { HR_MARK_NOTE, EPOCH_US + 5, NULL, NULL, 0, NAN };
  g_autoptr (GError) error = NULL;
  gint64 id = hr_writer_set_recording (writer, 0, "mine", EPOCH_US + CHUNK_US + CHUNK_US / 2, EPOCH_US + 2 * CHUNK_US + 5, &error);

  g_assert_true (hr_writer_add_mark (writer, &inside, &error));
  g_assert_true (hr_writer_add_mark (writer, &outside, &error));
  g_assert_true (hr_writer_commit (writer, &error));
  expire (writer, G_MAXINT64, 1);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk"), ==, 2);
  g_assert_cmpint (ask (self, "SELECT min (number) FROM chunk"), ==, HR_CHUNK_SNAPSHOTS + 1);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM mark"), ==, 1);

  g_assert_true (hr_writer_remove_recording (writer, id, &error));
  g_assert_true (hr_writer_commit (writer, &error));
  expire (writer, G_MAXINT64, 0);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk"), ==, 0);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM mark"), ==, 0);
  close_writer (writer);
  assert_whole (self);
}

/* A recording that goes on holds all from its beginning. */
static void
test_open_recording (Fixture      *self,
                     gconstpointer data)
{
  HrWriter *writer = write_chunks (self, 4);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (hr_writer_set_recording (writer, 0, "mine", EPOCH_US + 2 * CHUNK_US + 5, 0, &error), >, 0);
  expire (writer, G_MAXINT64, 0);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk"), ==, 2);
  close_writer (writer);
}

/* The oldest goes until the rest fits, and the file is really as small as that. */
static void
test_size (Fixture      *self,
           gconstpointer data)
{
  HrWriter   *writer = write_chunks (self, 40);
  struct stat before, after;
  guint64     limit;

  close_writer (writer);
  g_assert_cmpint (stat (self->path, &before), ==, 0);
  limit = (guint64) before.st_size / 2;

  writer = open_writer (self);
  expire (writer, G_MININT64, limit);
  close_writer (writer);
  g_assert_cmpint (stat (self->path, &after), ==, 0);
  g_assert_cmpuint ((guint64) after.st_size, <, limit + (1 << 19));
  g_assert_cmpuint ((guint64) after.st_size, >, limit / 2);
  g_assert_cmpint (ask (self, "SELECT max (number) FROM chunk"), ==, 39 * HR_CHUNK_SNAPSHOTS + 1);
  g_assert_cmpint (ask (self, "SELECT (max (number) - min (number)) / 4096 + 1 - count(*) FROM chunk"), ==, 0);
  assert_whole (self);
}

/* One call does a piece and says whether there is more. */
static void
test_pieces (Fixture      *self,
             gconstpointer data)
{
  HrWriter *writer = open_writer (self);
  gint64    metrics[2];

  add_series (writer, add_source (writer, "ranker", metrics), metrics, 0, 200, 1);
  g_assert_cmpuint (expire (writer, G_MAXINT64, 0), ==, 4);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM batch"), ==, 0);
  close_writer (writer);
}

/* What was judged by stays as long as something stays that was judged by it. */
static void
test_contracts (Fixture      *self,
                gconstpointer data)
{
  HrWriter *writer = write_chunks (self, 3);
  g_autoptr (GError) error = NULL;

  g_assert_true (hr_writer_add_contract (writer, EPOCH_US - 10, "a", "1", &error));
  g_assert_true (hr_writer_add_contract (writer, EPOCH_US + CHUNK_US / 2, "a", "2", &error));
  g_assert_true (hr_writer_add_contract (writer, EPOCH_US + CHUNK_US * 5 / 2, "a", "3", &error));
  g_assert_true (hr_writer_commit (writer, &error));
  expire (writer, EPOCH_US + 1, 0);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM contract"), ==, 3);
  expire (writer, EPOCH_US + CHUNK_US + 1, 0);
  g_assert_cmpint (ask (self, "SELECT group_concat (text, '') FROM contract"), ==, 23);
  close_writer (writer);
}

/* Alerts go when they ended; one that is active stays. */
static void
test_alerts (Fixture      *self,
             gconstpointer data)
{
  HrWriter   *writer = write_chunks (self, 2);
  HrAlertNote alert = { .type = HR_ALERT_MEMORY, .unit = HR_UNIT_MEGABYTES, .source = (char *) "ranker", .budget = (char *) "memory", .title = (char *) "", .raised_us = EPOCH_US };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    {
      alert.id = i;
      alert.cleared_us = i * (EPOCH_US + CHUNK_US);
      g_assert_true (hr_writer_add_alert (writer, &alert, &error));
    }
  expire (writer, EPOCH_US + CHUNK_US + 1, 0);
  g_assert_cmpint (ask (self, "SELECT group_concat (number, '') FROM alert"), ==, 2);
  close_writer (writer);
}

/* Sources and runs that nothing speaks of any more go, but not what may be spoken of any moment. */
static void
test_unused (Fixture      *self,
             gconstpointer data)
{
  HrWriter *writer = write_chunks (self, 1);
  gint64    metrics[2], source;

  close_writer (writer);
  writer = open_writer (self);
  source = add_source (writer, "told", metrics);
  expire (writer, G_MAXINT64, 0);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM source"), ==, 1);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM metric"), ==, 2);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM run"), ==, 1);
  add_series (writer, source, metrics, 0, 10, 10);
  close_writer (writer);
  assert_whole (self);
  g_assert_cmpint (ask (self, "SELECT sum (chunk.n) FROM chunk JOIN source ON source.id = chunk.source WHERE name = 'told'"), ==, 10);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/expiry/age", Fixture, NULL, set_up, test_age, tear_down);
  g_test_add ("/store/expiry/age-is-the-end", Fixture, NULL, set_up, test_age_is_the_end, tear_down);
  g_test_add ("/store/expiry/batches", Fixture, NULL, set_up, test_batches, tear_down);
  g_test_add ("/store/expiry/recordings", Fixture, NULL, set_up, test_recordings, tear_down);
  g_test_add ("/store/expiry/open-recording", Fixture, NULL, set_up, test_open_recording, tear_down);
  g_test_add ("/store/expiry/size", Fixture, NULL, set_up, test_size, tear_down);
  g_test_add ("/store/expiry/pieces", Fixture, NULL, set_up, test_pieces, tear_down);
  g_test_add ("/store/expiry/contracts", Fixture, NULL, set_up, test_contracts, tear_down);
  g_test_add ("/store/expiry/alerts", Fixture, NULL, set_up, test_alerts, tear_down);
  g_test_add ("/store/expiry/unused", Fixture, NULL, set_up, test_unused, tear_down);

  return g_test_run ();
}
