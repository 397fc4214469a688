/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/log-card.h"

#include "app/labels.h"
#include "app/log-buffer.h"

#include <glib/gi18n.h>

/* How often lines are let in: faster nobody reads them. */
#define LET_IN_MS 200

struct _HrLogCard
{
  GtkBox parent_instance;

  /* Template children */
  GtkSwitch         *follow;
  GtkWidget         *tools;
  GtkEditable       *filter;
  GtkScrolledWindow *scroller;
  GtkListView       *list;
  GtkLabel          *message;

  /* Owned */
  HrMonitor  *monitor;
  HrSource   *device;
  HrLogBuffer buffer;

  gboolean at_end; /* the reader looks at the newest lines, so that they stay in sight */
  guint    timer;
};

G_DEFINE_FINAL_TYPE (HrLogCard, hr_log_card, GTK_TYPE_BOX)

static gboolean
is_following (HrLogCard *self)
{
  return self->device != NULL && gtk_switch_get_active (self->follow);
}

static void
show_message (HrLogCard *self)
{
  gboolean    following = is_following (self);
  gboolean    empty = g_list_model_get_n_items (G_LIST_MODEL (self->buffer.lines)) == 0;
  const char *text = !following                                      ? _ ("Switch it on to read what the system and every program on the device write.")
                     : *gtk_editable_get_text (self->filter) != '\0' ? _ ("No line with this text so far")
                                                                     : _ ("Waiting for the first line");

  gtk_widget_set_visible (self->tools, following || !empty);
  gtk_widget_set_visible (GTK_WIDGET (self->scroller), !empty);
  gtk_widget_set_visible (GTK_WIDGET (self->message), empty);
  hr_label_set (self->message, text);
}

static gboolean
let_in_cb (gpointer user_data)
{
  HrLogCard *self = user_data;

  if (hr_log_buffer_let_in (&self->buffer))
    show_message (self);

  return G_SOURCE_CONTINUE;
}

static void
start (HrLogCard *self)
{
  if (self->timer == 0)
    self->timer = g_timeout_add (LET_IN_MS, let_in_cb, self);
  self->at_end = TRUE;
  hr_monitor_follow_log (self->monitor, self->device, gtk_editable_get_text (self->filter));
}

static void
stop (HrLogCard *self)
{
  if (self->timer != 0)
    hr_monitor_leave_log (self->monitor, self->device);
  g_clear_handle_id (&self->timer, g_source_remove);
}

static void
follow_active_cb (HrLogCard *self)
{
  if (is_following (self))
    start (self);
  else
    stop (self);
  show_message (self);
}

/* Lines that came before do not hold the text, or hold too little of it: the list begins anew. */
static void
filter_changed_cb (HrLogCard *self)
{
  hr_log_buffer_empty (&self->buffer);
  if (is_following (self))
    start (self);
  show_message (self);
}

static void
copy_clicked_cb (HrLogCard *self)
{
  g_autofree char *text = hr_log_buffer_copy (&self->buffer);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
}

static void
clear_clicked_cb (HrLogCard *self)
{
  hr_log_buffer_empty (&self->buffer);
  show_message (self);
}

static void
monitor_log_line_cb (HrMonitor       *monitor,
                     HrSource        *source,
                     const HrLogLine *line,
                     HrLogCard       *self)
{
  if (source == self->device && self->timer != 0)
    hr_log_buffer_add (&self->buffer, line);
}

/* The reader has scrolled, or what they look at has moved. */
static void
adjustment_value_cb (GtkAdjustment *adjustment,
                     HrLogCard     *self)
{
  self->at_end = gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment) >= gtk_adjustment_get_upper (adjustment) - 1;
}

/* The list has grown: whoever read its end reads on there. */
static void
adjustment_changed_cb (GtkAdjustment *adjustment,
                       HrLogCard     *self)
{
  if (self->at_end)
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment));
}

void
hr_log_card_set_device (HrLogCard *self,
                        HrSource  *device)
{
  g_return_if_fail (HR_IS_LOG_CARD (self));

  if (device == self->device)
    return;

  stop (self);
  hr_log_buffer_empty (&self->buffer);
  g_set_object (&self->device, device);
  gtk_switch_set_active (self->follow, FALSE);
  gtk_editable_set_text (self->filter, "");
  show_message (self);
}

void
hr_log_card_follow (HrLogCard *self,
                    HrMonitor *monitor)
{
  g_return_if_fail (HR_IS_LOG_CARD (self));
  g_return_if_fail (self->monitor == NULL);

  self->monitor = g_object_ref (monitor);
  g_signal_connect_object (monitor, "log-line", G_CALLBACK (monitor_log_line_cb), self, 0);
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          gpointer                  user_data)
{
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, NULL);

  gtk_list_item_set_child (item, label);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item,
         gpointer                  user_data)
{
  GtkStringObject *line = gtk_list_item_get_item (item);

  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)), gtk_string_object_get_string (line));
}

static void
hr_log_card_dispose (GObject *object)
{
  HrLogCard *self = HR_LOG_CARD (object);

  if (self->device != NULL)
    stop (self);
  g_clear_object (&self->device);
  g_clear_object (&self->monitor);

  G_OBJECT_CLASS (hr_log_card_parent_class)->dispose (object);
}

static void
hr_log_card_finalize (GObject *object)
{
  hr_log_buffer_clear (&HR_LOG_CARD (object)->buffer);

  G_OBJECT_CLASS (hr_log_card_parent_class)->finalize (object);
}

static void
hr_log_card_class_init (HrLogCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hr_log_card_dispose;
  G_OBJECT_CLASS (klass)->finalize = hr_log_card_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/log-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HrLogCard, follow);
  gtk_widget_class_bind_template_child (widget_class, HrLogCard, tools);
  gtk_widget_class_bind_template_child (widget_class, HrLogCard, filter);
  gtk_widget_class_bind_template_child (widget_class, HrLogCard, scroller);
  gtk_widget_class_bind_template_child (widget_class, HrLogCard, list);
  gtk_widget_class_bind_template_child (widget_class, HrLogCard, message);
  gtk_widget_class_bind_template_callback (widget_class, follow_active_cb);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, clear_clicked_cb);
}

static void
hr_log_card_init (HrLogCard *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkAdjustment      *adjustment;
  GtkSelectionModel  *lines;

  hr_log_buffer_init (&self->buffer);
  gtk_widget_init_template (GTK_WIDGET (self));

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  gtk_list_view_set_factory (self->list, factory);
  lines = GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->buffer.lines))));
  gtk_list_view_set_model (self->list, lines);
  g_object_unref (factory);
  g_object_unref (lines);

  adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (adjustment_value_cb), self, 0);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (adjustment_changed_cb), self, 0);
  show_message (self);
}
