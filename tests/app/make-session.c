/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Writes a session of a program as the recorder would have, to be looked at: make-session PATH HOURS [NAME]. It ends now; 10 snapshots a second; a
 * sixth of the way a gap of a twentieth of it; in the middle a single sample far above the budget, with an alert and its records. */

#include "engine/store/writer.h"

#include <math.h>
#include <stdlib.h>

#define STEP_US (100 * 1000)
#define BATCH 1000
#define SPIKE_MS 47.0

typedef enum
{
  LATENCY,
  MEMORY,
  FRAMES,
  JOBS,
  THREADS,
  N_METRICS
} Metric;

static const HrMetricInfo metrics[N_METRICS] = {
  { "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
  { "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER },
  { "ui_frame_time_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
  { "jobs", HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_HIGHER },
  { "thread_count", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER },
};

typedef struct
{
  HrWriter *writer;
  gint64    source;
  gint64    ids[N_METRICS];
  GRand    *rand;
  gint64    begin_us;
  gint64    n; /* snapshots, those in the gap too */
} Maker;

static HrSample
sample_of (Metric  metric,
           guint64 count,
           double  mean,
           double  spread)
{
  return (HrSample){ .metric = metric, .count = count, .sum = mean * (double) count, .min = mean - spread, .max = mean + spread, .last = mean };
}

static HrSnapshot *
make_snapshot (Maker *self,
               gint64 i)
{
  double     phase = 2 * G_PI * (double) i / (double) self->n;
  double     latency = 3.2 + 1.1 * sin (5 * phase) + g_rand_double_range (self->rand, -0.4, 0.4);
  HrSample   samples[N_METRICS];
  HrSnapshot head = {
    .sequence = (guint64) i + 1,
    .end_ns = (i + 1) * STEP_US * 1000,
    .interval_ns = STEP_US * 1000,
    .time_us = self->begin_us + (i + 1) * STEP_US,
  };

  if (i == self->n / 2)
    latency = SPIKE_MS;
  samples[LATENCY] = sample_of (LATENCY, 28, latency, i == self->n / 2 ? 0 : 1.2);
  samples[MEMORY] = sample_of (MEMORY, 1, 110 + 35 * sin (phase) + g_rand_double_range (self->rand, -2, 2), 0);
  samples[FRAMES] = sample_of (FRAMES, 6, 9 + 2 * cos (3 * phase) + g_rand_double_range (self->rand, -1, 1), 1.5);
  samples[JOBS] = (HrSample){ .metric = JOBS, .count = 28, .sum = 28, .min = 1, .max = 1, .last = 1 };
  samples[THREADS] = sample_of (THREADS, 1, 8 + floor (3 * sin (7 * phase)), 0);

  return hr_snapshot_new (&head, samples, N_METRICS);
}

static void
add_snapshots (Maker *self)
{
  g_autoptr (GPtrArray) batch = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_snapshot_unref);
  g_autoptr (GError) error = NULL;

  for (gint64 i = 0; i < self->n; i++)
    {
      if (i > self->n / 6 && i < self->n / 6 + self->n / 20)
        continue;
      g_ptr_array_add (batch, make_snapshot (self, i));
      if (batch->len < BATCH && i + 1 < self->n)
        continue;
      if (!hr_writer_add_snapshots (self->writer, self->source, (HrSnapshot *const *) batch->pdata, batch->len, self->ids, &error) ||
          !hr_writer_commit (self->writer, &error))
        g_error ("%s", error->message);
      g_ptr_array_set_size (batch, 0);
    }
}

/* Records of a minute around the spike. */
static void
add_records (Maker      *self,
             const char *name)
{
  g_autoptr (GError) error = NULL;
  gint64       middle_us = self->begin_us + self->n / 2 * STEP_US;
  guint        n = 600;
  HrRawWindow *window = g_new0 (HrRawWindow, 1);

  *window = (HrRawWindow){ .source = g_strdup (name), .alert = 1, .begin_us = middle_us - 30 * G_USEC_PER_SEC, .end_us = middle_us + 30 * G_USEC_PER_SEC, .n = n };
  window->times_us = g_new (gint64, n);
  window->metrics = g_new0 (guint32, n);
  window->values = g_new (double, n);
  window->items = g_new (guint64, n);
  for (guint i = 0; i < n; i++)
    {
      window->times_us[i] = window->begin_us + i * STEP_US + 50 * 1000;
      window->values[i] = i == n / 2 ? SPIKE_MS : g_rand_double_range (self->rand, 2, 5);
      window->items[i] = 28;
    }
  if (!hr_writer_add_raw (self->writer, self->source, window, self->ids, &error))
    g_error ("%s", error->message);
  hr_raw_window_free (window);
}

static void
add_notes (Maker      *self,
           const char *name)
{
  g_autoptr (GError) error = NULL;
  gint64      length_us = self->n * STEP_US;
  HrAlertNote alerts[] = {
    { 1, HR_ALERT_PERFORMANCE, HR_SEVERITY_HIGH, HR_UNIT_MILLISECONDS, (char *) name, (char *) "thompson tail", (char *) "Ranking latency, p99", 10, SPIKE_MS,
      self->begin_us + length_us / 2, self->begin_us + length_us / 2 + 5 * G_USEC_PER_SEC },
    { 2, HR_ALERT_MEMORY, HR_SEVERITY_LOW, HR_UNIT_MEGABYTES, (char *) name, (char *) "memory", (char *) "Memory", 200, 212,
      self->begin_us + length_us / 4, self->begin_us + length_us / 3 },
  };
  HrMark marks[] = {
    { HR_MARK_STATE, self->begin_us + length_us / 6, (char *) name, (char *) "The program is gone", 0, (double) NAN },
    { HR_MARK_STATE, self->begin_us + length_us / 6 + length_us / 20, (char *) name, (char *) "The program is back", 0, (double) NAN },
    { HR_MARK_CLEANUP, self->begin_us + length_us / 3, (char *) name, (char *) "Asked to free memory", 0, (double) NAN },
    { HR_MARK_OVERHEAD, self->begin_us + length_us / 5, NULL, (char *) "", 0, 0.001 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (alerts); i++)
    if (!hr_writer_add_alert (self->writer, &alerts[i], &error))
      g_error ("%s", error->message);
  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    if (!hr_writer_add_mark (self->writer, &marks[i], &error))
      g_error ("%s", error->message);
  add_records (self, name);
  if (!hr_writer_commit (self->writer, &error))
    g_error ("%s", error->message);
}

int
main (int   argc,
      char *argv[])
{
  Maker        self = { .rand = g_rand_new_with_seed (11) };
  const char  *name = argc > 3 ? argv[3] : "ranker";
  HrSourceNote note = { (char *) name, (char *) name, NULL, (char *) "local:", NULL, HR_SOURCE_PROCESS, HR_GROUP_COMPUTER };
  g_autoptr (GError) error = NULL;

  if (argc < 3)
    {
      g_printerr ("make-session PATH HOURS [NAME]\n");
      return EXIT_FAILURE;
    }

  self.n = (gint64) (g_ascii_strtod (argv[2], NULL) * 36000);
  self.begin_us = g_get_real_time () - self.n * STEP_US;
  self.writer = hr_writer_open (argv[1], TRUE, &error);
  if (self.writer == NULL)
    g_error ("%s", error->message);
  self.source = hr_writer_add_source (self.writer, &note, &error);
  for (int i = 0; i < N_METRICS; i++)
    self.ids[i] = hr_writer_add_metric (self.writer, self.source, &metrics[i], &error);
  g_assert_no_error (error);
  add_snapshots (&self);
  add_notes (&self, name);
  if (!hr_writer_close (self.writer, &error))
    g_error ("%s", error->message);
  hr_writer_free (self.writer);
  g_rand_free (self.rand);

  return EXIT_SUCCESS;
}
