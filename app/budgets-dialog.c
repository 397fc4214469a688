/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/budget-row.h"
#include "app/budgets-dialog-private.h"
#include "app/reading.h"

#include <glib/gi18n.h>
#include <math.h>

#define ROWS_AT_A_TIME 4

G_DEFINE_FINAL_TYPE (HrBudgetsDialog, hr_budgets_dialog, ADW_TYPE_WINDOW)

static HrContract *
contract_of (HrBudgetsDialog *self)
{
  return hr_contract_editor_get_contract (self->editor);
}

gboolean
_hr_budgets_dialog_is_changed (HrBudgetsDialog *self)
{
  return self->saved == NULL || !g_str_equal (self->saved, hr_contract_editor_get_text (self->editor));
}

static gboolean
is_same (double a,
         double b)
{
  return a == b || (isnan (a) && isnan (b));
}

/* Whether a verdict on @a says how @b stands. */
static gboolean
says_of (const HrBudget *a,
         const HrBudget *b)
{
  return g_str_equal (a->name, b->name) && g_str_equal (a->metric, b->metric) && a->statistic == b->statistic && a->window_ns == b->window_ns &&
         is_same (a->limit, b->limit) && is_same (a->minimum, b->minimum) && is_same (a->of, b->of) && is_same (a->alert, b->alert) &&
         is_same (a->warn, b->warn) && is_same (a->critical, b->critical) && g_strcmp0 (a->source, b->source) == 0;
}

static const HrJudgement *
find_judgement (HrBudgetsDialog *self,
                const HrBudget  *budget)
{
  const HrVerdict *verdict = self->source != NULL ? hr_monitor_get_verdict (self->monitor, self->source) : NULL;

  for (guint i = 0; verdict != NULL && i < verdict->n_judgements; i++)
    if (says_of (verdict->judgements[i].budget, budget))
      return &verdict->judgements[i];

  return NULL;
}

/* Whether the contract in force has it just so. */
static gboolean
is_in_force (HrBudgetsDialog *self,
             const HrBudget  *budget)
{
  HrContract *contract = hr_monitor_get_contract (self->monitor);

  for (guint i = 0; i < hr_contract_get_n_budgets (contract); i++)
    if (says_of (hr_contract_get_budget (contract, i), budget))
      return TRUE;

  return FALSE;
}

static void
show_row (HrBudgetsDialog *self,
          guint            index)
{
  const HrBudget *budget = hr_contract_get_budget (contract_of (self), index);
  HrBudgetRow    *row = HR_BUDGET_ROW (gtk_list_box_get_row_at_index (self->list, (int) index));
  const char     *note = NULL;

  if (!is_in_force (self, budget))
    note = _ ("not saved");
  else if (self->source != NULL && budget->source != NULL && !g_pattern_match_simple (budget->source, hr_source_get_name (self->source)))
    note = _ ("not for it");
  hr_budget_row_show (row, find_judgement (self, budget), note);
}

static void
monitor_verdict_cb (HrMonitor       *monitor,
                    HrSource        *source,
                    HrBudgetsDialog *self)
{
  if (source != self->source || self->page != NULL || !hr_text_is_due (&self->paced_us))
    return;

  for (guint i = 0; i < self->n_shown; i++)
    show_row (self, i);
}

static void
row_removed_cb (HrBudgetsDialog *self,
                HrBudgetRow     *row)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf (_ ("“%s” is removed"), hr_budget_row_get_budget (row));
  g_autofree char *action = g_strdup_printf ("budgets.undo-change(uint32 %u)", self->n_changes + 1);
  AdwToast        *toast;

  if (!hr_contract_editor_remove (self->editor, hr_budget_row_get_budget (row), &error))
    {
      _hr_budgets_dialog_say (self, hr_contract_get_n_budgets (contract_of (self)) == 1 ? _ ("A contract needs a budget") : error->message);
      return;
    }

  _hr_budgets_dialog_update (self);
  toast = adw_toast_new (text);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_detailed_action_name (toast, action);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

