/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Recordings and session files in the window: chosen in the sidebar, shown in the History view, named anew and taken away. */

#include "app/compare-dialog.h"
#include "app/main-window-private.h"
#include "app/undo-toast.h"

#include <glib/gi18n.h>

#define LIVE_PAGE "live"
#define HISTORY_PAGE "history"

/* Long enough to think about it. */
#define KEPT_SECONDS 10

static void
archive_changed_cb (HrMainWindow *self)
{
  hr_history_view_set_recorder (self->history, hr_archive_get_recorder (self->archive));
}

/* Another button beside the toast's own. */
static GtkWidget *
kept_title (gint64 id)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new (_ ("Recording kept"));
  GtkWidget *open = gtk_button_new_with_label (_ ("Open"));

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (open), "win.show-recording");
  gtk_actionable_set_action_target_value (GTK_ACTIONABLE (open), g_variant_new_int64 (id));
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), open);

  return box;
}

static void
archive_recorded_cb (HrArchive    *archive,
                     gint64        id,
                     const char   *name,
                     HrMainWindow *self)
{
  AdwToast *toast = adw_toast_new (_ ("Recording kept"));

  adw_toast_set_custom_title (toast, kept_title (id));
  /* What else is told can wait. */
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  adw_toast_set_timeout (toast, KEPT_SECONDS);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_action_name (toast, "win.remove-recording");
  adw_toast_set_action_target_value (toast, g_variant_new_int64 (id));
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
flap_folded_cb (HrMainWindow *self)
{
  hr_record_button_set_compact (self->record, adw_flap_get_folded (self->flap));
}

static HrSessionItem *
find_recording (HrMainWindow *self,
                GVariant     *id)
{
  return hr_sessions_find (self->sessions, hr_archive_get_path (self->archive), g_variant_get_int64 (id));
}

static void
show_recording_cb (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  HrMainWindow  *self = HR_MAIN_WINDOW (user_data);
  HrSessionItem *item = find_recording (self, parameter);

  if (item != NULL)
    hr_sidebar_select_session (self->sidebar, item);
}

static void
remove_recording_cb (GSimpleAction *action,
                     GVariant      *parameter,
                     gpointer       user_data)
{
  hr_archive_remove_recording (HR_MAIN_WINDOW (user_data)->archive, g_variant_get_int64 (parameter));
}

static gboolean
compare_tick_cb (GtkWidget     *widget,
                 GdkFrameClock *clock,
                 gpointer       user_data)
{
  HrMainWindow *self = HR_MAIN_WINDOW (widget);

  gtk_window_present (hr_compare_dialog_new (GTK_WINDOW (self), hr_sessions_get_list (self->sessions), hr_sidebar_get_session (self->sidebar)));

  return G_SOURCE_REMOVE;
}

/* The dialog takes longer to make than anything may hold the main loop: it is part of the next frame. */
static void
compare_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  gtk_widget_add_tick_callback (GTK_WIDGET (user_data), compare_tick_cb, NULL, NULL);
}

/* A session is of the past: it has no live page. The page that was looked at before comes back with a source. */
void
_hr_main_window_show_session (HrMainWindow  *self,
                              HrSessionItem *item)
{
  AdwViewStackPage *live = adw_view_stack_get_page (self->pages, GTK_WIDGET (self->views));

  adw_view_switcher_title_set_view_switcher_enabled (self->title, item == NULL);
  gtk_widget_set_visible (self->switcher, item == NULL);
  if (item != NULL)
    {
      if (self->page_before == NULL)
        self->page_before = g_strdup (adw_view_stack_get_visible_child_name (self->pages));
      adw_view_stack_set_visible_child_name (self->pages, HISTORY_PAGE);
      adw_view_stack_page_set_visible (live, FALSE);
      hr_history_view_set_session (self->history, hr_session_item_get_path (item), (HrRange){ 0, 0 }, hr_session_item_get_recording (item),
                                   hr_session_item_get_title (item));
      return;
    }

  hr_history_view_set_session (self->history, NULL, (HrRange){ 0, 0 }, 0, NULL);
  adw_view_stack_page_set_visible (live, TRUE);
  if (self->page_before != NULL)
    adw_view_stack_set_visible_child_name (self->pages, self->page_before);
  g_clear_pointer (&self->page_before, g_free);
}

/* What stands in the header bar of a session. */
void
_hr_main_window_title_session (HrMainWindow  *self,
                               HrSessionItem *item)
{
  g_autofree char *detail = hr_session_item_describe (item);

  adw_view_switcher_title_set_title (self->title, hr_session_item_get_title (item));
  adw_view_switcher_title_set_subtitle (self->title, detail);
}

void
hr_main_window_open_session (HrMainWindow *self,
                             const char   *path)
{
  g_return_if_fail (HR_IS_MAIN_WINDOW (self));

  hr_sidebar_select_session (self->sidebar, hr_sessions_open (self->sessions, path));
}

