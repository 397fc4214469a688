/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a contract says that its author can hardly mean. None of it keeps a contract from being judged by:
 *
 *     - a bound that nothing can pass: a share of at most 1, a minimum of 0;
 *     - a warning that never comes, because the critical share is the same;
 *     - a window longer than what is kept of a source at ten snapshots a second;
 *     - a budget that judges what another judges already;
 *     - a baseline that no mean is held against;
 *     - levels beyond the limit;
 *     - a metric with a unit whose name is one of ours but for a slip. */

#include "engine/budget/contract-lint.h"

#include "engine/budget/metric-catalog.h"
#include "engine/model/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How often snapshots come unless somebody asks for another pace. */
#define INTERVAL_MS 100
#define KEPT_NS (HR_HISTORY_SNAPSHOTS * INTERVAL_MS * (gint64) HR_NS_PER_MS)

/* Names that differ by no more letters are taken for a slip. */
#define SLIP 2

static void
remark_free (gpointer data)
{
  HrLintRemark *self = data;

  g_free (self->text);
  g_free (self);
}

static void G_GNUC_PRINTF (4, 5)
    remark (GPtrArray     *remarks,
            guint          line,
            HrLintSeverity severity,
            const char    *format,
            ...)
{
  HrLintRemark *self = g_new0 (HrLintRemark, 1);
  va_list       arguments;

  va_start (arguments, format);
  self->text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  self->line = line;
  self->severity = severity;
  g_ptr_array_add (remarks, self);
}

#define warn(remarks, budget, ...) remark (remarks, (budget)->line, HR_LINT_WARNING, __VA_ARGS__)

static void
check_bound (GPtrArray      *remarks,
             const HrBudget *budget)
{
  gboolean share = hr_budget_metric (budget)->unit == HR_UNIT_RATIO && budget->statistic != HR_STATISTIC_RATE;

  if (budget->statistic == HR_STATISTIC_COMPLIANCE)
    return;
  if (share && budget->limit >= 1)
    warn (remarks, budget, "[%s] can never be over: no share is above 1", budget->name);
  if (budget->minimum == 0)
    warn (remarks, budget, "[%s] can never be over: nothing is below 0", budget->name);
  if (!isnan (budget->warn) && budget->warn == budget->critical)
    warn (remarks, budget, "[%s] never warns: it is critical at the same share", budget->name);
}

static gboolean
uses_window (const HrBudget *budget)
{
  return budget->statistic != HR_STATISTIC_LAST && budget->statistic != HR_STATISTIC_RECENT;
}

static void
check_times (GPtrArray      *remarks,
             const HrBudget *budget)
{
  if (uses_window (budget) && budget->window_ns > KEPT_NS)
    warn (remarks, budget, "[%s] looks back further than what is kept: %d snapshots, at ten a second %d s", budget->name, HR_HISTORY_SNAPSHOTS,
          HR_HISTORY_SNAPSHOTS * INTERVAL_MS / 1000);
}

static void
check_levels (GPtrArray      *remarks,
              const HrBudget *budget)
{
  if (!isnan (budget->baseline) && budget->statistic != HR_STATISTIC_MEAN)
    warn (remarks, budget, "[%s] has a baseline, which only a mean is held against", budget->name);
  if (budget->statistic == HR_STATISTIC_COMPLIANCE)
    return;
  if (budget->optimal > budget->limit || budget->optimal < budget->minimum)
    warn (remarks, budget, "[%s] is over at its optimal value", budget->name);
  if (budget->healthy > budget->limit || budget->healthy < budget->minimum)
    warn (remarks, budget, "[%s] is over where it should be healthy", budget->name);
}

/* Two numbers that are the same, or both absent. */
static gboolean
is_same (double a,
         double b)
{
  return a == b || (isnan (a) && isnan (b));
}

/* Whether both hold the same value against the same side of a bound. */
static gboolean
judges_same (const HrBudget *a,
             const HrBudget *b)
{
  return a->statistic == b->statistic && isnan (a->minimum) == isnan (b->minimum) && is_same (a->of, b->of) &&
         (!uses_window (a) || a->window_ns == b->window_ns) && g_str_equal (a->metric, b->metric) && g_strcmp0 (a->source, b->source) == 0;
}