/* A few rows at a time, however many a contract has. */
static gboolean
fill_cb (gpointer user_data)
{
  HrBudgetsDialog *self = user_data;
  guint            n = hr_contract_get_n_budgets (contract_of (self));

  for (guint i = 0; i < ROWS_AT_A_TIME && self->n_shown < n; i++)
    {
      GtkWidget *row = hr_budget_row_new (hr_contract_get_budget (contract_of (self), self->n_shown));

      g_signal_connect_object (row, "removed", G_CALLBACK (row_removed_cb), self, G_CONNECT_SWAPPED);
      gtk_list_box_append (self->list, row);
      show_row (self, self->n_shown++);
    }
  if (self->n_shown < n)
    return G_SOURCE_CONTINUE;

  self->filling = 0;

  return G_SOURCE_REMOVE;
}

static void
show_rows (HrBudgetsDialog *self)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  self->n_shown = 0;
  g_clear_handle_id (&self->filling, g_source_remove);
  if (fill_cb (self) == G_SOURCE_CONTINUE)
    self->filling = g_idle_add (fill_cb, self);
}

static void
show_title (HrBudgetsDialog *self)
{
  g_autofree char *file = self->path != NULL ? g_path_get_basename (self->path) : NULL;
  const char      *where = file != NULL ? file : self->saved != NULL ? _ ("built in")
                                                                     : _ ("not saved yet");
  g_autofree char *note = self->saved != NULL && _hr_budgets_dialog_is_changed (self) ? g_strdup_printf (_ ("%s, changed"), where) : g_strdup (where);

  adw_window_title_set_title (self->title, hr_contract_get_name (contract_of (self)));
  adw_window_title_set_subtitle (self->title, note);
}

static void
enable_actions (HrBudgetsDialog *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean   editing = self->page != NULL;

  gtk_widget_action_set_enabled (widget, "budgets.undo", !editing && hr_contract_editor_can_undo (self->editor));
  gtk_widget_action_set_enabled (widget, "budgets.save", !editing && !self->saving && _hr_budgets_dialog_is_changed (self));
  gtk_widget_action_set_enabled (widget, "budgets.save-as", !editing && !self->saving);
  gtk_widget_action_set_enabled (widget, "budgets.save-to", !editing && !self->saving);
  gtk_widget_action_set_enabled (widget, "budgets.example", !editing);
  gtk_widget_action_set_enabled (widget, "budgets.add", !editing);
  gtk_widget_action_set_enabled (widget, "budgets.back", editing);
  gtk_widget_action_set_enabled (widget, "budgets.apply", editing && hr_budget_page_is_right (self->page) && hr_budget_page_is_changed (self->page));
  gtk_widget_set_visible (self->back, editing);
  gtk_widget_set_visible (self->menu, !editing);
  gtk_widget_set_visible (self->save, !editing);
  gtk_widget_set_visible (self->apply, editing);
}

/* Shows what the contract says now. */
void
_hr_budgets_dialog_update (HrBudgetsDialog *self)
{
  self->n_changes++;
  show_rows (self);
  show_title (self);
  enable_actions (self);
}

void
_hr_budgets_dialog_say (HrBudgetsDialog *self,
                        const char      *text)
{
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (text));
}

/* Takes @editor (transfer full) in place of what was edited.
 * @path: (nullable): the file its text stands in; @in_force: whether it is a contract that is there, rather than a new one */
void
_hr_budgets_dialog_take_text (HrBudgetsDialog  *self,
                              HrContractEditor *editor,
                              const char       *path,
                              gboolean          in_force)
{
  g_autofree char *own = g_strdup (path);

  g_clear_pointer (&self->editor, hr_contract_editor_free);
  g_clear_pointer (&self->saved, g_free);
  g_free (self->path);
  self->editor = editor;
  self->path = g_steal_pointer (&own);
  self->saved = in_force ? g_strdup (hr_contract_editor_get_text (editor)) : NULL;
}

static void
leave_page (HrBudgetsDialog *self)
{
  gtk_stack_set_visible_child_name (self->stack, "list");
  adw_bin_set_child (self->page_bin, NULL);
  self->page = NULL;
  gtk_window_set_default_widget (GTK_WINDOW (self), NULL);
  _hr_budgets_dialog_update (self);
}

static void
page_changed_cb (HrBudgetsDialog *self)
{
  if (self->page != NULL)
    enable_actions (self);
}

