/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/units.h"

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  HR_STATISTIC_MEAN,
  HR_STATISTIC_P50,
  HR_STATISTIC_P90,
  HR_STATISTIC_P99,
  HR_STATISTIC_P999,
  HR_STATISTIC_MAX,
  HR_STATISTIC_LAST,
  HR_STATISTIC_RECENT,     /* mean of the last 100 samples */
  HR_STATISTIC_RATE,       /* sum per second */
  HR_STATISTIC_COMPLIANCE, /* share of items within @of */
  HR_N_STATISTICS
} HrStatistic;

/* One group of a contract file. NaN where a key is absent and has no default. */
typedef struct
{
  char       *name;
  char       *metric;
  char       *source;   /* glob over source names, or NULL: every source */
  gboolean    has_unit; /* the metric is the program's own, in @unit; else the catalogue knows it */
  HrUnit      unit;
  HrStatistic statistic;
  gint64      window_ns; /* default 5 s */
  double      limit;     /* not to exceed; NaN with @minimum */
  double      minimum;   /* not to fall below; NaN with @limit */
  double      of;        /* compliance: the per-item limit */
  double      alert;     /* compliance: below this share an alert is raised; default @minimum */
  double      warn;      /* shares of the limit; NaN: no such level */
  double      critical;
  double      baseline; /* advantage = baseline / mean */
  double      optimal;
  double      healthy;
  gint64      hold_ns; /* default 0 */
  double      clear;   /* default 0.95 of the limit */
  gboolean    required;
  gboolean    scores; /* default TRUE */
  guint       line;   /* of its group header, from 1 */
} HrBudget;

/* An immutable set of budgets, counted. */
typedef struct _HrContract HrContract;

#define HR_CONTRACT_ERROR (hr_contract_error_quark ())
#define HR_CONTRACT_MAX_BYTES (256 * 1024)
#define HR_CONTRACT_MAX_BUDGETS 256

typedef enum
{
  HR_CONTRACT_ERROR_READ,
  HR_CONTRACT_ERROR_SYNTAX,
  HR_CONTRACT_ERROR_DUPLICATE,
  HR_CONTRACT_ERROR_KEY, /* unknown or missing */
  HR_CONTRACT_ERROR_VALUE,
  HR_CONTRACT_ERROR_METRIC, /* unknown */
  HR_CONTRACT_ERROR_LIMIT   /* too large, too many */
} HrContractError;

GQuark hr_contract_error_quark (void);

/* Messages read "FILE:LINE: what is wrong". @file only names. */
HrContract *hr_contract_parse (const char *data,
                               gsize       size,
                               const char *file,
                               GError    **error) G_GNUC_WARN_UNUSED_RESULT;
HrContract *hr_contract_load (const char *path,
                              GError    **error) G_GNUC_WARN_UNUSED_RESULT;

HrContract *hr_contract_ref (HrContract *self);
void        hr_contract_unref (HrContract *self);

const char     *hr_contract_get_name (HrContract *self);
const char     *hr_contract_get_file (HrContract *self);
const char     *hr_contract_get_text (HrContract *self);
guint           hr_contract_get_n_budgets (HrContract *self);
const HrBudget *hr_contract_get_budget (HrContract *self,
                                        guint       index);

/* What a value must not pass to be within: the limit or the minimum; the alert share for compliance. */
double      hr_budget_bound (const HrBudget *budget);
const char *hr_budget_bound_name (const HrBudget *budget);

const char *hr_statistic_name (HrStatistic statistic);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrContract, hr_contract_unref)

G_END_DECLS
