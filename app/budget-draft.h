/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/contract.h"

G_BEGIN_DECLS

/* What can be written of a budget, in the order of a contract file. */
typedef enum
{
  HR_FIELD_NAME, /* of its group */
  HR_FIELD_SOURCE,
  HR_FIELD_METRIC,
  HR_FIELD_UNIT,
  HR_FIELD_STATISTIC,
  HR_FIELD_WINDOW,
  HR_FIELD_OF,
  HR_FIELD_LIMIT,
  HR_FIELD_MINIMUM,
  HR_FIELD_ALERT,
  HR_FIELD_WARN,
  HR_FIELD_CRITICAL,
  HR_FIELD_HOLD,
  HR_FIELD_CLEAR,
  HR_FIELD_BASELINE,
  HR_FIELD_OPTIMAL,
  HR_FIELD_HEALTHY,
  HR_FIELD_REQUIRED,
  HR_FIELD_SCORES,
  HR_N_FIELDS
} HrField;

/* A budget while it is written: texts that need not be right yet. What a budget of its kind has no use for stays in @values, so that it is there again
 * when its kind is changed back. */
typedef struct
{
  char    *values[HR_N_FIELDS]; /* owned; NULL or empty: the key is absent */
  gboolean upward;              /* of a metric whose direction nobody knows: it has a minimum */
} HrBudgetDraft;

void hr_budget_draft_clear (HrBudgetDraft *self);
void hr_budget_draft_copy (HrBudgetDraft       *self,
                           const HrBudgetDraft *from);
void hr_budget_draft_read (HrBudgetDraft *self,
                           HrContract    *contract,
                           const char    *name);
void hr_budget_draft_set (HrBudgetDraft *self,
                          HrField        field,
                          const char    *value);

gboolean hr_budget_draft_uses (const HrBudgetDraft *self,
                               HrField              field);
gboolean hr_budget_draft_is_free (const HrBudgetDraft *self);
gboolean hr_budget_draft_suits (const HrBudgetDraft *self,
                                HrStatistic          statistic,
                                HrKind               measured);
gboolean hr_budget_draft_equal (const HrBudgetDraft *self,
                                const HrBudgetDraft *other);

const char **hr_budget_draft_keys (const HrBudgetDraft *self) G_GNUC_WARN_UNUSED_RESULT;
HrContract  *hr_budget_draft_parse (const HrBudgetDraft *self,
                                    HrField             *out_field,
                                    char               **out_message) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrBudgetDraft, hr_budget_draft_clear)

G_END_DECLS
