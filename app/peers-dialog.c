/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/peers-dialog.h"

#include "app/flow.h"
#include "app/labels.h"
#include "app/sources.h"
#include "app/undo-toast.h"
#include "app/wording.h"

#include <glib/gi18n.h>

struct _HrPeersDialog
{
  AdwWindow parent_instance;

  /* Template children */
  AdwToastOverlay *toasts;
  GtkStack        *stack;
  GtkListBox      *list;
  GtkLabel        *trouble;

  /* Owned */
  HrMonitor  *monitor;
  HrPairings *pairings;
  char       *leaving; /* address of the one whose forgetting can still be undone */

  guint tick; /* the refresh that is due at the next frame, or 0 */
};

G_DEFINE_FINAL_TYPE (HrPeersDialog, hr_peers_dialog, ADW_TYPE_WINDOW)

/* What a button of a row is about; the pairings and the monitor outlive the dialog while a toast is up. */
typedef struct
{
  HrPeersDialog *dialog; /* weak */
  HrMonitor     *monitor;
  HrPairings    *pairings;
  char          *address;
} Errand;

static void refresh (HrPeersDialog *self);

static Errand *
errand_new (HrPeersDialog *dialog,
            const char    *address)
{
  Errand *self = g_new0 (Errand, 1);

  g_set_weak_pointer (&self->dialog, dialog);
  self->monitor = g_object_ref (dialog->monitor);
  self->pairings = g_object_ref (dialog->pairings);
  self->address = g_strdup (address);

  return self;
}

static void
errand_free (gpointer data)
{
  Errand *self = data;

  g_clear_weak_pointer (&self->dialog);
  g_object_unref (self->monitor);
  g_object_unref (self->pairings);
  g_free (self->address);
  g_free (self);
}

static void
errand_closure_free (gpointer  data,
                     GClosure *closure)
{
  errand_free (data);
}

static void
close_link (Errand *errand)
{
  HrSource *source = hr_sources_find_origin (errand->monitor, errand->address);

  if (source != NULL)
    hr_monitor_forget (errand->monitor, source);
}

static void
revoke_clicked_cb (GtkWidget *button,
                   Errand    *errand)
{
  close_link (errand);
  hr_pairings_revoke (errand->pairings, errand->address);
}

static void
allow_clicked_cb (GtkWidget *button,
                  Errand    *errand)
{
  hr_pairings_allow (errand->pairings, errand->address);
}

static void
end_leaving (Errand *errand)
{
  if (errand->dialog == NULL)
    return;

  g_clear_pointer (&errand->dialog->leaving, g_free);
  refresh (errand->dialog);
}

static void
forget_cb (gpointer user_data)
{
  Errand *errand = user_data;

  close_link (errand);
  hr_pairings_forget (errand->pairings, errand->address);
  end_leaving (errand);
}

static void
keep_cb (gpointer user_data)
{
  end_leaving (user_data);
}

static void
forget_clicked_cb (GtkWidget *button,
                   Errand    *errand)
{
  HrPeersDialog   *self = errand->dialog;
  Errand          *own = errand_new (self, errand->address);
  g_autofree char *text = g_strdup_printf (_ ("“%s” is forgotten"), hr_pairings_find (self->pairings, errand->address)->name);

  /* One at a time: the one before is forgotten for good. */
  if (self->leaving != NULL)
    {
      g_autofree char *before = g_steal_pointer (&self->leaving);
      Errand          *earlier = errand_new (self, before);

      forget_cb (earlier);
      errand_free (earlier);
    }
  self->leaving = g_strdup (own->address);
  hr_undo_toast_offer (self->toasts, text, forget_cb, keep_cb, own, errand_free);
  refresh (self);
}

static char *
word_last_seen (const HrPeerRecord *record)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (record->last_seen);
  g_autofree char *text = then != NULL ? g_date_time_format (then, "%x %H:%M") : NULL;

  if (record->last_seen == 0 || text == NULL)
    return g_strdup (_ ("never connected"));

  return g_strdup_printf (_ ("last seen %s"), text);
}

static char *
word_record (HrPeersDialog      *self,
             const HrPeerRecord *record)
{
  HrSource        *source = hr_sources_find_origin (self->monitor, record->address);
  g_autofree char *seen = word_last_seen (record);

  if (record->revoked)
    return g_strdup_printf (_ ("%s\nRevoked · %s"), record->address, seen);
  if (record->trouble != NULL)
    return g_strdup_printf ("%s\n%s", record->address, record->trouble);
  if (source != NULL)
    return g_strdup_printf ("%s\n%s · %s", record->address, hr_word_state (hr_source_get_state (source)), seen);

  return g_strdup_printf ("%s\n%s", record->address, seen);
}

