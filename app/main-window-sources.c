/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/add-source-dialog.h"
#include "app/main-window-private.h"
#include "app/peers-dialog.h"
#include "app/program-row.h"
#include "app/remembered.h"
#include "app/undo-toast.h"
#include "app/watch-dialog.h"

#include <glib/gi18n.h>

/* A source that is out of sight and forgotten unless its user thinks better of it. */
typedef struct
{
  HrMainWindow *window; /* weak */
  HrMonitor    *monitor;
  HrPairings   *pairings;
  GSettings    *settings;
  HrSource     *source;
} Leaving;

static void
leaving_free (gpointer data)
{
  Leaving *self = data;

  g_clear_weak_pointer (&self->window);
  g_object_unref (self->monitor);
  g_object_unref (self->pairings);
  g_object_unref (self->settings);
  g_object_unref (self->source);
  g_free (self);
}

static Leaving *
leaving_new (HrMainWindow *window,
             HrSource     *source)
{
  Leaving *self = g_new0 (Leaving, 1);

  g_set_weak_pointer (&self->window, window);
  self->monitor = g_object_ref (window->monitor);
  self->pairings = g_object_ref (window->pairings);
  self->settings = g_object_ref (window->settings);
  self->source = g_object_ref (source);

  return self;
}

static void
forget_for_good_cb (gpointer user_data)
{
  Leaving *leaving = user_data;

  hr_remembered_forget (leaving->settings, leaving->source);
  hr_pairings_forget (leaving->pairings, hr_source_get_address (leaving->source));
  hr_monitor_forget (leaving->monitor, leaving->source);
  if (leaving->window != NULL && leaving->window->monitor != NULL)
    hr_sidebar_set_hidden (leaving->window->sidebar, leaving->source, FALSE);
}

static void
take_back_cb (gpointer user_data)
{
  Leaving *leaving = user_data;

  if (leaving->window == NULL)
    return;

  hr_sidebar_set_hidden (leaving->window->sidebar, leaving->source, FALSE);
  hr_sidebar_select (leaving->window->sidebar, leaving->source);
}

static void
forget_source (HrMainWindow *self,
               HrSource     *source)
{
  g_autofree char *text = g_strdup_printf (_ ("“%s” is forgotten"), hr_source_get_title (source));
  Leaving         *leaving = leaving_new (self, source);

  hr_sidebar_set_hidden (self->sidebar, source, TRUE);
  hr_undo_toast_offer (self->toasts, text, forget_for_good_cb, take_back_cb, leaving, leaving_free);
}

static void
forget_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  HrMainWindow *self = HR_MAIN_WINDOW (user_data);

  if (self->session != NULL)
    _hr_main_window_remove_session (self, self->session);
  else
    forget_source (self, hr_main_window_get_source (self));
}

static void
rename_response_cb (AdwMessageDialog *dialog,
                    const char       *response,
                    HrMainWindow     *self)
{
  GtkWidget *entry = gtk_widget_get_last_child (adw_message_dialog_get_extra_child (dialog));
  gpointer   what = g_object_get_data (G_OBJECT (dialog), "what");

  if (!g_str_equal (response, "rename") || self->settings == NULL)
    return;

  if (HR_IS_SESSION_ITEM (what))
    _hr_main_window_rename_session (self, what, gtk_editable_get_text (GTK_EDITABLE (entry)));
  else
    hr_remembered_rename (self->settings, what, gtk_editable_get_text (GTK_EDITABLE (entry)));
}

/* An empty name gives a source its own name back. */
static void
rename_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  HrMainWindow     *self = HR_MAIN_WINDOW (user_data);
  HrSource         *source = hr_main_window_get_source (self);
  const char       *title = self->session != NULL ? hr_session_item_get_title (self->session) : hr_source_get_title (source);
  gpointer          what = self->session != NULL ? (gpointer) self->session : (gpointer) source;
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (self), NULL, NULL));
  GtkWidget        *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget        *entry = gtk_entry_new ();

  gtk_box_append (GTK_BOX (box), hr_words_new (_ ("Rename"), "title-2"));
  gtk_box_append (GTK_BOX (box), entry);
  gtk_editable_set_text (GTK_EDITABLE (entry), title);
  if (source != NULL)
    gtk_entry_set_placeholder_text (GTK_ENTRY (entry), hr_source_get_name (source));
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, self->session != NULL ? _ ("Name of the recording") : _ ("Name of the source"), -1);

  gtk_window_set_title (GTK_WINDOW (dialog), _ ("Rename"));
  adw_message_dialog_set_extra_child (dialog, box);
  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "rename", _ ("_Rename"), NULL);
  adw_message_dialog_set_default_response (dialog, "rename");
  adw_message_dialog_set_response_appearance (dialog, "rename", ADW_RESPONSE_SUGGESTED);
  g_object_set_data_full (G_OBJECT (dialog), "what", g_object_ref (what), g_object_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (rename_response_cb), self, 0);
  gtk_widget_grab_focus (entry);
  hr_main_window_present (self, GTK_WINDOW (dialog));
}

