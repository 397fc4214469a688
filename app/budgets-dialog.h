/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/monitor.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* The budgets of the contract in force: to look at, change, try out and save. Its actions: budgets.add, .undo, .save, .save-as, .save-to ('s'),
 * .example ('s'), .back, .apply. */
#define HR_TYPE_BUDGETS_DIALOG (hr_budgets_dialog_get_type ())
G_DECLARE_FINAL_TYPE (HrBudgetsDialog, hr_budgets_dialog, HR, BUDGETS_DIALOG, AdwWindow)

GtkWindow *hr_budgets_dialog_new (GtkWindow *parent,
                                  HrMonitor *monitor,
                                  GSettings *settings,
                                  HrSource  *source) G_GNUC_WARN_UNUSED_RESULT;

void hr_budgets_dialog_edit (HrBudgetsDialog *self,
                             const char      *budget);

G_END_DECLS
