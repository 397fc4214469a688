/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/session.h"
#include "tests/folder.h"

/* A small session file: ten seconds of one program at ten snapshots a second. */

#define SESSION_BEGIN_US (G_GINT64_CONSTANT (1790000000) * G_USEC_PER_SEC)
#define SESSION_STEP_US (100 * 1000)
#define SESSION_N_SNAPSHOTS 100
#define SESSION_END_US (SESSION_BEGIN_US + SESSION_N_SNAPSHOTS * SESSION_STEP_US)

static inline gint64
session_add_recording (const char *path,
                       const char *name,
                       gint64      begin_us,
                       gint64      end_us)
{
  g_autoptr (GError) error = NULL;
  HrWriter *writer = hr_writer_open (path, FALSE, &error);
  gint64    id;

  g_assert_no_error (error);
  id = hr_writer_set_recording (writer, 0, name, begin_us, end_us, &error);
  g_assert_no_error (error);
  g_assert_true (hr_writer_commit (writer, &error));
  /* Closing would end it: its program was killed. */
  if (end_us != 0)
    g_assert_true (hr_writer_close (writer, &error));
  hr_writer_free (writer);

  return id;
}

static inline void
session_write (const char *path)
{
  static const HrMetricInfo metric = { "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };
  HrSourceNote              note = { (char *) "ranker", (char *) "The ranker", NULL, (char *) "local:", NULL, HR_SOURCE_PROCESS, HR_GROUP_COMPUTER };
  g_autoptr (GPtrArray) batch = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_snapshot_unref);
  g_autoptr (GError) error = NULL;
  HrWriter *writer = hr_writer_open (path, TRUE, &error);
  gint64    source, id;

  g_assert_no_error (error);
  source = hr_writer_add_source (writer, &note, &error);
  id = hr_writer_add_metric (writer, source, &metric, &error);
  for (int i = 0; i < SESSION_N_SNAPSHOTS; i++)
    {
      HrSample   sample = { .metric = 0, .count = 2, .sum = 6, .min = 2, .max = 4, .last = 3 };
      HrSnapshot head = { .sequence = (guint64) i + 1, .end_ns = (i + 1) * (gint64) SESSION_STEP_US * 1000, .interval_ns = SESSION_STEP_US * 1000, .time_us = SESSION_BEGIN_US + (i + 1) * SESSION_STEP_US };

      g_ptr_array_add (batch, hr_snapshot_new (&head, &sample, 1));
    }
  g_assert_true (hr_writer_add_snapshots (writer, source, (HrSnapshot *const *) batch->pdata, batch->len, &id, &error));
  g_assert_no_error (error);
  g_assert_true (hr_writer_commit (writer, &error));
  g_assert_true (hr_writer_close (writer, &error));
  hr_writer_free (writer);
}
