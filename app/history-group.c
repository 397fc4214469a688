/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/history-group.h"

#include "app/wording.h"
#include "engine/store/session.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

/* How often the file is looked at while it is written. */
#define LOOK_MS 3000

struct _HrHistoryGroup
{
  AdwPreferencesGroup parent_instance;

  /* Children */
  GtkWidget *path;
  GtkWidget *size;
  GtkWidget *oldest;
  GtkWidget *clear;

  /* Owned */
  HrArchive    *archive;
  GCancellable *cancellable;

  guint look;         /* the source that looks again */
  guint n_recordings; /* in the file, when it was looked at last */
};

G_DEFINE_FINAL_TYPE (HrHistoryGroup, hr_history_group, ADW_TYPE_PREFERENCES_GROUP)

/* What only reading the file tells. */
typedef struct
{
  gint64 begin_us; /* 0: there is nothing in it */
  guint  n_recordings;
} Facts;

static void
facts_thread (GTask        *task,
              gpointer      object,
              gpointer      path,
              GCancellable *cancellable)
{
  GError    *error = NULL;
  HrSession *session = hr_session_open (path, &error);
  Facts     *facts;

  if (session == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  facts = g_new0 (Facts, 1);
  facts->begin_us = hr_session_get_range (session).begin_us;
  facts->n_recordings = hr_session_get_n_recordings (session);
  hr_session_close (session);
  g_task_return_pointer (task, facts, g_free);
}

/* Of a group that is gone looking was cancelled: only otherwise is there one. */
static void
facts_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  HrHistoryGroup *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree Facts *facts = g_task_propagate_pointer (G_TASK (result), &error);
  g_autoptr (GDateTime) then = NULL;
  g_autofree char *text = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  self->n_recordings = facts != NULL ? facts->n_recordings : 0;
  if (facts != NULL && facts->begin_us != 0)
    then = g_date_time_new_from_unix_local (facts->begin_us / G_USEC_PER_SEC);
  if (then != NULL)
    text = g_date_time_format (then, "%x %X");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->oldest), text != NULL ? text : HR_NO_VALUE);
}

static void
look (HrHistoryGroup *self)
{
  HrRecorder             *recorder = hr_archive_get_recorder (self->archive);
  const HrRecorderStatus *status = recorder != NULL ? hr_recorder_get_status (recorder) : NULL;
  g_autofree char        *path = g_filename_display_name (hr_archive_get_path (self->archive));
  g_autofree char        *size = status != NULL && status->bytes > 0 ? g_format_size (status->bytes) : g_strdup (HR_NO_VALUE);
  const char             *trouble = hr_archive_get_trouble (self->archive);
  g_autoptr (GTask) task = g_task_new (NULL, self->cancellable, facts_cb, self);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->path), path);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->size), trouble != NULL ? trouble : size);
  gtk_widget_set_sensitive (self->clear, recorder != NULL);
  g_task_set_task_data (task, g_strdup (hr_archive_get_path (self->archive)), g_free);
  g_task_run_in_thread (task, facts_thread);
}

static gboolean
look_cb (gpointer user_data)
{
  HrHistoryGroup *self = user_data;

  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    look (self);

  return G_SOURCE_CONTINUE;
}

static void
tell (HrHistoryGroup *self,
      const char     *text)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (ADW_IS_PREFERENCES_WINDOW (root))
    adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (root), adw_toast_new (text));
}

static void
remove_thread (GTask        *task,
               gpointer      object,
               gpointer      path,
               GCancellable *cancellable)
{
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);

  if (g_unlink (path) == 0)
    {
      g_unlink (wal);
      g_task_return_boolean (task, TRUE);
    }
  else
    {
      int number = errno;

      g_task_return_new_error (task, G_IO_ERROR, (gint) g_io_error_from_errno (number), _ ("“%s” cannot be removed: %s"),
                               (const char *) path, g_strerror (number));
    }
}

static void
remove_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (HrHistoryGroup) self = user_data;
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    tell (self, _ ("The history is cleared"));
  else
    tell (self, error->message);
  if (self->archive != NULL)
    look (self);
}

/* The archive goes on in a new file; the old one, under another name now, is removed whether anybody still looks on or not. */
static void
set_aside_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (HrHistoryGroup) self = user_data;
  g_autoptr (GError) error = NULL;
  char *path = hr_archive_set_aside_finish (HR_ARCHIVE (object), result, &error);
  g_autoptr (GTask) task = NULL;

  if (path == NULL)
    {
      tell (self, error->message);
      return;
    }

  task = g_task_new (NULL, NULL, remove_cb, g_object_ref (self));
  g_task_set_task_data (task, path, g_free);
  g_task_run_in_thread (task, remove_thread);
}

static void
clear_response_cb (AdwMessageDialog *dialog,
                   const char       *response,
                   HrHistoryGroup   *self)
{
  if (g_str_equal (response, "clear") && self->archive != NULL)
    hr_archive_set_aside_async (self->archive, set_aside_cb, g_object_ref (self));
}

static void
clear_clicked_cb (HrHistoryGroup *self)
{
  GtkRoot          *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autofree char  *recordings = self->n_recordings > 0 ? g_strdup_printf (ngettext ("The recording in it goes too.", "The %u recordings in it go too.",
                                                                                     self->n_recordings),
                                                                           self->n_recordings)
                                                        : g_strdup ("");
  g_autofree char  *body = g_strdup_printf (_ ("What has been measured so far is removed from the disk, and cannot be had back. %s"), recordings);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (root), _ ("Clear the History?"), body));

  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "clear", _ ("C_lear"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "clear", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (clear_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static GtkWidget *
add_row (HrHistoryGroup *self,
         const char     *title)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);

  return row;
}

static void
hr_history_group_dispose (GObject *object)
{
  HrHistoryGroup *self = HR_HISTORY_GROUP (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->look, g_source_remove);
  g_clear_object (&self->archive);

  G_OBJECT_CLASS (hr_history_group_parent_class)->dispose (object);
}

static void
hr_history_group_finalize (GObject *object)
{
  g_clear_object (&HR_HISTORY_GROUP (object)->cancellable);

  G_OBJECT_CLASS (hr_history_group_parent_class)->finalize (object);
}

static void
hr_history_group_class_init (HrHistoryGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hr_history_group_dispose;
  G_OBJECT_CLASS (klass)->finalize = hr_history_group_finalize;
}

static void
hr_history_group_init (HrHistoryGroup *self)
{
  self->cancellable = g_cancellable_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _ ("File"));
  self->path = add_row (self, _ ("Path"));
  self->size = add_row (self, _ ("Size"));
  self->oldest = add_row (self, _ ("Oldest data"));
  self->clear = gtk_button_new_with_mnemonic (_ ("_Clear History…"));
  gtk_widget_set_halign (self->clear, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_top (self->clear, 18);
  gtk_widget_add_css_class (self->clear, "destructive-action");
  gtk_widget_add_css_class (self->clear, "pill");
  g_signal_connect_swapped (self->clear, "clicked", G_CALLBACK (clear_clicked_cb), self);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), self->clear);
}

GtkWidget *
hr_history_group_new (HrArchive *archive)
{
  HrHistoryGroup *self = g_object_new (HR_TYPE_HISTORY_GROUP, NULL);

  self->archive = g_object_ref (archive);
  self->look = g_timeout_add (LOOK_MS, look_cb, self);
  look (self);

  return GTK_WIDGET (self);
}
