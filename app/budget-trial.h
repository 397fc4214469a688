/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/contract.h"
#include "engine/model/source.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What a budget would have said of the last minutes of a source: a chart and a sentence. It follows what the source measures on. */
#define HR_TYPE_BUDGET_TRIAL (hr_budget_trial_get_type ())
G_DECLARE_FINAL_TYPE (HrBudgetTrial, hr_budget_trial, HR, BUDGET_TRIAL, GtkWidget)

GtkWidget *hr_budget_trial_new (HrSource *source) G_GNUC_WARN_UNUSED_RESULT;

/* @contract: (nullable): one with the budget alone; NULL: it is none yet */
void        hr_budget_trial_set_contract (HrBudgetTrial *self,
                                          HrContract    *contract);
const char *hr_budget_trial_get_sentence (HrBudgetTrial *self);

G_END_DECLS
