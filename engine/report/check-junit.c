/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A check as the XML that build servers read for JUnit: a suite, named as the contract, with a case a budget and source. A breach is a failure,
 * whose message has the budget, the observed value and the bound; a budget without enough data is skipped. How the command ended is a property of
 * the suite. */

#include "engine/report/check-private.h"

#include "engine/report/markup.h"

static void
append_attribute (GString    *out,
                  const char *name,
                  const char *value)
{
  g_string_append_printf (out, " %s=\"", name);
  hr_markup_append (out, value);
  g_string_append_c (out, '"');
}

static void
append_count (GString    *out,
              const char *name,
              guint       count)
{
  g_string_append_printf (out, " %s=\"%u\"", name, count);
}

static guint
count_results (const HrCheck *self,
               HrOutcome      outcome)
{
  guint n = 0;

  for (guint i = 0; i < hr_assessment_get_n_results (self->assessment); i++)
    n += hr_assessment_get_result (self->assessment, i)->outcome == outcome ? 1 : 0;

  return n;
}

static void
append_counts (GString       *out,
               const HrCheck *self)
{
  append_count (out, "tests", hr_assessment_get_n_results (self->assessment));
  append_count (out, "failures", count_results (self, HR_OUTCOME_BREACH));
  append_count (out, "errors", 0);
  append_count (out, "skipped", count_results (self, HR_OUTCOME_NO_DATA));
}

/* "thompson mean: Ranking latency, mean: 14.2 ms, limit 10 ms". */
static char *
word_message (const HrBudgetResult *result)
{
  g_autofree char *sentence = hr_check_sentence (result);

  return g_strdup_printf ("%s: %s", result->budget->name, sentence);
}

static void
append_message (GString              *out,
                const char           *element,
                const HrBudgetResult *result)
{
  g_autofree char *message = word_message (result);
  g_autofree char *when = hr_check_when (result);

  g_string_append_printf (out, "      <%s", element);
  append_attribute (out, "message", message);
  if (result->outcome == HR_OUTCOME_BREACH)
    append_attribute (out, "type", hr_severity_name (result->severity));
  g_string_append_c (out, '>');
  hr_markup_append (out, when);
  g_string_append_printf (out, "</%s>\n", element);
}

/* What was kept is told as a program's output would be: that element has no attributes. */
static void
append_output (GString              *out,
               const HrBudgetResult *result)
{
  g_autofree char *message = word_message (result);

  g_string_append (out, "      <system-out>");
  hr_markup_append (out, message);
  g_string_append (out, "</system-out>\n");
}

static void
append_case (GString              *out,
             const HrCheck        *self,
             const HrBudgetResult *result)
{
  g_string_append (out, "    <testcase");
  append_attribute (out, "name", result->budget->name);
  append_attribute (out, "classname", result->source != NULL ? result->source : hr_contract_get_name (hr_assessment_get_contract (self->assessment)));
  append_attribute (out, "file", self->file);
  append_count (out, "line", result->budget->line);
  g_string_append (out, ">\n");

  if (result->outcome == HR_OUTCOME_BREACH)
    append_message (out, "failure", result);
  else if (result->outcome == HR_OUTCOME_NO_DATA)
    append_message (out, "skipped", result);
  else
    append_output (out, result);
  g_string_append (out, "    </testcase>\n");
}

static void
append_properties (GString       *out,
                   const HrCheck *self)
{
  g_autofree char *command = hr_check_command (self);

  g_string_append (out, "    <properties>\n      <property name=\"outcome\"");
  append_attribute (out, "value", hr_outcome_name (hr_assessment_get_outcome (self->assessment)));
  g_string_append (out, "/>\n");
  if (command != NULL)
    {
      g_string_append (out, "      <property name=\"command\"");
      append_attribute (out, "value", command);
      g_string_append (out, "/>\n");
    }
  g_string_append (out, "    </properties>\n");
}

/* Returns: (transfer full): the check as JUnit's XML. */
char *
hr_check_junit (const HrCheck *self)
{
  GString *out = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"headroom\"");

  append_counts (out, self);
  g_string_append (out, ">\n  <testsuite");
  append_attribute (out, "name", hr_contract_get_name (hr_assessment_get_contract (self->assessment)));
  append_counts (out, self);
  g_string_append (out, ">\n");
  append_properties (out, self);
  for (guint i = 0; i < hr_assessment_get_n_results (self->assessment); i++)
    append_case (out, self, hr_assessment_get_result (self->assessment, i));
  g_string_append (out, "  </testsuite>\n</testsuites>\n");

  return g_string_free (out, FALSE);
}
