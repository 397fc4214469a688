/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A check for programs. "json" is one document:
 *
 *     {"schema":"headroom.check","version":1,"outcome":"breach","contract":{"name":"…","file":"…"},
 *      "command":{"exit_status":0,"signal":null},
 *      "budgets":[{"budget":"…","line":5,"required":true,"metric":"…","statistic":"mean","source":"…","outcome":"breach","unit":"ms",
 *                  "limit":10,"minimum":null,"of":null,"worst":14.2,"last":9.1,"severity":"medium","worst_time":"…","breach_time":"…",
 *                  "over_s":3.2,"measured_s":30,"items":1200}, …]}
 *
 * "ndjson" is a line a budget, each with schema, version and "outcome" of its own, and a last line without "budgets". The bound is the limit or the
 * minimum; for compliance the minimum is the share to alert below, of items within "of". Null is what there is none of: no command, no source that
 * measured it, no value, no time. The version grows when a field changes its meaning, not when one comes along. */

#include "engine/report/check-private.h"

#include "engine/report/json-text.h"

#include <math.h>
#include <sys/wait.h>

#define SCHEMA "headroom.check"
#define VERSION 1

static void
append_schema (HrJsonText *json)
{
  hr_json_text (json, "schema", SCHEMA);
  hr_json_integer (json, "version", VERSION);
}

static void
append_bounds (HrJsonText           *json,
               const HrBudgetResult *result)
{
  gboolean minimum = !isnan (result->budget->minimum);

  hr_json_number (json, "limit", minimum ? (double) NAN : result->limit);
  hr_json_number (json, "minimum", minimum ? result->limit : (double) NAN);
  hr_json_number (json, "of", result->budget->of);
}

/* What stands between the brackets of a result. */
static void
append_result (HrJsonText           *json,
               const HrBudgetResult *result)
{
  const HrBudget *budget = result->budget;

  hr_json_text (json, "budget", budget->name);
  hr_json_count (json, "line", budget->line);
  hr_json_flag (json, "required", budget->required);
  hr_json_text (json, "metric", budget->metric);
  hr_json_text (json, "statistic", hr_statistic_name (budget->statistic));
  hr_json_text (json, "source", result->source);
  hr_json_text (json, "outcome", hr_outcome_name (result->outcome));
  hr_json_text (json, "unit", hr_unit_name (result->unit));
  append_bounds (json, result);
  hr_json_number (json, "worst", result->worst);
  hr_json_number (json, "last", result->last);
  hr_json_text (json, "severity", hr_severity_name (result->severity));
  hr_json_time (json, "worst_time", result->worst_us);
  hr_json_time (json, "breach_time", result->breach_us);
  hr_json_number (json, "over_s", (double) result->over_us / G_USEC_PER_SEC);
  hr_json_number (json, "measured_s", (double) result->measured_us / G_USEC_PER_SEC);
  hr_json_count (json, "items", result->n_items);
}

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

  append_schema (json);
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
  HrJsonText json = { out };

  hr_json_open (&json, NULL, '{');
  append_whole (&json, self);
  hr_json_open (&json, "budgets", '[');
  for (guint i = 0; i < hr_assessment_get_n_results (self->assessment); i++)
    {
      hr_json_open (&json, NULL, '{');
      append_result (&json, hr_assessment_get_result (self->assessment, i));
      hr_json_close (&json, '}');
    }
  hr_json_close (&json, ']');
  hr_json_close (&json, '}');
  g_string_append_c (out, '\n');

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

      hr_json_open (&json, NULL, '{');
      if (i < n)
        {
          append_schema (&json);
          append_result (&json, hr_assessment_get_result (self->assessment, i));
        }
      else
        append_whole (&json, self);
      hr_json_close (&json, '}');
      g_string_append_c (out, '\n');
    }

  return g_string_free (out, FALSE);
}
