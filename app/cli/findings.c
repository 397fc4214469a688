/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/findings.h"

#include "app/cli/output.h"
#include "engine/report/json-text.h"

#include <stdarg.h>

typedef struct
{
  const char    *name;
  HrFindingState state;
  char          *advice; /* NULL: none is needed, or nobody has any */
  char          *text;
} Finding;

struct _HrFindings
{
  GArray *list; /* Finding */
};

static const char *const state_names[HR_N_FINDINGS] = { "ok", "warning", "broken" };

static void
finding_clear (gpointer data)
{
  Finding *finding = data;

  g_free (finding->advice);
  g_free (finding->text);
}

/* Returns (transfer full) an empty list. */
HrFindings *
hr_findings_new (void)
{
  HrFindings *self = g_new0 (HrFindings, 1);

  self->list = g_array_new (FALSE, FALSE, sizeof (Finding));
  g_array_set_clear_func (self->list, finding_clear);

  return self;
}

/* Frees @self. Accepts NULL. */
void
hr_findings_free (HrFindings *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->list);
  g_free (self);
}

/* Adds how @name, which is not copied, stands. @advice: (nullable): what to do about it */
void
hr_findings_add (HrFindings    *self,
                 const char    *name,
                 HrFindingState state,
                 const char    *advice,
                 const char    *format,
                 ...)
{
  Finding finding = { .name = name, .state = state, .advice = g_strdup (advice) };
  va_list arguments;

  va_start (arguments, format);
  finding.text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_array_append_val (self->list, finding);
}

/* Returns whether all that is needed works: HR_EXIT_OK, or HR_EXIT_UNAVAILABLE. */
HrExit
hr_findings_judge (HrFindings *self)
{
  for (guint i = 0; i < self->list->len; i++)
    if (g_array_index (self->list, Finding, i).state == HR_FINDING_BROKEN)
      return HR_EXIT_UNAVAILABLE;

  return HR_EXIT_OK;
}

static char *
print_text (HrFindings *self)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < self->list->len; i++)
    {
      const Finding   *finding = &g_array_index (self->list, Finding, i);
      g_autofree char *clean = hr_text_clean (finding->text);

      g_string_append_printf (out, "%-8s %-15s %s", state_names[finding->state], finding->name, clean);
      if (finding->advice != NULL)
        g_string_append_printf (out, ": %s", finding->advice);
      g_string_append_c (out, '\n');
    }

  return g_string_free (out, FALSE);
}

static char *
print_json (HrFindings *self)
{
  GString   *out = g_string_new (NULL);
  HrJsonText json = { out, .in_lines = TRUE };

  hr_json_open_document (&json, "headroom.doctor", 1);
  hr_json_flag (&json, "works", hr_findings_judge (self) == HR_EXIT_OK);
  hr_json_open (&json, "findings", '[');
  for (guint i = 0; i < self->list->len; i++)
    {
      const Finding *finding = &g_array_index (self->list, Finding, i);

      hr_json_open (&json, NULL, '{');
      hr_json_text (&json, "name", finding->name);
      hr_json_text (&json, "state", state_names[finding->state]);
      hr_json_text (&json, "text", finding->text);
      hr_json_text (&json, "advice", finding->advice);
      hr_json_close (&json, '}');
    }
  hr_json_close (&json, ']');
  hr_json_close_document (&json);

  return g_string_free (out, FALSE);
}

/* Returns (transfer full) the list as text, a line each, or as JSON. */
char *
hr_findings_print (HrFindings *self,
                   HrFormat    format)
{
  return format == HR_FORMAT_JSON ? print_json (self) : print_text (self);
}
