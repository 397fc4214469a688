/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/budget-page.h"
#include "app/budgets-dialog.h"
#include "engine/budget/contract-editor.h"

G_BEGIN_DECLS

struct _HrBudgetsDialog
{
  AdwWindow parent_instance;

  /* Template children */
  AdwWindowTitle      *title;
  GtkWidget           *back;
  GtkWidget           *menu;
  GtkWidget           *save;
  GtkWidget           *apply;
  AdwToastOverlay     *toasts;
  GtkStack            *stack;
  AdwPreferencesGroup *group;
  GtkListBox          *list;
  AdwBin              *page_bin;

  /* Owned */
  HrMonitor        *monitor;
  GSettings        *settings;
  HrSource         *source; /* how the budgets stand for; NULL: none is selected */
  HrContractEditor *editor;
  char             *path;  /* of the file; NULL: it has none yet */
  char             *saved; /* what it says; of a contract without a file what it began with; NULL: it has never been saved */

  HrBudgetPage *page;      /* of the budget that is edited, or NULL; the bin's */
  guint         n_shown;   /* rows that are there */
  guint         filling;   /* the source that makes the others, or 0 */
  guint         n_changes; /* so far, for whoever wants to take back a certain one */
  gint64        paced_us;
  gboolean      saving;
  gboolean      closes;   /* once it is saved */
  gboolean      discards; /* what is not saved */
};

void     _hr_budgets_dialog_take_text (HrBudgetsDialog  *self,
                                       HrContractEditor *editor,
                                       const char       *path,
                                       gboolean          in_force);
gboolean _hr_budgets_dialog_is_changed (HrBudgetsDialog *self);
gboolean _hr_budgets_dialog_apply (HrBudgetsDialog *self);
void     _hr_budgets_dialog_update (HrBudgetsDialog *self);
void     _hr_budgets_dialog_say (HrBudgetsDialog *self,
                                 const char      *text);

void     _hr_budgets_dialog_install_file_actions (GtkWidgetClass *klass);
gboolean _hr_budgets_dialog_may_close (HrBudgetsDialog *self);

G_END_DECLS
