/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What prove-store.py kills: records two sources into a session, as fast as it is told to, and says what is durable.
 *
 *     store-program record PATH [PER-TICK]   lines on stdout: "base A B" what was there of each source before, "durable N" snapshots of this run
 *                                            of both together, handed in one by one and in turn, "trouble MESSAGE", "writing", "closed A B"
 *                                            after SIGTERM, with what was handed in of each
 *     store-program check PATH               holds every snapshot that is there against what was handed in: "whole A B", or what is wrong */

#include "engine/store/recorder.h"
#include "engine/store/schema.h"
#include "engine/store/session.h"

#include <glib-unix.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define N_SOURCES 2
#define TICK_MS 10
#define STEP_NS (100 * (gint64) HR_NS_PER_MS)

/* 2026-01-01 */
#define EPOCH_US INT64_C (1767225600000000)

static const char *const names[N_SOURCES] = { "first", "second" };

typedef struct
{
  GMainLoop  *loop;
  HrRecorder *recorder;
  HrSource   *sources[N_SOURCES];
  guint64     base[N_SOURCES];
  guint64     next[N_SOURCES];
  guint       per_tick;
  guint       ticks; /* source */
  gboolean    in_trouble;
  gboolean    failed;
} Program;

/* Snapshot number @sequence of a source: any other has other values. */
static HrSnapshot *
make_snapshot (guint64 sequence)
{
  double        value = 10 + sin ((double) sequence);
  HrBucketCount bucket = { 100 + sequence % 50, 3 };
  HrSample      samples[] = {
         { .metric = 0, .count = 1, .sum = value, .min = value, .max = value, .last = value },
         { .metric = 1, .count = 3, .sum = value * 3, .min = value / 2, .max = value * 2, .last = value / 3, .n_buckets = 1, .buckets = &bucket },
  };
  HrSnapshot head = { .sequence = sequence, .end_ns = (gint64) sequence * STEP_NS, .interval_ns = STEP_NS, .time_us = EPOCH_US + (gint64) sequence * STEP_NS / 1000 };

  return hr_snapshot_new (&head, samples, G_N_ELEMENTS (samples));
}

