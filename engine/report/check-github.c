/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A check as the workflow commands that GitHub makes annotations of:
 *
 *     ::error file=FILE,line=LINE,title=TITLE::MESSAGE
 *
 * A breach is an error at the line of its budget, a required budget without enough data a warning there; a last line says what the whole came to.
 * In messages "%", CR and LF are written as %25, %0D and %0A; in what stands before them ":" and "," as well, as %3A and %2C. */

#include "engine/report/check-private.h"

#include <string.h>

#define MESSAGE_MARKS "%\r\n"
#define PROPERTY_MARKS "%\r\n:,"

static void
append_escaped (GString    *out,
                const char *text,
                const char *marks)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (const char *at = valid; *at != '\0'; at++)
    if (strchr (marks, *at) != NULL)
      g_string_append_printf (out, "%%%02X", (guint) *at);
    else
      g_string_append_c (out, *at);
}

static void
append_annotation (GString              *out,
                   const HrCheck        *self,
                   const HrBudgetResult *result,
                   const char           *level)
{
  g_autofree char *sentence = hr_check_sentence (result);
  g_autofree char *title = NULL;

  title = result->source != NULL ? g_strdup_printf ("%s (%s)", result->budget->name, result->source) : g_strdup (result->budget->name);
  g_string_append_printf (out, "::%s file=", level);
  append_escaped (out, self->file, PROPERTY_MARKS);
  g_string_append_printf (out, ",line=%u,title=", result->budget->line);
  append_escaped (out, title, PROPERTY_MARKS);
  g_string_append (out, "::");
  append_escaped (out, sentence, MESSAGE_MARKS);
  g_string_append_c (out, '\n');
}

static void
append_whole (GString       *out,
              const HrCheck *self)
{
  HrOutcome        outcome = hr_assessment_get_outcome (self->assessment);
  g_autofree char *summary = hr_check_summary (self);
  g_autofree char *command = hr_check_command (self);

  g_string_append_printf (out, "::%s title=", outcome == HR_OUTCOME_NO_DATA ? "warning" : "notice");
  append_escaped (out, hr_contract_get_name (hr_assessment_get_contract (self->assessment)), PROPERTY_MARKS);
  g_string_append_printf (out, "::%s: %s", hr_check_outcome_word (outcome), summary);
  if (command != NULL)
    {
      g_string_append (out, "; ");
      append_escaped (out, command, MESSAGE_MARKS);
    }
  g_string_append_c (out, '\n');
}

/* Returns: (transfer full): the check as annotations. */
char *
hr_check_github (const HrCheck *self)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < hr_assessment_get_n_results (self->assessment); i++)
    {
      const HrBudgetResult *result = hr_assessment_get_result (self->assessment, i);

      if (result->outcome == HR_OUTCOME_BREACH)
        append_annotation (out, self, result, "error");
      else if (result->outcome == HR_OUTCOME_NO_DATA && result->budget->required && !hr_assessment_is_decided (self->assessment, result->budget))
        append_annotation (out, self, result, "warning");
    }
  append_whole (out, self);

  return g_string_free (out, FALSE);
}