/* @budget: (nullable): NULL: a new one */
static void
enter_page (HrBudgetsDialog *self,
            const char      *budget)
{
  GtkWidget *page = hr_budget_page_new (self->monitor, self->source, self->editor, budget);

  self->page = HR_BUDGET_PAGE (page);
  g_signal_connect_object (page, "changed", G_CALLBACK (page_changed_cb), self, G_CONNECT_SWAPPED);
  adw_bin_set_child (self->page_bin, page);
  gtk_stack_set_visible_child_name (self->stack, "budget");
  adw_window_title_set_title (self->title, budget != NULL ? budget : _ ("New Budget"));
  adw_window_title_set_subtitle (self->title, hr_contract_get_name (contract_of (self)));
  gtk_window_set_default_widget (GTK_WINDOW (self), self->apply);
  gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD);
  enable_actions (self);
}

static gboolean
enter_tick_cb (GtkWidget     *widget,
               GdkFrameClock *clock,
               gpointer       budget)
{
  HrBudgetsDialog *self = HR_BUDGETS_DIALOG (widget);

  if (self->page == NULL)
    enter_page (self, budget);

  return G_SOURCE_REMOVE;
}

/* All the fields of a budget take longer to make than anything may hold the main loop: they are part of the next frame. */
static void
enter_with_frame (HrBudgetsDialog *self,
                  const char      *budget)
{
  gtk_widget_add_tick_callback (GTK_WIDGET (self), enter_tick_cb, g_strdup (budget), g_free);
}

static void
list_activated_cb (GtkListBox      *list,
                   GtkListBoxRow   *row,
                   HrBudgetsDialog *self)
{
  enter_with_frame (self, hr_budget_row_get_budget (HR_BUDGET_ROW (row)));
}

static void
add_cb (GtkWidget  *widget,
        const char *name,
        GVariant   *parameter)
{
  enter_with_frame (HR_BUDGETS_DIALOG (widget), NULL);
}

static void
undo_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  HrBudgetsDialog *self = HR_BUDGETS_DIALOG (widget);

  hr_contract_editor_undo (self->editor);
  _hr_budgets_dialog_update (self);
}

/* What a toast offers to take back, unless something else has been changed since. */
static void
undo_change_cb (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  HrBudgetsDialog *self = HR_BUDGETS_DIALOG (widget);

  if (g_variant_get_uint32 (parameter) == self->n_changes && self->page == NULL)
    undo_cb (widget, name, NULL);
  else
    _hr_budgets_dialog_say (self, _ ("Something else has changed since"));
}

static void
back_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  leave_page (HR_BUDGETS_DIALOG (widget));
}

/* Makes what is written of a budget what the contract says; says why that cannot be. */
gboolean
_hr_budgets_dialog_apply (HrBudgetsDialog *self)
{
  g_autoptr (GError) error = NULL;
  gboolean applied = hr_budget_page_apply (self->page, &error);

  if (applied)
    leave_page (self);
  else
    _hr_budgets_dialog_say (self, error->message);

  return applied;
}

static void
apply_cb (GtkWidget  *widget,
          const char *name,
          GVariant   *parameter)
{
  _hr_budgets_dialog_apply (HR_BUDGETS_DIALOG (widget));
}

/* Escape leaves the budget first, and then the dialog. */
static gboolean
escape_cb (GtkWidget *widget,
           GVariant  *arguments,
           gpointer   user_data)
{
  HrBudgetsDialog *self = HR_BUDGETS_DIALOG (widget);

  if (self->page != NULL)
    leave_page (self);
  else
    gtk_window_close (GTK_WINDOW (self));

  return TRUE;
}

static gboolean
hr_budgets_dialog_close_request (GtkWindow *window)
{
  HrBudgetsDialog *self = HR_BUDGETS_DIALOG (window);

  return _hr_budgets_dialog_may_close (self) ? GTK_WINDOW_CLASS (hr_budgets_dialog_parent_class)->close_request (window) : TRUE;
}

static void
hr_budgets_dialog_dispose (GObject *object)
{
  HrBudgetsDialog *self = HR_BUDGETS_DIALOG (object);

  g_clear_handle_id (&self->filling, g_source_remove);
  if (self->page != NULL)
    adw_bin_set_child (self->page_bin, NULL);
  self->page = NULL;
  g_clear_object (&self->monitor);
  g_clear_object (&self->settings);
  g_clear_object (&self->source);

  G_OBJECT_CLASS (hr_budgets_dialog_parent_class)->dispose (object);
}

