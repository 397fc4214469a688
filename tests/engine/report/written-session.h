/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/session.h"
#include "tests/folder.h"

#include <math.h>

#define PYTHON "/usr/bin/python3"
/* 2026-03-01T12:00:00Z */
#define BEGIN_US (G_GINT64_CONSTANT (1772366400) * G_USEC_PER_SEC)
#define STEP_US 100000

/* A folder and a session in it that a test writes. */
typedef struct
{
  char     *folder;
  char     *path;
  HrWriter *writer;
} Written;

static inline void
written_set_up (Written      *self,
                gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("headroom-report-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "test.headroom", NULL);
  self->writer = hr_writer_open (self->path, TRUE, &error);
  g_assert_no_error (error);
}

static inline void
written_tear_down (Written      *self,
                   gconstpointer data)
{
  g_clear_pointer (&self->writer, hr_writer_free);
  remove_folder (self->folder);
  g_free (self->path);
  g_free (self->folder);
}

static inline gint64
written_add_source (Written    *self,
                    const char *name)
{
  g_autoptr (GError) error = NULL;
  HrSourceNote note = { .name = (char *) name, .title = (char *) name, .detail = (char *) "for a test", .address = (char *) "local:", .role = HR_SOURCE_PROCESS };
  gint64       id = hr_writer_add_source (self->writer, &note, &error);

  g_assert_no_error (error);

  return id;
}

static inline gint64
written_add_metric (Written    *self,
                    gint64      source,
                    const char *name,
                    HrKind      kind,
                    HrUnit      unit)
{
  g_autoptr (GError) error = NULL;
  HrMetricInfo info = { name, kind, unit, HR_DIRECTION_LOWER };
  gint64       id = hr_writer_add_metric (self->writer, source, &info, &error);

  g_assert_no_error (error);

  return id;
}

/* Writes snapshot @number, from 1, of @source. */
static inline void
written_add_snapshot (Written        *self,
                      gint64          source,
                      guint           number,
                      const HrSample *samples,
                      guint           n,
                      const gint64   *metric_ids)
{
  g_autoptr (GError) error = NULL;
  HrSnapshot head = { .sequence = number, .end_ns = number * STEP_US * (gint64) 1000, .interval_ns = STEP_US * 1000, .time_us = BEGIN_US + number * (gint64) STEP_US };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&head, samples, n);

  hr_writer_add_snapshots (self->writer, source, &snapshot, 1, metric_ids, &error);
  g_assert_no_error (error);
}

/* Ends the writing and opens what was written. */
static inline HrSession *
written_open (Written *self)
{
  g_autoptr (GError) error = NULL;
  HrSession *session;

  hr_writer_close (self->writer, &error);
  g_assert_no_error (error);
  g_clear_pointer (&self->writer, hr_writer_free);
  session = hr_session_open (self->path, &error);
  g_assert_no_error (error);

  return session;
}

/* Runs a script that stands beside the tests, and shows what it says when it fails. */
static inline void
written_check (const char *script,
               const char *first,
               const char *second)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "engine", "report", script, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) python = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, &error, PYTHON, path, first, second, NULL);
  g_autofree char *said = NULL;

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (python, NULL, NULL, &said, NULL, &error));
  if (!g_subprocess_get_successful (python))
    g_test_message ("%s", said);
  g_assert_true (g_subprocess_get_successful (python));
}
