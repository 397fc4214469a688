/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is made of session files: headroom-cli export, report and compare. */

#include "app/cli/sessions.h"

#include "app/cli/run.h"
#include "app/cli/sink.h"
#include "engine/report/comparison.h"
#include "engine/report/export.h"
#include "engine/report/report.h"
#include "engine/store/remove.h"

/* Returns: (transfer full): the session in the file @path; NULL, the user told, when it cannot be read. */
HrSession *
hr_sessions_open (const char *path)
{
  g_autoptr (GError) error = NULL;
  HrSession *session = hr_session_open (path, &error);

  if (session == NULL)
    hr_output_complain ("%s", error->message);

  return session;
}

/* Tells what of @session could not be read so far. */
void
hr_sessions_tell_damage (HrSession *session)
{
  guint n = hr_session_get_n_damaged (session);

  if (n > 0)
    hr_output_complain ("%s is damaged: %u pieces of it are left out", hr_session_get_path (session), n);
}

/* A file that is there has to make room, if its owner has said so. Returns what went wrong, the user told. */
HrExit
hr_sessions_make_room (const HrOptions *options,
                       const char      *path)
{
  g_autoptr (GError) error = NULL;

  if (!options->force && g_file_test (path, G_FILE_TEST_EXISTS))
    {
      hr_output_complain ("%s is there already; --force replaces it", path);
      return HR_EXIT_USAGE;
    }
  if (hr_store_remove (path, &error))
    return HR_EXIT_OK;

  hr_output_complain ("%s", error->message);

  return HR_EXIT_INTERNAL;
}

static gboolean
write_export (const HrOptions *options,
              HrSession       *session,
              HrWait          *wait,
              GOutputStream   *sink,
              GError         **error)
{
  static const HrExportFormat formats[HR_N_FORMATS] = {
    [HR_FORMAT_CSV] = HR_EXPORT_CSV,
    [HR_FORMAT_JSON] = HR_EXPORT_JSON,
    [HR_FORMAT_NDJSON] = HR_EXPORT_NDJSON,
  };
  const HrExportOptions what = { options->source, options->metric, { options->from_us, options->to_us } };

  return hr_export_session (session, formats[options->format], &what, sink, hr_wait_progress, wait, NULL, error);
}

/* Writes what a session holds. */
HrExit
hr_export_run (const HrOptions *options)
{
  g_autoptr (HrSession) session = hr_sessions_open (options->files[0]);
  g_autoptr (GError) error = NULL;
  GOutputStream *sink = session != NULL ? hr_sink_open (options->output, &error) : NULL;
  gboolean       written;
  HrWait         wait;

  if (session == NULL)
    return HR_EXIT_UNAVAILABLE;
  if (sink == NULL)
    return hr_wait_fail (error);

  hr_wait_begin (&wait, options);
  written = write_export (options, session, &wait, sink, &error);
  written = hr_sink_close (sink, written, written ? &error : NULL) && written;
  hr_wait_end (&wait);
  hr_sessions_tell_damage (session);

  return written ? HR_EXIT_OK : hr_wait_fail (error);
}

static GBytes *
make_report (const HrOptions *options,
             HrSession       *session,
             HrContract      *contract,
             GError         **error)
{
  static const HrReportFormat formats[HR_N_FORMATS] = {
    [HR_FORMAT_HTML] = HR_REPORT_HTML,
    [HR_FORMAT_PDF] = HR_REPORT_PDF,
    [HR_FORMAT_JSON] = HR_REPORT_JSON,
    [HR_FORMAT_CSV] = HR_REPORT_CSV,
  };
  g_autoptr (HrReport) report = NULL;
  GBytes *bytes = NULL;
  HrWait  wait;

  hr_wait_begin (&wait, options);
  report = hr_report_new (session, contract, (HrRange){ options->from_us, options->to_us }, hr_wait_progress, &wait, error);
  if (report != NULL)
    bytes = hr_report_write (report, formats[options->format], error);
  hr_wait_end (&wait);

  return bytes;
}

