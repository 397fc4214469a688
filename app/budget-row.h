/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/verdict.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* One budget of a list: what it says, and how it stands. Signal "removed": its button was pressed. */
#define HR_TYPE_BUDGET_ROW (hr_budget_row_get_type ())
G_DECLARE_FINAL_TYPE (HrBudgetRow, hr_budget_row, HR, BUDGET_ROW, AdwActionRow)

GtkWidget *hr_budget_row_new (const HrBudget *budget) G_GNUC_WARN_UNUSED_RESULT;

const char *hr_budget_row_get_budget (HrBudgetRow *self);

/* @judgement: (nullable): of a budget that is judged by just as the row has it; @note: (nullable): why there is none */
void hr_budget_row_show (HrBudgetRow       *self,
                         const HrJudgement *judgement,
                         const char        *note);

G_END_DECLS
