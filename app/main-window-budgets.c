/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/budgets-dialog.h"
#include "app/main-window-private.h"
#include "app/preferences-window.h"

/* These windows take longer to make than anything may hold the main loop: they are part of the next frame. */

/* The one that is open, or NULL. */
static GtkWindow *
find_open (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      /* GTK holds it. */
      if (HR_IS_BUDGETS_DIALOG (window))
        return window;
    }

  return NULL;
}

static gboolean
budgets_tick_cb (GtkWidget     *widget,
                 GdkFrameClock *clock,
                 gpointer       budget)
{
  HrMainWindow *self = HR_MAIN_WINDOW (widget);
  GtkWindow    *dialog = find_open ();

  /* What is being changed in it stays. */
  if (dialog != NULL)
    {
      gtk_window_present (dialog);
      return G_SOURCE_REMOVE;
    }

  dialog = hr_budgets_dialog_new (GTK_WINDOW (self), self->monitor, self->settings, hr_main_window_get_source (self));
  if (*(const char *) budget != '\0')
    hr_budgets_dialog_edit (HR_BUDGETS_DIALOG (dialog), budget);
  gtk_window_present (dialog);

  return G_SOURCE_REMOVE;
}

static void
budgets_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  gtk_widget_add_tick_callback (GTK_WIDGET (user_data), budgets_tick_cb, g_strdup (""), g_free);
}

static void
edit_budget_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  gtk_widget_add_tick_callback (GTK_WIDGET (user_data), budgets_tick_cb, g_variant_dup_string (parameter, NULL), g_free);
}

static gboolean
preferences_tick_cb (GtkWidget     *widget,
                     GdkFrameClock *clock,
                     gpointer       user_data)
{
  HrMainWindow *self = HR_MAIN_WINDOW (widget);

  gtk_window_present (hr_preferences_window_new (GTK_WINDOW (self), self->archive, self->settings));

  return G_SOURCE_REMOVE;
}

static void
preferences_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  gtk_widget_add_tick_callback (GTK_WIDGET (user_data), preferences_tick_cb, NULL, NULL);
}

void
_hr_main_window_add_budget_actions (HrMainWindow *self)
{
  static const GActionEntry entries[] = {
    { "budgets", budgets_cb },
    { "edit-budget", edit_budget_cb, "s" },
    { "preferences", preferences_cb },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