/* Makes a document of a session. */
HrExit
hr_report_run (const HrOptions *options)
{
  g_autoptr (HrSession) session = hr_sessions_open (options->files[0]);
  g_autoptr (GError) error = NULL;
  g_autoptr (HrContract) contract = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (session == NULL)
    return HR_EXIT_UNAVAILABLE;
  if (options->contract != NULL && (contract = hr_contract_load (options->contract, &error)) == NULL)
    {
      hr_output_complain ("%s", error->message);
      return HR_EXIT_USAGE;
    }

  bytes = make_report (options, session, contract, &error);
  hr_sessions_tell_damage (session);
  if (bytes == NULL)
    return hr_wait_fail (error);

  return hr_sink_write (options->output, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
}

/* A regression is what a breach is; where no metric says anything there were not enough data. */
static HrExit
exit_for (HrDifference difference)
{
  switch (difference)
    {
    case HR_DIFFERENCE_WORSE:
      return HR_EXIT_BREACH;
    case HR_DIFFERENCE_INCONCLUSIVE:
      return HR_EXIT_NO_DATA;
    case HR_DIFFERENCE_SAME:
    case HR_DIFFERENCE_BETTER:
    case HR_N_DIFFERENCES:
    default:
      return HR_EXIT_OK;
    }
}

static void
compared_clear (gpointer data)
{
  hr_session_close (((HrComparedSession *) data)->session);
}

/* Returns: (transfer full): the sessions in the files @paths, an HrComparedSession each; NULL, the user told, when one of them cannot be read. */
static GArray *
open_all (char **paths)
{
  g_autoptr (GArray) all = g_array_new (FALSE, TRUE, sizeof (HrComparedSession));

  g_array_set_clear_func (all, compared_clear);
  for (; *paths != NULL; paths++)
    {
      HrComparedSession opened = { .session = hr_sessions_open (*paths) };

      if (opened.session == NULL)
        return NULL;
      g_array_append_val (all, opened);
    }

  return g_steal_pointer (&all);
}

static HrComparison *
make_comparison (const HrOptions *options,
                 GArray          *base,
                 GArray          *now,
                 GError         **error)
{
  HrComparison *comparison;
  HrWait        wait;

  hr_wait_begin (&wait, options);
  comparison = hr_comparison_new ((const HrComparedSession *) base->data, (const HrComparedSession *) now->data, now->len, hr_wait_progress, &wait, error);
  hr_wait_end (&wait);
  for (guint i = 0; i < now->len; i++)
    {
      hr_sessions_tell_damage (g_array_index (base, HrComparedSession, i).session);
      hr_sessions_tell_damage (g_array_index (now, HrComparedSession, i).session);
    }

  return comparison;
}

/* Says what became better or worse from the first sessions to those behind them. */
HrExit
hr_compare_run (const HrOptions *options)
{
  static const HrComparisonFormat formats[HR_N_FORMATS] = {
    [HR_FORMAT_TEXT] = HR_COMPARISON_TEXT,
    [HR_FORMAT_JSON] = HR_COMPARISON_JSON,
    [HR_FORMAT_CSV] = HR_COMPARISON_CSV,
    [HR_FORMAT_MARKDOWN] = HR_COMPARISON_MARKDOWN,
  };
  g_autoptr (GArray) base = open_all (options->files);
  g_autoptr (GArray) now = base != NULL ? open_all (options->others) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (HrComparison) comparison = NULL;
  g_autofree char *text = NULL;

  if (now == NULL)
    return HR_EXIT_UNAVAILABLE;

  comparison = make_comparison (options, base, now, &error);
  if (comparison == NULL)
    return hr_wait_fail (error);

  text = hr_comparison_format (comparison, formats[options->format]);

  return hr_exit_join (exit_for (hr_comparison_get_difference (comparison)), hr_sink_write (options->output, text, -1));
}