static void
check_others (GPtrArray  *remarks,
              HrContract *contract,
              guint       index)
{
  const HrBudget *budget = hr_contract_get_budget (contract, index);

  for (guint i = 0; i < index; i++)
    {
      const HrBudget *other = hr_contract_get_budget (contract, i);

      if (!judges_same (budget, other))
        continue;
      warn (remarks, budget, "[%s] judges what [%s] in line %u judges already", budget->name, other->name, other->line);
      return;
    }
}

/* How many letters it takes to make @a of @b: to change, to add or to leave out. More than SLIP is not counted. */
static guint
distance (const char *a,
          const char *b,
          guint       left)
{
  guint least;

  while (*a != '\0' && g_ascii_tolower (*a) == g_ascii_tolower (*b))
    {
      a++;
      b++;
    }
  if (*a == '\0' && *b == '\0')
    return 0;
  if (left == 0)
    return SLIP + 1;

  least = *a != '\0' && *b != '\0' ? distance (a + 1, b + 1, left - 1) : SLIP;
  if (*a != '\0')
    least = MIN (least, distance (a + 1, b, left - 1));
  if (*b != '\0')
    least = MIN (least, distance (a, b + 1, left - 1));

  return MIN (1 + least, SLIP + 1);
}

static void
check_name (GPtrArray      *remarks,
            const HrBudget *budget)
{
  if (hr_known_metric_is_named (hr_budget_metric (budget)))
    return;

  for (guint i = 0; i < hr_metric_catalog_get_n (); i++)
    {
      const char *known = hr_metric_catalog_get (i)->name;

      if (distance (budget->metric, known, SLIP) > SLIP)
        continue;
      warn (remarks, budget, "[%s] is about a metric “%s” of the program's own: is “%s” meant?", budget->name, budget->metric, known);
      return;
    }
}

/* Returns: (transfer full) (element-type HrLintRemark): warnings about @contract, by line. */
GPtrArray *
hr_contract_lint (HrContract *contract)
{
  GPtrArray *remarks = g_ptr_array_new_with_free_func (remark_free);

  for (guint i = 0; i < hr_contract_get_n_budgets (contract); i++)
    {
      const HrBudget *budget = hr_contract_get_budget (contract, i);

      check_name (remarks, budget);
      check_bound (remarks, budget);
      check_times (remarks, budget);
      check_levels (remarks, budget);
      check_others (remarks, contract, i);
    }

  return remarks;
}

/* Takes "FILE:LINE: " or "FILE: " from the front of @message, and returns LINE; 0 where there is none. */
static guint
take_place (const char  *file,
            const char **message)
{
  const char *place = *message + strlen (file);
  guint       line = 0;

  if (g_ascii_isdigit (place[1]))
    {
      line = (guint) strtoul (place + 1, NULL, 10);
      place = strchr (place + 1, ':');
    }
  *message = place + strlen (": ");

  return line;
}

/* Returns: (transfer full) (element-type HrLintRemark): what is wrong with the file at @path, or what is to be said about the contract in it. */
GPtrArray *
hr_contract_lint_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrContract) contract = hr_contract_load (path, &error);
  g_autofree char *file = g_filename_display_name (path);
  GPtrArray       *remarks;
  const char      *message;
  guint            line;

  if (contract != NULL)
    return hr_contract_lint (contract);

  remarks = g_ptr_array_new_with_free_func (remark_free);
  message = error->message;
  line = take_place (file, &message);
  remark (remarks, line, HR_LINT_ERROR, "%s", message);

  return remarks;
}

/* Returns "error" or "warning". */
const char *
hr_lint_severity_name (HrLintSeverity severity)
{
  static const char *const names[HR_N_LINT_SEVERITIES] = { "error", "warning" };

  return (guint) severity < HR_N_LINT_SEVERITIES ? names[severity] : "unknown";
}
