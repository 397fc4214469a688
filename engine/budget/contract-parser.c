/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A contract file is a key file (contract-scanner.c) with one group called [contract], which has name= and version=1, and one
 * group a budget. The keys of a budget:
 *
 *     metric      a known metric (metric-catalog.c); a span's path such as             required
 *                 /rank/draw; in_use_mb/ or allocated_mb/ and an allocation
 *                 category's name; any event's name with statistic=rate; with unit=,
 *                 any metric that a program names itself
 *     unit        count, ms, MB, ratio, 1/s, MB/s, °C: what that metric is measured    required for a
 *                 in; of a rate, what is counted                                       program's own
 *     statistic   mean, p50, p90, p99, p99.9, max, last, recent, rate, compliance      required
 *     limit       not to exceed; for metrics that are better when lower                required, or
 *     minimum     not to fall below; for those better when higher, and for compliance  required
 *                 (an event, and a metric of the program's own, have either)
 *     of, alert   compliance only: the limit of each item, and the share to alert below (default: minimum)
 *     warn, critical   shares of the limit (not for compliance)
 *     window, hold     durations; 5s and 0s by default
 *     clear       share of the limit below which an alert is cleared; 0.95 by default
 *     baseline, optimal, healthy   levels in the metric's unit
 *     source      pattern of source names (* and ?)
 *     required, scores   true or false; false and true by default */

#include "engine/budget/contract-private.h"
#include "engine/budget/contract-value.h"
#include "engine/budget/metric-catalog.h"
#include "engine/budget/statistic.h"

#include <math.h>
#include <string.h>

#define CONTRACT_GROUP "contract"
#define CONTRACT_VERSION "1"

typedef enum
{
  VALUE_TEXT,
  VALUE_UNIT,
  VALUE_STATISTIC,
  VALUE_NUMBER,
  VALUE_POSITIVE,
  VALUE_SHARE,
  VALUE_DURATION,
  VALUE_BOOLEAN
} ValueType;

typedef enum
{
  KEY_METRIC,
  KEY_UNIT,
  KEY_STATISTIC,
  KEY_LIMIT,
  KEY_MINIMUM,
  KEY_OF,
  KEY_ALERT,
  KEY_WARN,
  KEY_CRITICAL,
  KEY_WINDOW,
  KEY_HOLD,
  KEY_CLEAR,
  KEY_BASELINE,
  KEY_OPTIMAL,
  KEY_HEALTHY,
  KEY_SOURCE,
  KEY_REQUIRED,
  KEY_SCORES,
  N_KEYS
} Key;

static const struct
{
  const char *name;
  ValueType   type;
  gsize       offset; /* within HrBudget */
} keys[N_KEYS] = {
  [KEY_METRIC] = { "metric", VALUE_TEXT, G_STRUCT_OFFSET (HrBudget, metric) },
  [KEY_UNIT] = { "unit", VALUE_UNIT, G_STRUCT_OFFSET (HrBudget, unit) },
  [KEY_STATISTIC] = { "statistic", VALUE_STATISTIC, G_STRUCT_OFFSET (HrBudget, statistic) },
  [KEY_LIMIT] = { "limit", VALUE_NUMBER, G_STRUCT_OFFSET (HrBudget, limit) },
  [KEY_MINIMUM] = { "minimum", VALUE_NUMBER, G_STRUCT_OFFSET (HrBudget, minimum) },
  [KEY_OF] = { "of", VALUE_POSITIVE, G_STRUCT_OFFSET (HrBudget, of) },
  [KEY_ALERT] = { "alert", VALUE_SHARE, G_STRUCT_OFFSET (HrBudget, alert) },
  [KEY_WARN] = { "warn", VALUE_SHARE, G_STRUCT_OFFSET (HrBudget, warn) },
  [KEY_CRITICAL] = { "critical", VALUE_SHARE, G_STRUCT_OFFSET (HrBudget, critical) },
  [KEY_WINDOW] = { "window", VALUE_DURATION, G_STRUCT_OFFSET (HrBudget, window_ns) },
  [KEY_HOLD] = { "hold", VALUE_DURATION, G_STRUCT_OFFSET (HrBudget, hold_ns) },
  [KEY_CLEAR] = { "clear", VALUE_SHARE, G_STRUCT_OFFSET (HrBudget, clear) },
  [KEY_BASELINE] = { "baseline", VALUE_POSITIVE, G_STRUCT_OFFSET (HrBudget, baseline) },
  [KEY_OPTIMAL] = { "optimal", VALUE_POSITIVE, G_STRUCT_OFFSET (HrBudget, optimal) },
  [KEY_HEALTHY] = { "healthy", VALUE_POSITIVE, G_STRUCT_OFFSET (HrBudget, healthy) },
  [KEY_SOURCE] = { "source", VALUE_TEXT, G_STRUCT_OFFSET (HrBudget, source) },
  [KEY_REQUIRED] = { "required", VALUE_BOOLEAN, G_STRUCT_OFFSET (HrBudget, required) },
  [KEY_SCORES] = { "scores", VALUE_BOOLEAN, G_STRUCT_OFFSET (HrBudget, scores) },
};

/* The state of one parse. The last budget of @contract is the open one while @in_budget. */
typedef struct
{
  HrContractScanner scanner;
  HrContract       *contract; /* owned */
  GHashTable       *groups;   /* owned; names seen */
  gboolean          in_budget;
  gboolean          in_header;
  gboolean          has_version;
  guint             header_line;   /* 0: none yet */
  guint             lines[N_KEYS]; /* where the open budget has each key; 0: it has not */
} Parser;

static void
parser_clear (Parser *self)
{
  hr_contract_scanner_clear (&self->scanner);
  g_clear_pointer (&self->contract, hr_contract_unref);
  g_clear_pointer (&self->groups, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parser, parser_clear)

static HrBudget *
open_budget (Parser *self)
{
  return &g_array_index (self->contract->budgets, HrBudget, self->contract->budgets->len - 1);
}

/* Where the open budget has @key, or where its group begins. */
static HrContractPlace
place_of (Parser *self,
          Key     key)
{
  guint line = self->lines[key] > 0 ? self->lines[key] : open_budget (self)->line;

  return (HrContractPlace){ self->contract->file, line };
}

static gboolean
fail_at (Parser         *self,
         Key             key,
         HrContractError code,
         const char     *message,
         GError        **error)
{
  return hr_contract_fail (error, code, place_of (self, key), "%s: %s", keys[key].name, message);
}

/* A key that the open budget may not have: fails at its line if it is there. */
static gboolean
refuse_key (Parser     *self,
            Key         key,
            const char *reason,
            GError    **error)
{
  return self->lines[key] == 0 || fail_at (self, key, HR_CONTRACT_ERROR_KEY, reason, error);
}

static gboolean
need_key (Parser  *self,
          Key      key,
          GError **error)
{
  return self->lines[key] > 0 || fail_at (self, key, HR_CONTRACT_ERROR_KEY, "the key is missing", error);
}

/* A share of items within a limit of their own: minimum and alert are shares, and nothing else says how far it is. */
static gboolean
check_compliance (Parser   *self,
                  HrBudget *budget,
                  GError  **error)
{
  if (!need_key (self, KEY_OF, error) || !need_key (self, KEY_MINIMUM, error) ||
      !refuse_key (self, KEY_LIMIT, "compliance has a minimum instead", error) ||
      !refuse_key (self, KEY_WARN, "compliance has alert instead", error) ||
      !refuse_key (self, KEY_CRITICAL, "compliance has alert instead", error))
    return FALSE;

  if (isnan (budget->alert))
    budget->alert = budget->minimum;
  if (!(budget->minimum > 0 && budget->minimum <= 1))
    return fail_at (self, KEY_MINIMUM, HR_CONTRACT_ERROR_VALUE, "compliance is a share above 0, up to 1", error);
  if (budget->alert > budget->minimum)
    return fail_at (self, KEY_ALERT, HR_CONTRACT_ERROR_VALUE, "it is above the minimum", error);

  return TRUE;
}

/* A value on the better side of one bound, which the metric's direction names; where the program names the metric, whoever wrote the contract. */
static gboolean
check_bound (Parser              *self,
             HrBudget            *budget,
             const HrKnownMetric *metric,
             GError             **error)
{
  gboolean    either = !hr_known_metric_is_named (metric) && self->lines[KEY_MINIMUM] > 0;
  gboolean    lower = metric->direction == HR_DIRECTION_LOWER && !either;
  Key         wanted = lower ? KEY_LIMIT : KEY_MINIMUM;
  Key         other = lower ? KEY_MINIMUM : KEY_LIMIT;
  double      bound = lower ? budget->limit : budget->minimum;
  const char *reason = lower ? "this metric is better when lower: give a limit" : "this metric is better when higher: give a minimum";

  if (!refuse_key (self, other, either ? "there is a minimum already" : reason, error) ||
      !need_key (self, wanted, error) ||
      !refuse_key (self, KEY_OF, "only for statistic=compliance", error) ||
      !refuse_key (self, KEY_ALERT, "only for statistic=compliance", error))
    return FALSE;

  if (metric->unit == HR_UNIT_RATIO && bound > 1)
    return fail_at (self, wanted, HR_CONTRACT_ERROR_VALUE, "this metric is a share from 0 to 1", error);
  if (budget->warn > budget->critical)
    return fail_at (self, KEY_WARN, HR_CONTRACT_ERROR_VALUE, "it is above critical", error);

  return TRUE;
}

/* What the open budget is about, with a statistic that suits it.
 * Returns: (transfer none) (nullable): NULL with @error */
static const HrKnownMetric *
check_metric (Parser   *self,
              HrBudget *budget,
              GError  **error)
{
  const HrKnownMetric *metric = hr_budget_metric (budget);
  const char          *unit = hr_unit_name (budget->unit);
  const char          *statistic = hr_statistic_name (budget->statistic);

  if (metric == NULL && !budget->has_unit)
    fail_at (self, KEY_METRIC, HR_CONTRACT_ERROR_METRIC, "no metric has this name (one that the program names itself needs a unit)", error);
  else if (metric == NULL)
    hr_contract_fail (error, HR_CONTRACT_ERROR_VALUE, place_of (self, KEY_UNIT), "unit: %s of %s makes no sense", statistic, unit);
  else if (budget->has_unit && metric->unit != budget->unit)
    hr_contract_fail (error, HR_CONTRACT_ERROR_VALUE, place_of (self, KEY_UNIT), "unit: %s is measured in %s", budget->metric, hr_unit_name (metric->unit));
  else if (!hr_statistic_suits (budget->statistic, metric->kind))
    hr_contract_fail (error, HR_CONTRACT_ERROR_VALUE, place_of (self, KEY_STATISTIC), "%s of %s makes no sense: it is a %s",
                      statistic, budget->metric, hr_kind_name (metric->kind));
  else
    return metric;

  return NULL;
}

/* Closes the open budget, if there is one: what its keys say together. */
static gboolean
finish_budget (Parser  *self,
               GError **error)
{
  const HrKnownMetric *metric;
  HrBudget            *budget;

  if (!self->in_budget)
    return TRUE;

  budget = open_budget (self);
  if (!need_key (self, KEY_METRIC, error) || !need_key (self, KEY_STATISTIC, error))
    return FALSE;

  budget->has_unit = self->lines[KEY_UNIT] > 0;
  metric = check_metric (self, budget, error);
  if (metric == NULL)
    return FALSE;
  if (budget->window_ns == 0)
    return fail_at (self, KEY_WINDOW, HR_CONTRACT_ERROR_VALUE, "it has no length", error);

  self->in_budget = FALSE;

  return budget->statistic == HR_STATISTIC_COMPLIANCE ? check_compliance (self, budget, error) : check_bound (self, budget, metric, error);
}

static void
begin_budget (Parser               *self,
              const HrContractLine *line)
{
  HrBudget budget = {
    .name = g_strdup (line->name),
    .window_ns = 5 * (gint64) HR_NS_PER_SECOND,
    .limit = (double) NAN,
    .minimum = (double) NAN,
    .of = (double) NAN,
    .alert = (double) NAN,
    .warn = (double) NAN,
    .critical = (double) NAN,
    .baseline = (double) NAN,
    .optimal = (double) NAN,
    .healthy = (double) NAN,
    .clear = 0.95,
    .scores = TRUE,
    .line = line->place.line,
  };

  g_array_append_val (self->contract->budgets, budget);
  memset (self->lines, 0, sizeof self->lines);
  self->in_budget = TRUE;
}

static gboolean
take_group (Parser               *self,
            const HrContractLine *line,
            GError              **error)
{
  if (!finish_budget (self, error))
    return FALSE;
  if (!g_hash_table_add (self->groups, (gpointer) line->name))
    return hr_contract_fail (error, HR_CONTRACT_ERROR_DUPLICATE, line->place, "the group is there twice");

  self->in_header = g_str_equal (line->name, CONTRACT_GROUP);
  if (self->in_header)
    {
      self->header_line = line->place.line;
      return TRUE;
    }
  if (self->contract->budgets->len == HR_CONTRACT_MAX_BUDGETS)
    return hr_contract_fail (error, HR_CONTRACT_ERROR_LIMIT, line->place, "more than %d budgets", HR_CONTRACT_MAX_BUDGETS);

  begin_budget (self, line);

  return TRUE;
}

static gboolean
take_header_key (Parser               *self,
                 const HrContractLine *line,
                 GError              **error)
{
  gboolean name = g_str_equal (line->name, "name");

  if (!name && !g_str_equal (line->name, "version"))
    return hr_contract_fail (error, HR_CONTRACT_ERROR_KEY, line->place, "[contract] has only name and version");
  if (name ? self->contract->name != NULL : self->has_version)
    return hr_contract_fail (error, HR_CONTRACT_ERROR_DUPLICATE, line->place, "%s is there twice", line->name);
  if (name)
    return hr_contract_value_text (line, &self->contract->name, error);
  if (!g_str_equal (line->value, CONTRACT_VERSION))
    return hr_contract_fail (error, HR_CONTRACT_ERROR_VALUE, line->place, "only version=1 is known");

  self->has_version = TRUE;

  return TRUE;
}

static gboolean
read_value (const HrContractLine *line,
            Key                   key,
            HrBudget             *budget,
            GError              **error)
{
  gpointer field = G_STRUCT_MEMBER_P (budget, keys[key].offset);

  switch (keys[key].type)
    {
    case VALUE_TEXT:
      return hr_contract_value_text (line, field, error);
    case VALUE_UNIT:
      return hr_contract_value_unit (line, field, error);
    case VALUE_STATISTIC:
      return hr_contract_value_statistic (line, field, error);
    case VALUE_NUMBER:
      return hr_contract_value_number (line, field, error);
    case VALUE_POSITIVE:
      return hr_contract_value_positive (line, field, error);
    case VALUE_SHARE:
      return hr_contract_value_share (line, field, error);
    case VALUE_DURATION:
      return hr_contract_value_duration (line, field, error);
    case VALUE_BOOLEAN:
      return hr_contract_value_boolean (line, field, error);
    default:
      g_return_val_if_reached (FALSE);
    }
}

static gboolean
take_budget_key (Parser               *self,
                 const HrContractLine *line,
                 GError              **error)
{
  guint key = 0;

  while (key < N_KEYS && !g_str_equal (keys[key].name, line->name))
    key++;

  if (key == N_KEYS)
    return hr_contract_fail (error, HR_CONTRACT_ERROR_KEY, line->place, "no budget has a key of this name");
  if (self->lines[key] > 0)
    return hr_contract_fail (error, HR_CONTRACT_ERROR_DUPLICATE, line->place, "%s is there twice", line->name);

  self->lines[key] = line->place.line;

  return read_value (line, (Key) key, open_budget (self), error);
}

static gboolean
take_key (Parser               *self,
          const HrContractLine *line,
          GError              **error)
{
  if (self->in_header)
    return take_header_key (self, line, error);
  if (self->in_budget)
    return take_budget_key (self, line, error);

  return hr_contract_fail (error, HR_CONTRACT_ERROR_SYNTAX, line->place, "a key before the first group");
}

/* What has to be there once the file has ended. */
static gboolean
finish (Parser  *self,
        GError **error)
{
  HrContractPlace place = { self->contract->file, MAX (self->header_line, 1) };

  if (!finish_budget (self, error))
    return FALSE;
  if (self->header_line == 0)
    return hr_contract_fail (error, HR_CONTRACT_ERROR_KEY, place, "the group [contract] is missing");
  if (self->contract->name == NULL)
    return hr_contract_fail (error, HR_CONTRACT_ERROR_KEY, place, "[contract] has no name");
  if (!self->has_version)
    return hr_contract_fail (error, HR_CONTRACT_ERROR_KEY, place, "[contract] has no version");
  if (self->contract->budgets->len == 0)
    return hr_contract_fail (error, HR_CONTRACT_ERROR_KEY, place, "the contract has no budgets");

  return TRUE;
}

/* Reads a contract of @size bytes at @data; the format stands at the top of this file.
 * @file: only names the file in messages, which read "FILE:LINE: what is wrong"
 * Returns: (transfer full): the contract, or NULL with an HR_CONTRACT_ERROR */
HrContract *
hr_contract_parse (const char *data,
                   gsize       size,
                   const char *file,
                   GError    **error)
{
  g_auto (Parser) parser = { 0 };
  HrContractLine line;

  parser.contract = hr_contract_new (file);
  parser.groups = g_hash_table_new (g_str_hash, g_str_equal);
  if (!hr_contract_scanner_init (&parser.scanner, data, size, parser.contract->file, error))
    return NULL;
  parser.contract->text = g_strndup (data, size);

  do
    {
      if (!hr_contract_scanner_next (&parser.scanner, &line, error))
        return NULL;
      if (line.kind == HR_CONTRACT_LINE_GROUP && !take_group (&parser, &line, error))
        return NULL;
      if (line.kind == HR_CONTRACT_LINE_KEY && !take_key (&parser, &line, error))
        return NULL;
    }
  while (line.kind != HR_CONTRACT_LINE_END);

  return finish (&parser, error) ? g_steal_pointer (&parser.contract) : NULL;
}
