/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether a draft is a budget, only the parser of contracts says: it gets a contract with this budget alone, a key a line, and the line of what it finds
 * wrong tells the field. */

#include "app/budget-draft.h"

#include "engine/budget/contract-scanner.h"
#include "engine/budget/metric-catalog.h"
#include "engine/budget/statistic.h"

#include <string.h>

/* The contract around a draft: its file's name in messages, and the lines above its keys. */
#define FILE_NAME "draft"
#define HEADER "[contract]\nname=draft\nversion=1\n"
#define HEADER_LINES 3

static const char *const keys[HR_N_FIELDS] = {
  [HR_FIELD_NAME] = "name",
  [HR_FIELD_SOURCE] = "source",
  [HR_FIELD_METRIC] = "metric",
  [HR_FIELD_UNIT] = "unit",
  [HR_FIELD_STATISTIC] = "statistic",
  [HR_FIELD_WINDOW] = "window",
  [HR_FIELD_OF] = "of",
  [HR_FIELD_LIMIT] = "limit",
  [HR_FIELD_MINIMUM] = "minimum",
  [HR_FIELD_ALERT] = "alert",
  [HR_FIELD_WARN] = "warn",
  [HR_FIELD_CRITICAL] = "critical",
  [HR_FIELD_HOLD] = "hold",
  [HR_FIELD_CLEAR] = "clear",
  [HR_FIELD_BASELINE] = "baseline",
  [HR_FIELD_OPTIMAL] = "optimal",
  [HR_FIELD_HEALTHY] = "healthy",
  [HR_FIELD_REQUIRED] = "required",
  [HR_FIELD_SCORES] = "scores",
};

/* Frees what @self owns; it is an empty draft then. */
void
hr_budget_draft_clear (HrBudgetDraft *self)
{
  for (guint i = 0; i < HR_N_FIELDS; i++)
    g_clear_pointer (&self->values[i], g_free);
  self->upward = FALSE;
}

/* Makes @self, all zero or a draft, the same as @from. */
void
hr_budget_draft_copy (HrBudgetDraft       *self,
                      const HrBudgetDraft *from)
{
  hr_budget_draft_clear (self);
  for (guint i = 0; i < HR_N_FIELDS; i++)
    self->values[i] = g_strdup (from->values[i]);
  self->upward = from->upward;
}

/* Writes @value (nullable) to @field, without blanks at its ends. */
void
hr_budget_draft_set (HrBudgetDraft *self,
                     HrField        field,
                     const char    *value)
{
  char *own = value != NULL ? g_strstrip (g_strdup (value)) : NULL;

  g_return_if_fail ((guint) field < HR_N_FIELDS);

  g_free (self->values[field]);
  self->values[field] = own;
}

static void
take_key (HrBudgetDraft        *self,
          const HrContractLine *line)
{
  for (guint i = HR_FIELD_NAME + 1; i < HR_N_FIELDS; i++)
    if (g_str_equal (keys[i], line->name))
      hr_budget_draft_set (self, (HrField) i, line->value);
}

/* Makes @self, all zero or a draft, what the text of @contract says of the budget called @name, word for word; an empty draft where there is none. */
void
hr_budget_draft_read (HrBudgetDraft *self,
                      HrContract    *contract,
                      const char    *name)
{
  const char *text = hr_contract_get_text (contract);
  g_auto (HrContractScanner) scanner = { 0 };
  HrContractLine line = { HR_CONTRACT_LINE_END };
  gboolean       within = FALSE;

  hr_budget_draft_clear (self);
  if (!hr_contract_scanner_init (&scanner, text, strlen (text), FILE_NAME, NULL))
    return;

  while (hr_contract_scanner_next (&scanner, &line, NULL) && line.kind != HR_CONTRACT_LINE_END)
    {
      if (line.kind == HR_CONTRACT_LINE_GROUP)
        within = g_str_equal (line.name, name);
      else if (within)
        take_key (self, &line);
      if (within && line.kind == HR_CONTRACT_LINE_GROUP)
        hr_budget_draft_set (self, HR_FIELD_NAME, name);
    }
  self->upward = self->values[HR_FIELD_MINIMUM] != NULL;
}

