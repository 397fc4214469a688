/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/application-private.h"
#include "app/file-kinds.h"
#include "engine/model/shown-path.h"

#include <glib/gi18n.h>

/* What is being chosen. */
typedef struct
{
  HrApplication       *application; /* owned */
  GtkFileChooserAction what;
  char                *title;
  char                *name;     /* that is offered; NULL: none */
  const char          *suffixes; /* a literal */
  HrChosen             chosen;
} Choice;

static void
choice_free (gpointer data)
{
  Choice *choice = data;

  g_object_unref (choice->application);
  g_free (choice->title);
  g_free (choice->name);
  g_free (choice);
}

/* To take a file chooser apart takes as long as to make one: it gets a turn of its own. */
static void
drop_chooser_cb (gpointer chooser)
{
  g_object_unref (chooser);
}

/* Returns: (transfer full) (nullable): the path of @file; NULL, its user told, where it has none, or none that is text: settings, actions and notifications
 * carry nothing else. */
char *
_hr_application_take_path (HrApplication *self,
                           GFile         *file)
{
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *uri = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *body = NULL;

  if (path != NULL && g_utf8_validate (path, -1, NULL))
    return g_steal_pointer (&path);

  uri = g_file_get_uri (file);
  shown = path != NULL ? hr_shown_path (path) : NULL;
  body = path != NULL ? g_strdup_printf (_ ("“%s” has a name, or is in a folder with a name, that is not UTF-8 text. Give it another one."), shown)
                      : g_strdup_printf (_ ("“%s” is not a file of this computer."), uri);
  if (self->window != NULL)
    hr_main_window_complain (self->window, _ ("File Not Used"), body);

  return NULL;
}

static void
chooser_response_cb (GtkNativeDialog *chooser,
                     int              response,
                     Choice          *choice)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;
  g_autofree char *path = file != NULL ? _hr_application_take_path (choice->application, file) : NULL;

  if (path != NULL)
    choice->chosen (choice->application, path);
  g_idle_add_once (drop_chooser_cb, chooser);
}

static gboolean
choose_tick_cb (GtkWidget     *window,
                GdkFrameClock *clock,
                gpointer       user_data)
{
  Choice               *choice = user_data;
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (choice->title, GTK_WINDOW (window), choice->what, NULL, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  if (choice->name != NULL)
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), choice->name);
  hr_file_kinds_offer (GTK_FILE_CHOOSER (chooser), choice->suffixes);
  g_object_set_data_full (G_OBJECT (chooser), "choice", choice, choice_free);
  g_signal_connect (chooser, "response", G_CALLBACK (chooser_response_cb), choice);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));

  return G_SOURCE_REMOVE;
}

/* A file chooser, and a window that tells about the app, take longer to make than anything may hold the main loop: they are part of the
 * next frame. */
void
_hr_application_do_with_frame (HrApplication  *self,
                               GtkTickCallback callback,
                               gpointer        user_data)
{
  if (self->window != NULL)
    gtk_widget_add_tick_callback (GTK_WIDGET (self->window), callback, user_data, NULL);
}

/* Has a path chosen, of which @chosen is told unless its user thinks better of it. @name: (nullable): what a new file may be called; @suffixes:
 * a literal, the kinds of files that are shown ("csv json") */
void
_hr_application_choose (HrApplication       *self,
                        const char          *title,
                        GtkFileChooserAction what,
                        const char          *name,
                        const char          *suffixes,
                        HrChosen             chosen)
{
  Choice *choice;

  if (self->window == NULL)
    return;

  choice = g_new0 (Choice, 1);
  *choice = (Choice){ g_object_ref (self), what, g_strdup (title), g_strdup (name), suffixes, chosen };
  _hr_application_do_with_frame (self, choose_tick_cb, choice);
}
