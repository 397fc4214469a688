/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/export-private.h"

#include "engine/report/save.h"
#include "engine/store/schema.h"

#include <glib/gi18n-lib.h>

/* How much is gathered before it is written out. */
#define FLUSH_BYTES ((gsize) 256 * 1024)

static const HrExportClass *const formats[HR_N_EXPORT_FORMATS] = {
  [HR_EXPORT_CSV] = &hr_export_csv,
  [HR_EXPORT_JSON] = &hr_export_json,
  [HR_EXPORT_NDJSON] = &hr_export_ndjson,
};

/* What goes on while snapshots come. */
typedef struct
{
  HrExport export;
  const HrExportClass *format;
  GOutputStream       *out;
  GCancellable        *cancellable;
  HrProgress           progress;
  gpointer             user_data;
  GError              *error; /* what writing came to */
} Run;

/* Writes @name's format to @out ("csv", "json", "ndjson"). Returns FALSE for any other name. */
gboolean
hr_export_format_from_name (const char     *name,
                            HrExportFormat *out)
{
  for (guint i = 0; i < HR_N_EXPORT_FORMATS; i++)
    if (g_str_equal (formats[i]->name, name))
      {
        *out = (HrExportFormat) i;
        return TRUE;
      }

  return FALSE;
}

/* Whether the options want @source. */
gboolean
hr_export_wants_source (const HrExport        *self,
                        const HrSessionSource *source)
{
  return self->options->source == NULL || g_pattern_match_simple (self->options->source, source->what.name);
}

/* Whether the options want @metric. */
gboolean
hr_export_wants_metric (const HrExport     *self,
                        const HrMetricInfo *metric)
{
  return self->options->metric == NULL || g_pattern_match_simple (self->options->metric, metric->name);
}

/* Writes out what was gathered when it is at least @least. */
static gboolean
flush (Run  *self,
       gsize least)
{
  GString *text = self->export.text;

  if (text->len < least)
    return TRUE;
  if (!g_output_stream_write_all (self->out, text->str, text->len, NULL, self->cancellable, &self->error))
    return FALSE;
  g_string_truncate (text, 0);

  return TRUE;
}

static gboolean
replay_snapshot_cb (const HrSessionSource *source,
                    HrHistory             *history,
                    HrSnapshot            *snapshot,
                    gpointer               user_data)
{
  Run *self = user_data;

  if (g_cancellable_set_error_if_cancelled (self->cancellable, &self->error))
    return FALSE;
  if (hr_export_wants_source (&self->export, source))
    self->format->snapshot (&self->export, source, history, snapshot);

  return flush (self, FLUSH_BYTES);
}

static gboolean
replay_progress_cb (double   share,
                    gpointer user_data)
{
  Run *self = user_data;

  return self->progress == NULL || self->progress (share, self->user_data);
}

/* Writes to @out_id the source to be replayed: the one that is wanted, or 0 for all of them. Returns FALSE when none is. */
static gboolean
choose_source (const HrExport *self,
               gint64         *out_id,
               GError        **error)
{
  guint  n = 0;
  gint64 id = 0;

  for (guint i = 0; i < hr_session_get_n_sources (self->session); i++)
    {
      const HrSessionSource *source = hr_session_get_source (self->session, i);

      if (!hr_export_wants_source (self, source))
        continue;
      id = source->id;
      n++;
    }
  if (n == 0 && self->options->source != NULL)
    {
      g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_NOT_FOUND, _ ("The session has no source “%s”"), self->options->source);
      return FALSE;
    }
  *out_id = n == 1 ? id : 0;

  return TRUE;
}

static gboolean
replay (Run     *self,
        gint64   source,
        GError **error)
{
  static const HrReplayEvents events = { replay_snapshot_cb, replay_progress_cb };
  gboolean                    replayed;

  self->format->begin (&self->export);
  replayed = hr_session_replay (self->export.session, source, self->export.options->range, &events, self, error);
  /* The last of it belongs to the format, which lets go of its state with it. */
  self->format->end (&self->export);

  if (self->error != NULL)
    {
      g_clear_error (error);
      g_propagate_error (error, g_steal_pointer (&self->error));
      return FALSE;
    }
  if (!replayed)
    return FALSE;
  if (flush (self, 0))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));

  return FALSE;
}

/* Writes what @session holds to @out as it reads it, a piece at a time: the formats stand at the top of export-csv.c and export-json.c.
 * @options: (nullable): everything; @progress, @cancellable: (nullable): either gives up with G_IO_ERROR_CANCELLED. @out stays open. Returns FALSE
 * with what the session or the stream said; then @out has only a part. */
gboolean
hr_export_session (HrSession             *session,
                   HrExportFormat         format,
                   const HrExportOptions *options,
                   GOutputStream         *out,
                   HrProgress             progress,
                   gpointer               user_data,
                   GCancellable          *cancellable,
                   GError               **error)
{
  static const HrExportOptions everything = { NULL };
  g_autoptr (GString) text = g_string_sized_new (FLUSH_BYTES + FLUSH_BYTES / 4);
  Run    run = { .export = { session, options != NULL ? options : &everything, text }, .format = formats[format], .out = out, .cancellable = cancellable, .progress = progress, .user_data = user_data };
  gint64 source;

  return choose_source (&run.export, &source, error) && replay (&run, source, error);
}

/* What is to be saved. */
typedef struct
{
  HrSession             *session;
  HrExportFormat         format;
  const HrExportOptions *options;
  HrProgress             progress;
  gpointer               user_data;
} Save;

static gboolean
fill (GOutputStream *out,
      gpointer       user_data,
      GCancellable  *cancellable,
      GError       **error)
{
  const Save *save = user_data;

  return hr_export_session (save->session, save->format, save->options, out, save->progress, save->user_data, cancellable, error);
}

/* As hr_export_session (), into the file @path, which appears whole or not at all. */
gboolean
hr_export_save (HrSession             *session,
                HrExportFormat         format,
                const HrExportOptions *options,
                const char            *path,
                HrProgress             progress,
                gpointer               user_data,
                GCancellable          *cancellable,
                GError               **error)
{
  Save save = { session, format, options, progress, user_data };

  return hr_save_file (path, fill, &save, cancellable, error);
}