static void
pair_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  HrMainWindow *self = HR_MAIN_WINDOW (user_data);

  hr_monitor_pair (self->monitor, hr_main_window_get_source (self));
  hr_main_window_toast (self, _ ("Unlock the device and choose Trust on its screen"));
}

static void
show_origin_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  HrMainWindow *self = HR_MAIN_WINDOW (user_data);

  hr_sidebar_select (self->sidebar, hr_monitor_get_origin (self->monitor, hr_main_window_get_source (self)));
}

static void
dialog_added_cb (HrAddSourceDialog *dialog,
                 HrSource          *source,
                 const char        *title,
                 HrMainWindow      *self)
{
  if (*title != '\0')
    hr_remembered_rename (self->settings, source, title);
  hr_sidebar_select (self->sidebar, source);
}

/* One dialog at a time, however many links somebody opens. */
static HrAddSourceDialog *
present_add_source (HrMainWindow *self)
{
  if (self->adding == NULL)
    {
      g_set_weak_pointer (&self->adding, hr_add_source_dialog_new (GTK_WINDOW (self), self->monitor, self->pairings));
      g_signal_connect_object (self->adding, "added", G_CALLBACK (dialog_added_cb), self, 0);
    }
  hr_main_window_present (self, self->adding);

  return HR_ADD_SOURCE_DIALOG (self->adding);
}

static void
add_source_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  present_add_source (HR_MAIN_WINDOW (user_data));
}

void
hr_main_window_offer_source (HrMainWindow *self,
                             const char   *link)
{
  g_return_if_fail (HR_IS_MAIN_WINDOW (self));

  hr_add_source_dialog_set_link (present_add_source (self), link);
}

static void
network_sources_cb (GSimpleAction *action,
                    GVariant      *parameter,
                    gpointer       user_data)
{
  HrMainWindow *self = HR_MAIN_WINDOW (user_data);

  hr_main_window_present (self, hr_peers_dialog_new (GTK_WINDOW (self), self->monitor, self->pairings));
}

/* The program selects itself once it is there. */
static void
dialog_watched_cb (HrWatchDialog *dialog,
                   HrSource      *place,
                   guint64        pid,
                   HrMainWindow  *self)
{
  self->expected_pid = pid;
}

static void
watch_process_cb (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  HrMainWindow *self = HR_MAIN_WINDOW (user_data);
  HrSource     *source = hr_main_window_get_source (self);
  HrSource     *place = source != NULL ? hr_monitor_get_origin (self->monitor, source) : NULL;
  GtkWindow    *dialog = hr_watch_dialog_new (GTK_WINDOW (self), self->monitor, place);

  g_signal_connect_object (dialog, "watched", G_CALLBACK (dialog_watched_cb), self, 0);
  hr_main_window_present (self, dialog);
}

/* What the first dialog of its kind would otherwise have to read before it can show. */
static gboolean
warm_up_cb (gpointer user_data)
{
  HrMainWindow *self = HR_MAIN_WINDOW (user_data);
  const GType   types[] = {
      HR_TYPE_WATCH_DIALOG,
      GTK_TYPE_DROP_DOWN,
      HR_TYPE_PROGRAM_ROW,
      HR_TYPE_ADD_SOURCE_DIALOG,
      ADW_TYPE_ENTRY_ROW,
      ADW_TYPE_PASSWORD_ENTRY_ROW,
      HR_TYPE_PEERS_DIALOG,
      ADW_TYPE_MESSAGE_DIALOG,
  };

  if (self->n_warm == G_N_ELEMENTS (types))
    {
      self->warming = 0;
      return G_SOURCE_REMOVE;
    }
  g_type_class_unref (g_type_class_ref (types[self->n_warm++]));

  return G_SOURCE_CONTINUE;
}

static const GActionEntry entries[] = {
  { "add-source", add_source_cb },
  { "network-sources", network_sources_cb },
  { "watch-process", watch_process_cb },
  { "show-origin", show_origin_cb },
  { "rename", rename_cb },
  { "forget", forget_cb },
  { "pair", pair_cb },
};

void
_hr_main_window_add_source_actions (HrMainWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  self->warming = g_idle_add_full (G_PRIORITY_LOW, warm_up_cb, self, NULL);
}

/* This computer itself stays. */
static gboolean
can_forget (HrSource *source)
{
  return hr_source_get_role (source) != HR_SOURCE_COMPUTER || !hr_source_is_here (source);
}

static gboolean
can_pair (HrSource *source)
{
  const HrDevice *device = hr_source_get_device (source);

  return device != NULL && (device->state == HR_DEVICE_NOT_PAIRED || device->state == HR_DEVICE_REFUSED);
}

/* Enables what makes sense for @source, which may be NULL. */
void
_hr_main_window_update_source_actions (HrMainWindow *self,
                                       HrSource     *source)
{
  _hr_main_window_enable (self, "rename", source != NULL || (self->session != NULL && hr_session_item_get_recording (self->session) != 0));
  _hr_main_window_enable (self, "forget", (source != NULL && can_forget (source)) || self->session != NULL);
  _hr_main_window_enable (self, "pair", source != NULL && can_pair (source));
  _hr_main_window_enable (self, "show-origin", source != NULL && hr_monitor_get_origin (self->monitor, source) != source);
}
