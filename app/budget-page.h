/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/contract-editor.h"
#include "engine/monitor.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* One budget of a contract, to be written, with what it would have said of the last minutes. Signal "changed": whether it is right, or what it is. */
#define HR_TYPE_BUDGET_PAGE (hr_budget_page_get_type ())
G_DECLARE_FINAL_TYPE (HrBudgetPage, hr_budget_page, HR, BUDGET_PAGE, AdwBin)

GtkWidget *hr_budget_page_new (HrMonitor        *monitor,
                               HrSource         *source,
                               HrContractEditor *editor,
                               const char       *budget) G_GNUC_WARN_UNUSED_RESULT;

gboolean hr_budget_page_is_right (HrBudgetPage *self);
gboolean hr_budget_page_is_changed (HrBudgetPage *self);
gboolean hr_budget_page_apply (HrBudgetPage *self,
                               GError      **error);

G_END_DECLS