static HrSource *
make_source (const char *name)
{
  static const HrMetricInfo metrics[] = {
    { "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER },
    { "job_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
  };
  HrSource *source = hr_source_new (HR_SOURCE_PROCESS, name);

  for (guint i = 0; i < G_N_ELEMENTS (metrics); i++)
    hr_history_add_metric (hr_source_get_history (source), &metrics[i]);

  return source;
}

/* How many snapshots the file has of each source; none when there is no file. */
static void
read_base (const char *path,
           guint64     base[N_SOURCES])
{
  HrSession *session = hr_session_open (path, NULL);

  for (guint i = 0; session != NULL && i < hr_session_get_n_sources (session); i++)
    for (guint k = 0; k < N_SOURCES; k++)
      if (g_str_equal (hr_session_get_source (session, i)->what.name, names[k]))
        base[k] = hr_session_get_source (session, i)->n_snapshots;
  g_clear_pointer (&session, hr_session_close);
}

static gboolean
tick_cb (gpointer user_data)
{
  Program *self = user_data;

  for (guint i = 0; i < self->per_tick; i++)
    for (guint k = 0; k < N_SOURCES; k++)
      {
        g_autoptr (HrSnapshot) snapshot = make_snapshot (++self->next[k]);

        hr_recorder_add_snapshot (self->recorder, self->sources[k], NULL, snapshot);
      }

  return G_SOURCE_CONTINUE;
}

static void
changed_cb (HrRecorder *recorder,
            Program    *self)
{
  const HrRecorderStatus *status = hr_recorder_get_status (recorder);

  if (status->state == HR_RECORDER_TROUBLE)
    printf ("trouble %s\n", status->message);
  else if (self->in_trouble && status->state == HR_RECORDER_WRITING)
    printf ("writing\n");
  self->in_trouble = status->state == HR_RECORDER_TROUBLE;
  printf ("durable %" G_GUINT64_FORMAT "\n", status->n_durable);
  fflush (stdout);
}

static void
closed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  Program *self = user_data;

  self->failed = !hr_recorder_close_finish (HR_RECORDER (object), result, &error);
  if (self->failed)
    fprintf (stderr, "%s\n", error->message);
  else
    printf ("closed %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", self->next[0], self->next[1]);
  g_main_loop_quit (self->loop);
}

static gboolean
terminate_cb (gpointer user_data)
{
  Program *self = user_data;

  g_source_remove (self->ticks);
  hr_recorder_close_async (self->recorder, NULL, closed_cb, self);

  return G_SOURCE_REMOVE;
}

static int
record (const char *path,
        guint       per_tick)
{
  Program self = { .loop = g_main_loop_new (NULL, FALSE), .per_tick = per_tick };

  read_base (path, self.base);
  printf ("base %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", self.base[0], self.base[1]);
  fflush (stdout);
  for (guint k = 0; k < N_SOURCES; k++)
    {
      self.sources[k] = make_source (names[k]);
      self.next[k] = self.base[k];
    }
  self.recorder = hr_recorder_new (path, NULL);
  g_signal_connect (self.recorder, "changed", G_CALLBACK (changed_cb), &self);
  self.ticks = g_timeout_add (TICK_MS, tick_cb, &self);
  g_unix_signal_add (SIGTERM, terminate_cb, &self);
  g_main_loop_run (self.loop);

  g_object_unref (self.recorder);
  for (guint k = 0; k < N_SOURCES; k++)
    g_object_unref (self.sources[k]);
  g_main_loop_unref (self.loop);

  return self.failed ? 1 : 0;
}

static gboolean
same_sample (const HrSample *a,
             const HrSample *b)
{
  return a->count == b->count && a->sum == b->sum && a->min == b->min && a->max == b->max && a->last == b->last && a->n_buckets == b->n_buckets &&
         (a->n_buckets == 0 || (a->buckets[0].bucket == b->buckets[0].bucket && a->buckets[0].count == b->buckets[0].count));
}

/* Every snapshot of a source is the next one, and says what was handed in. */
static gboolean
snapshot_cb (const HrSessionSource *source,
             HrHistory             *history,
             HrSnapshot            *snapshot,
             gpointer               user_data)
{
  guint64 *n = user_data;
  guint    k = g_str_equal (source->what.name, names[0]) ? 0 : 1;
  g_autoptr (HrSnapshot) expected = make_snapshot (++n[k]);
  gboolean same = snapshot->sequence == n[k] && snapshot->end_ns == expected->end_ns && snapshot->time_us == expected->time_us && snapshot->n_samples == expected->n_samples;

  for (guint i = 0; same && i < snapshot->n_samples; i++)
    {
      const char *name = hr_history_get_metric (history, snapshot->samples[i].metric)->name;

      same = same_sample (&snapshot->samples[i], &expected->samples[g_str_equal (name, "job_ms")]);
    }
  if (!same)
    {
      printf ("%s: snapshot %" G_GUINT64_FORMAT " stands where %" G_GUINT64_FORMAT " should, or says something else\n", source->what.name, snapshot->sequence, n[k]);
      exit (1);
    }

  return TRUE;
}

/* SQLite finds nothing wrong. */
static gboolean
is_sound (const char *path,
          GError    **error)
{
  sqlite3      *db = hr_store_open_to_read (path, error);
  sqlite3_stmt *statement = db != NULL ? hr_store_prepare (db, "PRAGMA integrity_check", error) : NULL;
  gboolean      sound = FALSE;

  if (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    {
      sound = g_strcmp0 ((const char *) sqlite3_column_text (statement, 0), "ok") == 0;
      if (!sound)
        printf ("integrity_check: %s\n", sqlite3_column_text (statement, 0));
    }
  sqlite3_finalize (statement);
  sqlite3_close (db);

  return sound;
}

static int
check (const char *path)
{
  const HrReplayEvents events = { snapshot_cb, NULL };
  const HrRange        all = { 0, 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (HrSession) session = NULL;
  guint64 n[N_SOURCES] = { 0 };

  if (!is_sound (path, &error) || (session = hr_session_open (path, &error)) == NULL || !hr_session_replay (session, 0, all, &events, n, &error) ||
      hr_session_get_n_damaged (session) != 0)
    {
      printf ("%s\n", error != NULL ? error->message : "damaged");
      return 1;
    }
  printf ("whole %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", n[0], n[1]);

  return 0;
}

int
main (int   argc,
      char *argv[])
{
  if (argc >= 3 && g_str_equal (argv[1], "record"))
    return record (argv[2], argc > 3 ? (guint) atoi (argv[3]) : 20);
  if (argc == 3 && g_str_equal (argv[1], "check"))
    return check (argv[2]);

  fprintf (stderr, "store-program record PATH [PER-TICK] | check PATH\n");

  return 2;
}
