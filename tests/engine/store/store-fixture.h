/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/clock.h"
#include "engine/store/schema.h"
#include "engine/store/writer-private.h"
#include "tests/folder.h"

#include <math.h>

#define STEP_NS (100 * (gint64) HR_NS_PER_MS)

/* 2026-01-01 */
#define EPOCH_US INT64_C (1767225600000000)

/* A folder with room for a session, and a clock that tests set. */
typedef struct
{
  char  *folder;
  char  *path;
  gint64 utc_us;       /* atomic by the mutex of whoever waits for it, or of one thread */
  gint64 monotonic_us; /* as above */
  GMutex mutex;
} Fixture;

static inline gint64
fixture_utc (gpointer data)
{
  Fixture *self = data;
  gint64   now;

  g_mutex_lock (&self->mutex);
  now = self->utc_us;
  g_mutex_unlock (&self->mutex);

  return now;
}

static inline gint64
fixture_monotonic (gpointer data)
{
  Fixture *self = data;
  gint64   now;

  g_mutex_lock (&self->mutex);
  now = self->monotonic_us;
  g_mutex_unlock (&self->mutex);

  return now;
}

static inline HrStoreClock
fixture_clock (Fixture *self)
{
  return (HrStoreClock){ fixture_utc, fixture_monotonic, self };
}

static inline void
set_up (Fixture      *self,
        gconstpointer data)
{
  g_mutex_init (&self->mutex);
  self->folder = g_dir_make_tmp ("headroom-store-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "session.headroom", NULL);
  self->utc_us = EPOCH_US;
  self->monotonic_us = 1000000;
}

static inline void
tear_down (Fixture      *self,
           gconstpointer data)
{
  remove_folder (self->folder);
  g_free (self->path);
  g_free (self->folder);
  g_mutex_clear (&self->mutex);
}

static inline HrWriter *
open_writer (Fixture *self)
{
  HrStoreClock clock = fixture_clock (self);
  g_autoptr (GError) error = NULL;
  HrWriter *writer = hr_writer_open_with_clock (self->path, FALSE, &clock, &error);

  g_assert_no_error (error);

  return writer;
}

static inline void
close_writer (HrWriter *writer)
{
  g_autoptr (GError) error = NULL;

  hr_writer_close (writer, &error);
  g_assert_no_error (error);
  hr_writer_free (writer);
}

/* What @sql answers, asked of the file as it is committed. */
static inline gint64
ask (Fixture    *self,
     const char *sql)
{
  g_autoptr (GError) error = NULL;
  sqlite3      *db = hr_store_open_to_read (self->path, &error);
  sqlite3_stmt *statement;
  gint64        number;

  g_assert_no_error (error);
  statement = hr_store_prepare (db, sql, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);

  return number;
}

static inline char *
ask_text (Fixture    *self,
          const char *sql)
{
  g_autoptr (GError) error = NULL;
  sqlite3      *db = hr_store_open_to_read (self->path, &error);
  sqlite3_stmt *statement = hr_store_prepare (db, sql, &error);
  char         *text;

  g_assert_no_error (error);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  text = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  sqlite3_close (db);

  return text;
}

/* SQLite finds nothing wrong with the file. */
static inline void
assert_sound (Fixture *self)
{
  g_autofree char *answer = ask_text (self, "PRAGMA integrity_check");

  g_assert_cmpstr (answer, ==, "ok");
}

/* Snapshot number @i of an even series: a gauge (metric 0), and a duration with buckets (metric 1) in every third. Values need all their bits. */
static inline HrSnapshot *
make_snapshot (guint i)
{
  double        value = 10 + sin (i) * 3;
  HrBucketCount buckets[] = { { 100 + i % 7, 1 + i % 3 }, { 200 + i % 11, 2 } };
  HrSample      samples[] = {
         { .metric = 0, .count = 1, .sum = value, .min = value, .max = value, .last = value },
         { .metric = 1, .count = 3 + i % 3, .sum = value * 7, .min = value / 2, .max = value * 2, .last = value / 3, .n_buckets = 2, .buckets = buckets, .self = value / 9 },
  };
  HrSnapshot head = {
    .sequence = i + 1,
    .end_ns = (i + 1) * STEP_NS + i % 5,
    .interval_ns = STEP_NS,
    .time_us = EPOCH_US + (i + 1) * STEP_NS / 1000,
    .lost = i % 100 == 0,
  };

  return hr_snapshot_new (&head, samples, i % 3 == 0 ? 2 : 1);
}

/* Snapshots @first up to @end of that series. */
static inline GPtrArray *
make_snapshots (guint first,
                guint end)
{
  GPtrArray *snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_snapshot_unref);

  for (guint i = first; i < end; i++)
    g_ptr_array_add (snapshots, make_snapshot (i));

  return snapshots;
}

static const HrMetricInfo series_metrics[] = {
  { "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER },
  { "job_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
};

/* A source of @name with the metrics of the series, whose numbers go to @out_metrics. */
static inline gint64
add_source (HrWriter   *writer,
            const char *name,
            gint64     *out_metrics)
{
  g_autoptr (GError) error = NULL;
  HrSourceNote note = { (char *) name, (char *) name, NULL, (char *) "local:", NULL, HR_SOURCE_PROCESS, HR_GROUP_COMPUTER };
  gint64       source = hr_writer_add_source (writer, &note, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (series_metrics); i++)
    {
      out_metrics[i] = hr_writer_add_metric (writer, source, &series_metrics[i], &error);
      g_assert_no_error (error);
    }

  return source;
}

/* Adds snapshots @first up to @end of the series, in pieces of @piece, a commit each. */
static inline void
add_series (HrWriter     *writer,
            gint64        source,
            const gint64 *metrics,
            guint         first,
            guint         end,
            guint         piece)
{
  for (guint i = first; i < end; i += piece)
    {
      g_autoptr (GPtrArray) snapshots = make_snapshots (i, MIN (i + piece, end));
      g_autoptr (GError) error = NULL;

      hr_writer_add_snapshots (writer, source, (HrSnapshot *const *) snapshots->pdata, snapshots->len, metrics, &error);
      g_assert_no_error (error);
      hr_writer_commit (writer, &error);
      g_assert_no_error (error);
    }
}
