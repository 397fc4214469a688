/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/history-salvage.h"

#include "engine/store/session.h"

#include <glib/gi18n.h>

typedef struct
{
  char         *from;
  char         *to;
  GWeakRef      widget;
  HrSalvageDone done;
} Salvage;

static void
salvage_free (gpointer data)
{
  Salvage *salvage = data;

  g_free (salvage->from);
  g_free (salvage->to);
  g_weak_ref_clear (&salvage->widget);
  g_free (salvage);
}

static void
salvage_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  Salvage *salvage = data;
  GError  *error = NULL;
  g_autoptr (HrSession) session = hr_session_open (salvage->from, &error);

  if (session != NULL && hr_session_save (session, (HrRange){ 0, 0 }, salvage->to, TRUE, NULL, NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
salvage_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Salvage *salvage = g_task_get_task_data (G_TASK (result));
  g_autoptr (GtkWidget) widget = g_weak_ref_get (&salvage->widget);
  g_autoptr (GError) error = NULL;
  gboolean saved = g_task_propagate_boolean (G_TASK (result), &error);

  if (widget != NULL)
    salvage->done (saved ? salvage->to : NULL, error, widget);
}

static void
chooser_response_cb (GtkNativeDialog *chooser,
                     int              response,
                     Salvage         *salvage)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;
  g_autoptr (GTask) task = NULL;

  g_signal_handlers_disconnect_by_data (chooser, salvage);
  g_object_unref (chooser);
  if (file == NULL)
    {
      salvage_free (salvage);
      return;
    }

  salvage->to = g_file_get_path (file);
  task = g_task_new (NULL, NULL, salvage_cb, NULL);
  g_task_set_task_data (task, salvage, salvage_free);
  g_task_run_in_thread (task, salvage_thread);
}

/* A file chooser takes longer to make than anything may hold the main loop: it is part of the next frame. */
static gboolean
choose_tick_cb (GtkWidget     *widget,
                GdkFrameClock *clock,
                gpointer       user_data)
{
  Salvage              *salvage = user_data;
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_ ("Save what is readable"), GTK_WINDOW (gtk_widget_get_root (widget)),
                                                               GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), "salvaged.headroom");
  g_signal_connect (chooser, "response", G_CALLBACK (chooser_response_cb), salvage);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));

  return G_SOURCE_REMOVE;
}

void
hr_history_salvage (GtkWidget    *widget,
                    const char   *path,
                    HrSalvageDone done)
{
  Salvage *salvage = g_new0 (Salvage, 1);

  salvage->from = g_strdup (path);
  salvage->done = done;
  g_weak_ref_init (&salvage->widget, widget);
  gtk_widget_add_tick_callback (widget, choose_tick_cb, salvage, NULL);
}