static const char *
value_of (const HrBudgetDraft *self,
          HrField              field)
{
  return self->values[field] != NULL ? self->values[field] : "";
}

static gboolean
is_given (const HrBudgetDraft *self,
          HrField              field)
{
  return *value_of (self, field) != '\0';
}

static gboolean
is_compliance (const HrBudgetDraft *self)
{
  return g_str_equal (value_of (self, HR_FIELD_STATISTIC), hr_statistic_name (HR_STATISTIC_COMPLIANCE));
}

/* Returns whether the budget's user says themselves which way is better, and in which unit: its metric has no name that is known. */
gboolean
hr_budget_draft_is_free (const HrBudgetDraft *self)
{
  return hr_metric_catalog_find (value_of (self, HR_FIELD_METRIC)) == NULL;
}

/* Whether smaller values are worse. */
static gboolean
is_upward (const HrBudgetDraft *self)
{
  const HrKnownMetric *known = hr_metric_catalog_find (value_of (self, HR_FIELD_METRIC));

  return known != NULL ? known->direction == HR_DIRECTION_HIGHER : self->upward;
}

/* A known metric needs no unit, but may say the one it has. */
static gboolean
uses_unit (const HrBudgetDraft *self)
{
  const HrKnownMetric *known = hr_metric_catalog_find (value_of (self, HR_FIELD_METRIC));

  return known == NULL || g_str_equal (value_of (self, HR_FIELD_UNIT), hr_unit_name (known->unit));
}

/* Returns whether a budget on this metric and statistic can have @field. */
gboolean
hr_budget_draft_uses (const HrBudgetDraft *self,
                      HrField              field)
{
  switch (field)
    {
    case HR_FIELD_UNIT:
      return uses_unit (self);
    case HR_FIELD_OF:
    case HR_FIELD_ALERT:
      return is_compliance (self);
    case HR_FIELD_WARN:
    case HR_FIELD_CRITICAL:
      return !is_compliance (self);
    case HR_FIELD_LIMIT:
      return !is_compliance (self) && !is_upward (self);
    case HR_FIELD_MINIMUM:
      return is_compliance (self) || is_upward (self);
    default:
      return TRUE;
    }
}

/* Whether the key has a place in the file. */
static gboolean
is_written (const HrBudgetDraft *self,
            HrField              field)
{
  return is_given (self, field) && hr_budget_draft_uses (self, field);
}

/* Returns whether @statistic says anything of the draft's metric; of a name that nobody knows as its unit has it, and with no unit
 * as @measured has it, the kind of what a source measures by this name (HR_N_KINDS: nothing). */
gboolean
hr_budget_draft_suits (const HrBudgetDraft *self,
                       HrStatistic          statistic,
                       HrKind               measured)
{
  HrBudget             budget = { .metric = (char *) value_of (self, HR_FIELD_METRIC), .statistic = statistic };
  const HrKnownMetric *metric;

  for (guint unit = 0; unit < HR_N_UNITS; unit++)
    if (g_str_equal (hr_unit_name ((HrUnit) unit), value_of (self, HR_FIELD_UNIT)))
      {
        budget.has_unit = TRUE;
        budget.unit = (HrUnit) unit;
      }

  metric = hr_budget_metric (&budget);
  if (metric == NULL || !hr_statistic_suits (statistic, metric->kind))
    return FALSE;

  return hr_known_metric_is_named (metric) || measured == HR_N_KINDS || hr_statistic_suits (statistic, measured);
}

/* Returns whether the two would be written alike. */
gboolean
hr_budget_draft_equal (const HrBudgetDraft *self,
                       const HrBudgetDraft *other)
{
  for (guint i = 0; i < HR_N_FIELDS; i++)
    {
      const char *mine = is_written (self, (HrField) i) ? self->values[i] : "";
      const char *theirs = is_written (other, (HrField) i) ? other->values[i] : "";

      if (!g_str_equal (mine, theirs))
        return FALSE;
    }

  return TRUE;
}

/* Returns: (transfer container): the keys of the draft and their values in turn, NULL at the end, as an HrContractEditor takes them. The strings
 * are the draft's. */
