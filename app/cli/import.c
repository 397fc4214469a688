/* SPDX-License-Identifier: GPL-3.0-or-later */

/* headroom-cli import: a session file of a table. */

#include "app/cli/run.h"
#include "app/cli/sessions.h"
#include "engine/monitor-import.h"
#include "engine/store/schema.h"

/* A table that is not there, or makes no sense, is its owner's matter; everything else is told as of any session. */
static HrExit
fail (const char   *table,
      const GError *error)
{
  gboolean         missing = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_autofree char *text = hr_text_about (table, error->message);

  if (!missing && (error->domain == HR_STORE_ERROR || error->domain == G_IO_ERROR))
    return hr_wait_fail (error);

  hr_output_complain ("%s", text);

  return missing ? HR_EXIT_UNAVAILABLE : HR_EXIT_USAGE;
}

static void
tell (const HrWait         *wait,
      const HrOptions      *options,
      const HrImportResult *result)
{
  for (char **complaint = result->complaints; complaint != NULL && *complaint != NULL; complaint++)
    hr_output_say (&wait->output, "%s: %s", options->files[0], *complaint);
  hr_output_say (&wait->output, "%s: %" G_GUINT64_FORMAT " rows with %u metrics of %u sources, %" G_GUINT64_FORMAT " left out", options->output,
                 result->n_rows, result->n_metrics, result->n_sources, result->n_bad);
}

/* Makes a session of a table. */
HrExit
hr_import_run (const HrOptions *options)
{
  const HrImportOptions how = { options->source, options->from_us };
  g_auto (HrImportResult) result = { 0 };
  g_autoptr (GError) error = NULL;
  HrExit   status = hr_sessions_make_room (options, options->output);
  HrWait   wait;
  gboolean imported;

  if (status != HR_EXIT_OK)
    return status;

  hr_wait_begin (&wait, options);
  imported = hr_import_csv (options->files[0], options->output, &how, hr_wait_progress, &wait, &result, &error);
  hr_wait_end (&wait);
  if (!imported)
    return fail (options->files[0], error);

  tell (&wait, options, &result);

  return HR_EXIT_OK;
}
