/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A check for programs. "json" is one document:
 *
 *     {"schema":"headroom.check","schema_version":1,"outcome":"breach","contract":{"name":"…","file":"…"},"command":{"exit_status":0,"signal":null},
 *      "budgets":[{"budget":"…","line":5,"source":"…","outcome":"breach",…}, …]}
 *
 * whose budgets are as in a report (json-result.c). "ndjson" is a line a budget, each with both of these, and a last line without "budgets".
 * "command" is null where none was run. */

#include "engine/report/check-private.h"

#include "engine/report/json-result.h"

#include <math.h>
#include <sys/wait.h>

#define SCHEMA "headroom.check"
#define VERSION 1

static void
append_command (HrJsonText *json,
                int         status)
{
  if (status < 0)
    {
      hr_json_text (json, "command", NULL);
      return;
    }

  hr_json_open (json, "command", '{');
  hr_json_number (json, "exit_status", WIFEXITED (status) ? WEXITSTATUS (status) : (double) NAN);
  hr_json_number (json, "signal", WIFSIGNALED (status) ? WTERMSIG (status) : (double) NAN);
  hr_json_close (json, '}');
}

static void
append_whole (HrJsonText    *json,
              const HrCheck *self)
{
  HrContract *contract = hr_assessment_get_contract (self->assessment);

  hr_json_text (json, "outcome", hr_outcome_name (hr_assessment_get_outcome (self->assessment)));
  hr_json_open (json, "contract", '{');
  hr_json_text (json, "name", hr_contract_get_name (contract));
  hr_json_text (json, "file", self->file);
  hr_json_close (json, '}');
  append_command (json, self->command_status);
}

/* Returns: (transfer full): the check as one JSON document. */
char *
hr_check_json (const HrCheck *self)
{
  GString   *out = g_string_new (NULL);
  HrJsonText json = { out, .in_lines = TRUE };

  hr_json_open_document (&json, SCHEMA, VERSION);
  append_whole (&json, self);
  hr_json_open (&json, "budgets", '[');
  for (guint i = 0; i < hr_assessment_get_n_results (self->assessment); i++)
    {
      hr_json_open (&json, NULL, '{');
      hr_json_result (&json, hr_assessment_get_result (self->assessment, i));
      hr_json_close (&json, '}');
    }
  hr_json_close (&json, ']');
  hr_json_close_document (&json);

  return g_string_free (out, FALSE);
}

/* Returns: (transfer full): the check as a line of JSON a budget, and one of the whole. */
char *
hr_check_ndjson (const HrCheck *self)
{
  GString *out = g_string_new (NULL);
  guint    n = hr_assessment_get_n_results (self->assessment);

  for (guint i = 0; i <= n; i++)
    {
      HrJsonText json = { out };

      hr_json_open_document (&json, SCHEMA, VERSION);
      if (i < n)
        hr_json_result (&json, hr_assessment_get_result (self->assessment, i));
      else
        append_whole (&json, self);
      hr_json_close_document (&json);
    }

  return g_string_free (out, FALSE);
}
