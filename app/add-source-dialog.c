/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/add-source-dialog.h"

#include "app/labels.h"
#include "app/source-input.h"

#include <glib/gi18n.h>

struct _HrAddSourceDialog
{
  AdwWindow parent_instance;

  /* Template children */
  GtkWidget   *add;
  GtkListBox  *rows;
  GtkEditable *address;
  GtkEditable *name;
  GtkLabel    *status;
  GtkLabel    *trouble;

  /* Owned */
  HrMonitor  *monitor;
  HrPairings *pairings;

  GtkEditable *token;        /* a row too, once one is wanted */
  const char  *status_class; /* interned */
  gboolean     done;         /* it is about to close */
};

static guint added_signal;

G_DEFINE_FINAL_TYPE (HrAddSourceDialog, hr_add_source_dialog, ADW_TYPE_WINDOW)

/* Returns what is to be added; NULL with an error that says what is wrong with it. */
static HrAddress *
read_address (HrAddSourceDialog *self,
              GError           **error)
{
  const char *token = self->token != NULL ? gtk_editable_get_text (self->token) : "";
  g_autoptr (HrAddress) address = hr_source_input_read (gtk_editable_get_text (self->address), token, error);

  if (address == NULL || !hr_pairings_admit (self->pairings, address, error))
    return NULL;

  return g_steal_pointer (&address);
}

static void
show_status (HrAddSourceDialog *self,
             const char        *text,
             const char        *css_class)
{
  hr_label_set (self->status, text);
  hr_css_class_swap (GTK_WIDGET (self->status), &self->status_class, css_class);
}

static void refresh (HrAddSourceDialog *self);

/* Few addresses want a token beside them: its row is made for these. */
static void
show_token (HrAddSourceDialog *self,
            gboolean           wanted)
{
  if (wanted && self->token == NULL)
    {
      self->token = GTK_EDITABLE (adw_password_entry_row_new ());
      g_object_set (self->token, "title", _ ("Token"), "activates-default", TRUE, NULL);
      g_signal_connect_swapped (self->token, "changed", G_CALLBACK (refresh), self);
      gtk_list_box_insert (self->rows, GTK_WIDGET (self->token), 1);
    }
  if (self->token != NULL)
    gtk_widget_set_visible (GTK_WIDGET (self->token), wanted);
}

/* Nothing is wrong yet with what has not been written. */
static void
refresh (HrAddSourceDialog *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrAddress) address = read_address (self, &error);
  const char      *title = gtk_editable_get_text (self->name);
  g_autofree char *own_name = address != NULL ? hr_source_input_name (address) : NULL;
  gboolean         blank = *gtk_editable_get_text (self->address) == '\0';

  show_token (self, hr_source_input_wants_token (gtk_editable_get_text (self->address)));
  gtk_widget_set_sensitive (self->add, address != NULL);
  if (address != NULL)
    {
      g_autofree char *text = g_strdup_printf (_ ("It will be called “%s”."), *title != '\0' ? title : own_name);

      show_status (self, text, "dim-label");
    }
  else
    show_status (self, blank ? "" : error->message, "error");
}

static void
input_changed_cb (HrAddSourceDialog *self)
{
  refresh (self);
}

static void
close_cb (gpointer user_data)
{
  g_autoptr (GtkWindow) dialog = user_data;

  gtk_window_close (dialog);
}

/* Takes the source up and remembers it. What cannot be reached is there too, and says why. */
static void
add_cb (HrAddSourceDialog *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrAddress) address = read_address (self, &error);
  g_autofree char *name = NULL;
  g_autofree char *title = g_strdup (gtk_editable_get_text (self->name));
  HrSource        *source;

  if (address == NULL || self->done)
    return;

  source = hr_monitor_add (self->monitor, address, &error);
  if (source == NULL)
    {
      show_status (self, error->message, "error");
      return;
    }

  name = *title != '\0' ? g_strdup (title) : hr_source_input_name (address);
  hr_pairings_remember (self->pairings, address, name);
  g_signal_emit (self, added_signal, 0, source, title);

  /* The window is taken apart in a turn of its own. */
  self->done = TRUE;
  g_idle_add_once (close_cb, g_object_ref (self));
}

static void
pairings_changed_cb (HrAddSourceDialog *self)
{
  const char *trouble = hr_pairings_get_trouble (self->pairings);

  gtk_widget_set_visible (GTK_WIDGET (self->trouble), trouble != NULL);
  hr_label_set (self->trouble, trouble != NULL ? trouble : "");
}

static void
hr_add_source_dialog_dispose (GObject *object)
{
  HrAddSourceDialog *self = HR_ADD_SOURCE_DIALOG (object);

  g_clear_object (&self->monitor);
  g_clear_object (&self->pairings);

  G_OBJECT_CLASS (hr_add_source_dialog_parent_class)->dispose (object);
}

static void
hr_add_source_dialog_class_init (HrAddSourceDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hr_add_source_dialog_dispose;
  added_signal = g_signal_new ("added", HR_TYPE_ADD_SOURCE_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 2, HR_TYPE_SOURCE, G_TYPE_STRING);

  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/add-source-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, HrAddSourceDialog, add);
  gtk_widget_class_bind_template_child (widget_class, HrAddSourceDialog, address);
  gtk_widget_class_bind_template_child (widget_class, HrAddSourceDialog, rows);
  gtk_widget_class_bind_template_child (widget_class, HrAddSourceDialog, name);
  gtk_widget_class_bind_template_child (widget_class, HrAddSourceDialog, status);
  gtk_widget_class_bind_template_child (widget_class, HrAddSourceDialog, trouble);
  gtk_widget_class_bind_template_callback (widget_class, input_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
}

static void
hr_add_source_dialog_init (HrAddSourceDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
hr_add_source_dialog_set_link (HrAddSourceDialog *self,
                               const char        *link)
{
  g_autofree char *text = NULL;

  g_return_if_fail (HR_IS_ADD_SOURCE_DIALOG (self));

  /* What is longer than any link may be stays so, and is told of, without being laid out in full. */
  text = g_utf8_make_valid (link, (gssize) MIN (strlen (link), HR_ADDRESS_LIMIT + 1));
  gtk_editable_set_text (self->address, text);
}

GtkWindow *
hr_add_source_dialog_new (GtkWindow  *parent,
                          HrMonitor  *monitor,
                          HrPairings *pairings)
{
  HrAddSourceDialog *self = g_object_new (HR_TYPE_ADD_SOURCE_DIALOG, "transient-for", parent, NULL);

  self->monitor = g_object_ref (monitor);
  self->pairings = g_object_ref (pairings);
  g_signal_connect_object (pairings, "changed", G_CALLBACK (pairings_changed_cb), self, G_CONNECT_SWAPPED);
  pairings_changed_cb (self);
  refresh (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->address));

  return GTK_WINDOW (self);
}
