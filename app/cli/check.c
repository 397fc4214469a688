/* SPDX-License-Identifier: GPL-3.0-or-later */

/* headroom-cli check: holds what is measured, what a command does, or what was recorded against budgets. */

#include "app/cli/judging.h"
#include "app/cli/live.h"
#include "app/cli/recording.h"
#include "app/cli/sessions.h"
#include "app/cli/sink.h"
#include "engine/budget/contract-lint.h"
#include "engine/report/check-format.h"

#include <string.h>
#include <unistd.h>

typedef struct
{
  HrLive       live;
  HrContract  *contract;
  HrJudging   *judging;
  HrRecording *recording; /* NULL: nothing is kept */
} Check;

static HrExit
exit_for (HrOutcome outcome)
{
  switch (outcome)
    {
    case HR_OUTCOME_PASS:
      return HR_EXIT_OK;
    case HR_OUTCOME_BREACH:
      return HR_EXIT_BREACH;
    case HR_OUTCOME_NO_DATA:
    case HR_N_OUTCOMES:
    default:
      return HR_EXIT_NO_DATA;
    }
}

/* Writes what was found, whatever that is. @child_status: -1: no command was run */
static HrExit
tell (const HrOptions *options,
      HrAssessment    *assessment,
      int              child_status)
{
  static const HrCheckFormat formats[HR_N_FORMATS] = {
    [HR_FORMAT_TEXT] = HR_CHECK_TEXT,
    [HR_FORMAT_JSON] = HR_CHECK_JSON,
    [HR_FORMAT_NDJSON] = HR_CHECK_NDJSON,
    [HR_FORMAT_CSV] = HR_CHECK_CSV,
    [HR_FORMAT_JUNIT] = HR_CHECK_JUNIT,
    [HR_FORMAT_GITHUB] = HR_CHECK_GITHUB,
    [HR_FORMAT_MARKDOWN] = HR_CHECK_MARKDOWN,
  };
  const char      *file = options->contract != NULL ? options->contract : hr_contract_get_file (hr_assessment_get_contract (assessment));
  g_autofree char *text = hr_check_format (assessment, formats[options->format], file, child_status);
  HrExit           written = hr_sink_write (options->output, text, -1);

  return hr_exit_join (exit_for (hr_assessment_get_outcome (assessment)), written);
}

static gboolean
live_prepare_cb (HrLive  *live,
                 gpointer user_data)
{
  Check *self = user_data;

  if (live->run.options->record == NULL)
    return TRUE;

  self->recording = hr_recording_new (live, live->run.options->record);

  return self->recording != NULL;
}

static void
live_snapshot_cb (HrLive     *live,
                  HrSource   *source,
                  HrSnapshot *snapshot,
                  gpointer    user_data)
{
  hr_judging_take (((Check *) user_data)->judging, source, snapshot);
}

static HrExit
check_live (const HrOptions *options,
            HrContract      *contract)
{
  static const HrLiveEvents events = { live_prepare_cb, live_snapshot_cb };
  Check                     self = { .contract = contract, .judging = hr_judging_new (contract) };
  HrExit                    status = hr_live_run (&self.live, options, &events, &self);

  status = hr_exit_join (status, hr_recording_finish (self.recording));
  if (status != HR_EXIT_USAGE)
    status = hr_exit_join (status, tell (options, hr_judging_get_assessment (self.judging), self.live.child_status));
  hr_live_clear (&self.live);
  hr_judging_free (self.judging);

  return status;
}

/* The contract that a session was judged by last, or the one that comes with Headroom. */
static HrContract *
find_contract (const HrOptions *options,
               HrSession       *session,
               GError         **error)
{
  guint                    n = hr_session_get_n_contracts (session);
  const HrSessionContract *last = n > 0 ? hr_session_get_contract (session, n - 1) : NULL;

  if (options->contract != NULL || last == NULL)
    return hr_run_load_contract (options, error);

  return hr_contract_parse (last->text, strlen (last->text), last->file, error);
}

static HrExit
check_session (const HrOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrSession) session = hr_sessions_open (options->files[0]);
  g_autoptr (HrContract) contract = session != NULL ? find_contract (options, session, &error) : NULL;
  g_autoptr (HrAssessment) assessment = NULL;
  HrWait wait;

  if (session == NULL)
    return HR_EXIT_UNAVAILABLE;
  if (contract == NULL)
    {
      hr_output_complain ("%s", error->message);
      return HR_EXIT_USAGE;
    }

  hr_wait_begin (&wait, options);
  assessment = hr_assess_session (session, contract, options->source, (HrRange){ 0 }, hr_wait_progress, &wait, &error);
  hr_wait_end (&wait);
  hr_sessions_tell_damage (session);

  return assessment != NULL ? tell (options, assessment, -1) : hr_wait_fail (error);
}

/* Adds what is to be said of the file @path, a line each. Returns whether it is a contract. */
static gboolean
lint (GString    *out,
      const char *path)
{
  g_autoptr (GPtrArray) remarks = hr_contract_lint_file (path);
  gboolean sound = TRUE;

  for (guint i = 0; i < remarks->len; i++)
    {
      const HrLintRemark *remark = remarks->pdata[i];
      g_autofree char    *place = remark->line > 0 ? g_strdup_printf ("%s:%u", path, remark->line) : g_strdup (path);

      sound = sound && remark->severity != HR_LINT_ERROR;
      g_string_append_printf (out, "%s: %s: %s\n", place, hr_lint_severity_name (remark->severity), remark->text);
    }

  return sound;
}

static HrExit
lint_all (const HrOptions *options)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean sound = options->contract == NULL || lint (out, options->contract);

  for (char **file = options->files; *file != NULL; file++)
    sound = lint (out, *file) && sound;

  return hr_exit_join (sound ? HR_EXIT_OK : HR_EXIT_USAGE, hr_sink_write (options->output, out->str, -1));
}

/* Says how things stand by a contract. */
HrExit
hr_check_run (const HrOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrContract) contract = NULL;

  if (options->lint)
    return lint_all (options);
  if (options->files[0] != NULL)
    return check_session (options);

  contract = hr_run_load_contract (options, &error);
  if (contract == NULL)
    {
      hr_output_complain ("%s", error->message);
      return HR_EXIT_USAGE;
    }

  return check_live (options, contract);
}