const char **
hr_budget_draft_keys (const HrBudgetDraft *self)
{
  GPtrArray *pairs = g_ptr_array_new ();

  for (guint i = HR_FIELD_NAME + 1; i < HR_N_FIELDS; i++)
    if (is_written (self, (HrField) i))
      {
        g_ptr_array_add (pairs, (gpointer) keys[i]);
        g_ptr_array_add (pairs, self->values[i]);
      }
  g_ptr_array_add (pairs, NULL);

  return (const char **) g_ptr_array_free (pairs, FALSE);
}

/* A line each is what tells the fields apart: nothing in a value may begin another one. */
static gboolean
check_lines (const HrBudgetDraft *self,
             HrField             *out_field,
             char               **out_message)
{
  for (guint i = 0; i < HR_N_FIELDS; i++)
    for (const char *at = value_of (self, (HrField) i); *at != '\0'; at++)
      if (g_ascii_iscntrl (*at) && *at != '\t')
        {
          *out_field = (HrField) i;
          *out_message = g_strdup_printf ("a control character (0x%02x)", (guint) *at);
          return FALSE;
        }

  return TRUE;
}

/* The field that stands in line @line of the draft's text, counted from its group's header. */
static HrField
field_of_line (const HrBudgetDraft *self,
               guint                line)
{
  for (guint i = HR_FIELD_NAME + 1; i < HR_N_FIELDS; i++)
    if (is_written (self, (HrField) i) && --line == 0)
      return (HrField) i;

  return HR_FIELD_NAME;
}

/* What the parser says of a whole budget begins with the key that it misses. */
static HrField
field_of_message (const char *message)
{
  for (guint i = HR_FIELD_NAME + 1; i < HR_N_FIELDS; i++)
    if (g_str_has_prefix (message, keys[i]) && g_str_has_prefix (message + strlen (keys[i]), ": "))
      return (HrField) i;

  return HR_FIELD_NAME;
}

/* Takes "draft:LINE: " off what the parser says, and the key where the field is told beside it. */
static void
explain (const HrBudgetDraft *self,
         const char          *message,
         HrField             *out_field,
         char               **out_message)
{
  char   *rest = NULL;
  guint64 line = g_str_has_prefix (message, FILE_NAME ":") ? g_ascii_strtoull (message + strlen (FILE_NAME ":"), &rest, 10) : 0;
  HrField field;
  gsize   key_bytes;

  if (rest == NULL || !g_str_has_prefix (rest, ": "))
    {
      *out_field = HR_FIELD_NAME;
      *out_message = g_strdup (message);
      return;
    }

  rest += strlen (": ");
  field = line > HEADER_LINES + 1 ? field_of_line (self, (guint) line - HEADER_LINES - 1) : field_of_message (rest);
  key_bytes = strlen (keys[field]);
  if (g_str_has_prefix (rest, keys[field]) && g_str_has_prefix (rest + key_bytes, ": "))
    rest += key_bytes + strlen (": ");
  *out_field = field;
  *out_message = g_strdup (rest);
}

/* Returns: (transfer full) (nullable): a contract with this budget alone, or NULL where it is none: then *@out_field is the field that stands in the
 * way and *@out_message (transfer full) what the parser says of it. */
HrContract *
hr_budget_draft_parse (const HrBudgetDraft *self,
                       HrField             *out_field,
                       char               **out_message)
{
  g_autofree const char **pairs = hr_budget_draft_keys (self);
  g_autoptr (GString) text = g_string_new (HEADER);
  g_autoptr (GError) error = NULL;
  HrContract *contract;

  if (!check_lines (self, out_field, out_message))
    return NULL;

  g_string_append_printf (text, "[%s]\n", value_of (self, HR_FIELD_NAME));
  for (guint i = 0; pairs[i] != NULL; i += 2)
    g_string_append_printf (text, "%s=%s\n", pairs[i], pairs[i + 1]);

  contract = hr_contract_parse (text->str, text->len, FILE_NAME, &error);
  if (contract == NULL)
    explain (self, error->message, out_field, out_message);

  return contract;
}