static void
hr_budgets_dialog_finalize (GObject *object)
{
  HrBudgetsDialog *self = HR_BUDGETS_DIALOG (object);

  hr_contract_editor_free (self->editor);
  g_free (self->path);
  g_free (self->saved);

  G_OBJECT_CLASS (hr_budgets_dialog_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, HrBudgetsDialog, title);
  gtk_widget_class_bind_template_child (widget_class, HrBudgetsDialog, back);
  gtk_widget_class_bind_template_child (widget_class, HrBudgetsDialog, menu);
  gtk_widget_class_bind_template_child (widget_class, HrBudgetsDialog, save);
  gtk_widget_class_bind_template_child (widget_class, HrBudgetsDialog, apply);
  gtk_widget_class_bind_template_child (widget_class, HrBudgetsDialog, toasts);
  gtk_widget_class_bind_template_child (widget_class, HrBudgetsDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, HrBudgetsDialog, group);
  gtk_widget_class_bind_template_child (widget_class, HrBudgetsDialog, list);
  gtk_widget_class_bind_template_child (widget_class, HrBudgetsDialog, page_bin);
  gtk_widget_class_bind_template_callback (widget_class, list_activated_cb);
}

static void
hr_budgets_dialog_class_init (HrBudgetsDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hr_budgets_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = hr_budgets_dialog_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = hr_budgets_dialog_close_request;

  gtk_widget_class_install_action (widget_class, "budgets.add", NULL, add_cb);
  gtk_widget_class_install_action (widget_class, "budgets.undo", NULL, undo_cb);
  gtk_widget_class_install_action (widget_class, "budgets.undo-change", "u", undo_change_cb);
  gtk_widget_class_install_action (widget_class, "budgets.back", NULL, back_cb);
  gtk_widget_class_install_action (widget_class, "budgets.apply", NULL, apply_cb);
  _hr_budgets_dialog_install_file_actions (widget_class);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, escape_cb, NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_n, GDK_CONTROL_MASK, "budgets.add", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_z, GDK_CONTROL_MASK, "budgets.undo", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "budgets.back", NULL);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/budgets-dialog.ui");
  bind_children (widget_class);
}

static void
hr_budgets_dialog_init (HrBudgetsDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* The text of the contract in force is a contract already. */
static void
take_contract (HrBudgetsDialog *self)
{
  HrContract *contract = hr_monitor_get_contract (self->monitor);
  const char *text = hr_contract_get_text (contract);
  const char *file = hr_contract_get_file (contract);
  g_autoptr (GError) error = NULL;
  HrContractEditor *editor = hr_contract_editor_new (text, strlen (text), file, &error);

  if (editor == NULL)
    g_error ("The contract in force is none: %s", error->message);

  /* What comes with the app has a name and no place. */
  _hr_budgets_dialog_take_text (self, editor, g_path_is_absolute (file) ? file : NULL, TRUE);
}

/* @source: (nullable) */
GtkWindow *
hr_budgets_dialog_new (GtkWindow *parent,
                       HrMonitor *monitor,
                       GSettings *settings,
                       HrSource  *source)
{
  HrBudgetsDialog *self = g_object_new (HR_TYPE_BUDGETS_DIALOG, "transient-for", parent, NULL);
  g_autofree char *whose = source != NULL ? g_strdup_printf (_ ("As %s stands"), hr_source_get_title (source)) : NULL;

  self->monitor = g_object_ref (monitor);
  self->settings = g_object_ref (settings);
  if (source != NULL)
    self->source = g_object_ref (source);
  if (whose != NULL)
    {
      g_autofree char *escaped = g_markup_escape_text (whose, -1);

      adw_preferences_group_set_description (self->group, escaped);
    }
  take_contract (self);
  g_signal_connect_object (monitor, "verdict-changed", G_CALLBACK (monitor_verdict_cb), self, 0);
  _hr_budgets_dialog_update (self);

  return GTK_WINDOW (self);
}

/* Opens the budget called @budget, if the contract has one. */
void
hr_budgets_dialog_edit (HrBudgetsDialog *self,
                        const char      *budget)
{
  HrContract *contract;

  g_return_if_fail (HR_IS_BUDGETS_DIALOG (self));

  contract = contract_of (self);
  for (guint i = 0; i < hr_contract_get_n_budgets (contract); i++)
    if (g_str_equal (hr_contract_get_budget (contract, i)->name, budget))
      {
        enter_page (self, budget);
        return;
      }
}