/* Returns: (transfer full): what the History view has in sight, if it can be seen itself; else the selected recording or file, or the history. */
HrStretch *
hr_main_window_get_stretch (HrMainWindow *self)
{
  HrSessionItem *item = hr_sidebar_get_session (self->sidebar);
  gboolean       seen = g_strcmp0 (adw_view_stack_get_visible_child_name (self->pages), HISTORY_PAGE) == 0;
  HrRange        range = seen ? hr_history_view_get_range (self->history) : (HrRange){ 0, 0 };

  if (item == NULL)
    return hr_stretch_new (hr_archive_get_path (self->archive), 0, range, _ ("History"));

  return hr_stretch_new (hr_session_item_get_path (item), hr_session_item_get_recording (item), range, hr_session_item_get_title (item));
}

void
hr_main_window_follow_jobs (HrMainWindow *self,
                            GListModel   *jobs)
{
  g_return_if_fail (HR_IS_MAIN_WINDOW (self));

  hr_job_bar_follow (self->jobs, jobs);
}

/* A recording or file that is out of sight, and removed unless its user thinks better of it. */
typedef struct
{
  HrMainWindow  *window; /* weak */
  HrArchive     *archive;
  HrSessions    *sessions;
  HrSessionItem *item;
} Leaving;

static void
leaving_free (gpointer data)
{
  Leaving *self = data;

  g_clear_weak_pointer (&self->window);
  g_object_unref (self->archive);
  g_object_unref (self->sessions);
  g_object_unref (self->item);
  g_free (self);
}

static void
remove_for_good_cb (gpointer user_data)
{
  Leaving *leaving = user_data;

  if (hr_session_item_get_recording (leaving->item) != 0)
    hr_archive_remove_recording (leaving->archive, hr_session_item_get_recording (leaving->item));
  else
    hr_sessions_close (leaving->sessions, leaving->item);
}

static void
take_back_cb (gpointer user_data)
{
  Leaving *leaving = user_data;

  if (leaving->window == NULL)
    return;

  hr_sidebar_set_session_hidden (leaving->window->sidebar, leaving->item, FALSE);
  hr_sidebar_select_session (leaving->window->sidebar, leaving->item);
}

/* Takes a recording's name away, or a file off the list. */
void
_hr_main_window_remove_session (HrMainWindow  *self,
                                HrSessionItem *item)
{
  gboolean         file = hr_session_item_get_recording (item) == 0;
  g_autofree char *text = g_strdup_printf (file ? _ ("“%s” is closed") : _ ("“%s” is removed"), hr_session_item_get_title (item));
  Leaving         *leaving = g_new0 (Leaving, 1);

  g_set_weak_pointer (&leaving->window, self);
  leaving->archive = g_object_ref (self->archive);
  leaving->sessions = g_object_ref (self->sessions);
  leaving->item = g_object_ref (item);
  hr_sidebar_set_session_hidden (self->sidebar, item, TRUE);
  hr_undo_toast_offer (self->toasts, text, remove_for_good_cb, take_back_cb, leaving, leaving_free);
}

void
_hr_main_window_rename_session (HrMainWindow  *self,
                                HrSessionItem *item,
                                const char    *name)
{
  HrRange range = hr_session_item_get_range (item);

  if (*name != '\0')
    hr_archive_set_recording (self->archive, hr_session_item_get_recording (item), name, range.begin_us, range.end_us);
}

static gboolean
drop_cb (GtkDropTarget *target,
         const GValue  *value,
         double         x,
         double         y,
         HrMainWindow  *self)
{
  GApplication *application = G_APPLICATION (gtk_window_get_application (GTK_WINDOW (self)));
  g_autoptr (GPtrArray) files = g_ptr_array_new ();

  for (GSList *link = g_value_get_boxed (value); link != NULL; link = link->next)
    g_ptr_array_add (files, link->data);
  if (files->len > 0)
    g_application_open (application, (GFile **) files->pdata, (int) files->len, "");

  return files->len > 0;
}

static const GActionEntry entries[] = {
  { "compare", compare_cb },
  { "show-recording", show_recording_cb, "x" },
  { "remove-recording", remove_recording_cb, "x" },
};

/* Shows what is recorded; once. */
void
_hr_main_window_follow_archive (HrMainWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  hr_record_button_follow (self->record, self->archive);
  hr_archive_bar_follow (self->obstacle, self->archive);
  hr_sidebar_follow_sessions (self->sidebar, hr_sessions_get_list (self->sessions));
  g_signal_connect_object (self->archive, "changed", G_CALLBACK (archive_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->archive, "recorded", G_CALLBACK (archive_recorded_cb), self, 0);
  g_signal_connect_object (self->flap, "notify::folded", G_CALLBACK (flap_folded_cb), self, G_CONNECT_SWAPPED);
  archive_changed_cb (self);
  flap_folded_cb (self);

  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