static void
add_button (HrPeersDialog      *self,
            GtkWidget          *buttons,
            const HrPeerRecord *record,
            const char         *label,
            GCallback           clicked_cb)
{
  GtkWidget       *button = gtk_button_new_with_label (label);
  g_autofree char *spoken = g_strdup_printf ("%s: %s", label, record->name);

  /* Newer GTK would name it by the label in it. */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  g_signal_connect_data (button, "clicked", clicked_cb, errand_new (self, record->address), errand_closure_free, 0);
  gtk_widget_set_parent (button, buttons);
}

static void
add_words (GtkWidget  *box,
           const char *text,
           const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (box), label);
}

/* The buttons are below the words: beside them, in a narrow window or in large text, the words would have no room. */
static void
add_row (HrPeersDialog      *self,
         const HrPeerRecord *record)
{
  GtkWidget       *row = gtk_list_box_row_new ();
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget       *buttons = g_object_new (HR_TYPE_FLOW, NULL);
  g_autofree char *detail = word_record (self, record);

  add_words (box, record->name, "heading");
  add_words (box, detail, "dim-label");
  if (record->revoked)
    add_button (self, buttons, record, _ ("Allow Again"), G_CALLBACK (allow_clicked_cb));
  else
    add_button (self, buttons, record, _ ("Revoke"), G_CALLBACK (revoke_clicked_cb));
  add_button (self, buttons, record, _ ("Forget"), G_CALLBACK (forget_clicked_cb));
  gtk_box_append (GTK_BOX (box), buttons);

  gtk_widget_add_css_class (box, "peer");
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, record->name, -1);
  gtk_list_box_append (self->list, row);
}

static void
refresh (HrPeersDialog *self)
{
  const char    *trouble = hr_pairings_get_trouble (self->pairings);
  GtkListBoxRow *row;
  guint          n_shown = 0;

  while ((row = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  for (guint i = hr_pairings_get_n (self->pairings); i-- > 0;)
    {
      const HrPeerRecord *record = hr_pairings_get (self->pairings, i);

      if (g_strcmp0 (record->address, self->leaving) == 0)
        continue;
      add_row (self, record);
      n_shown++;
    }
  gtk_stack_set_visible_child_name (self->stack, n_shown > 0 ? "peers" : "none");
  gtk_widget_set_visible (GTK_WIDGET (self->trouble), trouble != NULL);
  hr_label_set (self->trouble, trouble != NULL ? trouble : "");
}

static gboolean
refresh_tick_cb (GtkWidget     *widget,
                 GdkFrameClock *clock,
                 gpointer       user_data)
{
  HrPeersDialog *self = HR_PEERS_DIALOG (widget);

  self->tick = 0;
  refresh (self);

  return G_SOURCE_REMOVE;
}

/* However much changes at once, the rows are made once a frame. */
static void
queue_refresh (HrPeersDialog *self)
{
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), refresh_tick_cb, NULL, NULL);
}

static void
hr_peers_dialog_dispose (GObject *object)
{
  HrPeersDialog *self = HR_PEERS_DIALOG (object);

  g_clear_pointer (&self->leaving, g_free);
  g_clear_object (&self->monitor);
  g_clear_object (&self->pairings);

  G_OBJECT_CLASS (hr_peers_dialog_parent_class)->dispose (object);
}

static void
hr_peers_dialog_class_init (HrPeersDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hr_peers_dialog_dispose;

  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/peers-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, HrPeersDialog, toasts);
  gtk_widget_class_bind_template_child (widget_class, HrPeersDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, HrPeersDialog, list);
  gtk_widget_class_bind_template_child (widget_class, HrPeersDialog, trouble);
}

static void
hr_peers_dialog_init (HrPeersDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWindow *
hr_peers_dialog_new (GtkWindow  *parent,
                     HrMonitor  *monitor,
                     HrPairings *pairings)
{
  HrPeersDialog *self = g_object_new (HR_TYPE_PEERS_DIALOG, "transient-for", parent, NULL);

  self->monitor = g_object_ref (monitor);
  self->pairings = g_object_ref (pairings);
  g_signal_connect_object (pairings, "changed", G_CALLBACK (queue_refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (monitor, "source-state", G_CALLBACK (queue_refresh), self, G_CONNECT_SWAPPED);
  queue_refresh (self);

  return GTK_WINDOW (self);
}
