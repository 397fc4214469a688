/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/session-work.h"

#include "engine/report/export.h"
#include "engine/report/report.h"
#include "engine/report/save.h"
#include "engine/store/schema.h"

#include <glib/gi18n.h>

/* The share of the whole that reading for a report takes; the rest is writing it down. */
#define READING_SHARE 0.9

HrStretch *
hr_stretch_new (const char *path,
                gint64      recording,
                HrRange     range,
                const char *title)
{
  HrStretch *self = g_new0 (HrStretch, 1);

  self->path = g_strdup (path);
  self->recording = recording;
  self->range = range;
  self->title = g_strdup (title);

  return self;
}

/* Accepts NULL. */
void
hr_stretch_free (HrStretch *self)
{
  if (self == NULL)
    return;

  g_free (self->path);
  g_free (self->title);
  g_free (self);
}

HrWork *
hr_work_new (HrWorkKind  kind,
             HrStretch  *stretch,
             const char *path)
{
  HrWork *self = g_new0 (HrWork, 1);

  self->kind = kind;
  self->stretch = stretch;
  self->path = g_strdup (path);

  return self;
}

void
hr_work_free (gpointer work)
{
  HrWork *self = work;

  hr_stretch_free (self->stretch);
  g_free (self->path);
  g_free (self);
}

/* What stands behind the last dot of the name. */
static const char *
suffix_of (const char *path)
{
  const char *name = strrchr (path, G_DIR_SEPARATOR);
  const char *dot = strrchr (name != NULL ? name : path, '.');

  return dot != NULL ? dot + 1 : "";
}

static gboolean
fail_format (GError    **error,
             const char *path,
             const char *known)
{
  g_autofree char *name = g_filename_display_basename (path);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _ ("The name “%s” does not say which format is wanted: it has to end with %s."), name, known);

  return FALSE;
}

gboolean
hr_work_check (HrWorkKind  kind,
               const char *path,
               GError    **error)
{
  HrExportFormat export;
  HrReportFormat report;

  switch (kind)
    {
    case HR_WORK_EXPORT:
      return hr_export_format_from_name (suffix_of (path), &export) || fail_format (error, path, ".csv, .json, .ndjson");
    case HR_WORK_REPORT:
      return hr_report_format_from_name (suffix_of (path), &report) || fail_format (error, path, ".html, .pdf, .json, .csv");
    case HR_WORK_SAVE:
    case HR_N_WORKS:
    default:
      return TRUE;
    }
}

/* Opens the file of @stretch and finds where it begins and ends: a recording reaches as far as the file says now. */
static HrSession *
open_stretch (const HrStretch *stretch,
              HrRange         *out_range,
              GError         **error)
{
  g_autoptr (HrSession) session = hr_session_open (stretch->path, error);
  HrRange range = stretch->range;

  if (session == NULL)
    return NULL;

  for (guint i = 0; stretch->recording != 0 && range.begin_us == 0 && i < hr_session_get_n_recordings (session); i++)
    {
      const HrSessionRecording *recording = hr_session_get_recording (session, i);

      if (recording->id == stretch->recording)
        range = (HrRange){ recording->begin_us, recording->end_us != 0 ? recording->end_us : g_get_real_time () };
    }
  if (stretch->recording != 0 && range.begin_us == 0)
    {
      g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_NOT_FOUND, _ ("“%s” is not there any more."), stretch->title);
      return NULL;
    }
  *out_range = range;

  return g_steal_pointer (&session);
}

static gboolean
reading_go_on (double   share,
               gpointer job)
{
  return hr_job_go_on (share * READING_SHARE, job);
}

static gboolean
write_report (HrJob     *job,
              HrWork    *work,
              HrSession *session,
              HrRange    range,
              GError   **error)
{
  g_autoptr (HrReport) report = hr_report_new (session, NULL, range, reading_go_on, job, error);
  g_autoptr (GBytes) bytes = NULL;
  HrReportFormat format;

  if (report == NULL || !hr_report_format_from_name (suffix_of (work->path), &format))
    return FALSE;
  bytes = hr_report_write (report, format, error);

  return bytes != NULL && hr_save_bytes (work->path, bytes, hr_job_get_cancellable (job), error);
}

static gboolean
write_export (HrJob     *job,
              HrWork    *work,
              HrSession *session,
              HrRange    range,
              GError   **error)
{
  const HrExportOptions options = { .range = range };
  HrExportFormat        format;

  if (!hr_export_format_from_name (suffix_of (work->path), &format))
    return FALSE;

  return hr_export_save (session, format, &options, work->path, hr_job_go_on, job, hr_job_get_cancellable (job), error);
}

gpointer
hr_work_run (HrJob   *job,
             gpointer data,
             GError **error)
{
  HrWork *work = data;
  g_autoptr (HrSession) session = NULL;
  HrRange  range;
  gboolean done;

  if (!hr_work_check (work->kind, work->path, error) || (session = open_stretch (work->stretch, &range, error)) == NULL)
    return NULL;

  if (work->kind == HR_WORK_REPORT)
    done = write_report (job, work, session, range, error);
  else if (work->kind == HR_WORK_EXPORT)
    done = write_export (job, work, session, range, error);
  else
    done = hr_session_save (session, range, work->path, work->salvage, hr_job_go_on, job, error);

  return done ? GUINT_TO_POINTER (hr_session_get_n_damaged (session) + 1) : NULL;
}

HrCompareWork *
hr_compare_work_new (HrStretch *base,
                     HrStretch *now)
{
  HrCompareWork *self = g_new0 (HrCompareWork, 1);

  self->base = base;
  self->now = now;

  return self;
}

void
hr_compare_work_free (gpointer work)
{
  HrCompareWork *self = work;

  hr_stretch_free (self->base);
  hr_stretch_free (self->now);
  g_free (self);
}

gpointer
hr_compare_work_run (HrJob   *job,
                     gpointer data,
                     GError **error)
{
  HrCompareWork *work = data;
  g_autoptr (HrSession) base = NULL;
  g_autoptr (HrSession) now = NULL;
  HrRange base_range, now_range;

  base = open_stretch (work->base, &base_range, error);
  now = base != NULL ? open_stretch (work->now, &now_range, error) : NULL;
  if (now == NULL)
    return NULL;

  return hr_comparison_new (&(HrComparedSession){ base, base_range }, &(HrComparedSession){ now, now_range }, 1, hr_job_go_on, job, error);
}

/* Finds by its name how a comparison is to be written to the file @path. */
gboolean
hr_comparison_format_of_path (const char         *path,
                              HrComparisonFormat *out,
                              GError            **error)
{
  static const struct
  {
    const char        *suffix;
    HrComparisonFormat format;
  } formats[] = {
    { "md", HR_COMPARISON_MARKDOWN },
    { "csv", HR_COMPARISON_CSV },
    { "json", HR_COMPARISON_JSON },
    { "txt", HR_COMPARISON_TEXT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_equal (suffix_of (path), formats[i].suffix))
      {
        *out = formats[i].format;
        return TRUE;
      }

  return fail_format (error, path, ".md, .csv, .json, .txt");
}
