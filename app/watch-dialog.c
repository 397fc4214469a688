/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/watch-dialog.h"

#include "app/labels.h"
#include "app/program-row.h"

#include <glib/gi18n.h>

/* More than anybody reads before they type on. */
#define MAX_ROWS 40
#define ROWS_AT_A_TIME 4

struct _HrWatchDialog
{
  AdwWindow parent_instance;

  /* Template children */
  GtkEditable   *search;
  GtkDropDown   *place;
  GtkStack      *stack;
  GtkListBox    *list;
  GtkLabel      *more;
  AdwStatusPage *error;

  /* Owned */
  HrMonitor    *monitor;
  GCancellable *cancellable; /* of the search under way */
  GPtrArray    *found;       /* of HrProgram; NULL: nothing yet */

  guint n_filled; /* rows that say what was found */
  guint filling;  /* the source that goes on with them, or 0 */
};

static guint watched_signal;

G_DEFINE_FINAL_TYPE (HrWatchDialog, hr_watch_dialog, ADW_TYPE_WINDOW)

static HrSource *
get_place (HrWatchDialog *self)
{
  return gtk_drop_down_get_selected_item (self->place);
}

/* Says what row number @index says; it is made if it follows the last one. */
static void
set_row (HrWatchDialog   *self,
         guint            index,
         const HrProgram *program)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, (int) index);

  if (row == NULL)
    {
      row = GTK_LIST_BOX_ROW (hr_program_row_new ());
      gtk_list_box_append (self->list, GTK_WIDGET (row));
    }
  hr_program_row_set_program (HR_PROGRAM_ROW (row), program);
}

static void
drop_rows (HrWatchDialog *self,
           guint          n_kept)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (self->list, (int) n_kept)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
}

static guint
count_rows (HrWatchDialog *self)
{
  return MIN (self->found->len, MAX_ROWS);
}

/* A few rows at a time, so that typing is never held up. */
static gboolean
fill_cb (gpointer user_data)
{
  HrWatchDialog *self = user_data;

  for (guint i = 0; i < ROWS_AT_A_TIME && self->n_filled < count_rows (self); i++, self->n_filled++)
    set_row (self, self->n_filled, g_ptr_array_index (self->found, self->n_filled));
  if (self->n_filled < count_rows (self))
    return G_SOURCE_CONTINUE;

  self->filling = 0;

  return G_SOURCE_REMOVE;
}

static void
show_programs (HrWatchDialog *self,
               GPtrArray     *programs,
               guint          n_more)
{
  guint            n_hidden = n_more + programs->len - MIN (programs->len, MAX_ROWS);
  g_autofree char *more = g_strdup_printf (ngettext ("%u more: type more of its name", "%u more: type more of its name", n_hidden), n_hidden);

  g_clear_pointer (&self->found, g_ptr_array_unref);
  self->found = g_ptr_array_ref (programs);
  self->n_filled = 0;
  drop_rows (self, count_rows (self));
  g_clear_handle_id (&self->filling, g_source_remove);
  if (fill_cb (self) == G_SOURCE_CONTINUE)
    self->filling = g_idle_add (fill_cb, self);
  gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, 0));
  gtk_widget_set_visible (GTK_WIDGET (self->more), n_hidden > 0);
  hr_label_set (self->more, more);
  gtk_stack_set_visible_child_name (self->stack, programs->len > 0 ? "programs" : "none");
}

/* A search whose dialog is gone was cancelled: only otherwise is there one. */
static void
search_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  HrWatchDialog *self = user_data;
  g_autoptr (GError) error = NULL;
  guint n_more = 0;
  g_autoptr (GPtrArray) programs = hr_monitor_search_finish (HR_MONITOR (object), result, &n_more, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (programs != NULL)
    show_programs (self, programs, n_more);
  else
    {
      g_autofree char *text = g_markup_escape_text (error->message, -1);

      adw_status_page_set_description (self->error, text);
      gtk_stack_set_visible_child_name (self->stack, "error");
    }
}

static void
search (HrWatchDialog *self)
{
  HrSource *place = get_place (self);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (place == NULL)
    return;

  self->cancellable = g_cancellable_new ();
  hr_monitor_search_async (self->monitor, place, gtk_editable_get_text (self->search), self->cancellable, search_cb, self);
}

static void
search_changed_cb (HrWatchDialog *self)
{
  search (self);
}

static void
watch (HrWatchDialog *self,
       GtkListBoxRow *row)
{
  const HrProgram *program = row != NULL ? hr_program_row_get_program (HR_PROGRAM_ROW (row)) : NULL;
  HrSource        *place = get_place (self);

  if (program == NULL || place == NULL || !gtk_widget_get_sensitive (GTK_WIDGET (row)))
    return;

  hr_monitor_watch (self->monitor, place, program->pid, program->start_time);
  g_signal_emit (self, watched_signal, 0, place, program->pid);
  gtk_window_close (GTK_WINDOW (self));
}

static void
list_activated_cb (GtkListBox    *list,
                   GtkListBoxRow *row,
                   HrWatchDialog *self)
{
  watch (self, row);
}

/* Enter in the entry takes the row that is marked. */
static void
search_activate_cb (HrWatchDialog *self)
{
  watch (self, gtk_list_box_get_selected_row (self->list));
}

static void
search_stop_cb (HrWatchDialog *self)
{
  gtk_window_close (GTK_WINDOW (self));
}

static void
move_selection (HrWatchDialog *self,
                int            step)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);
  GtkListBoxRow *next = row != NULL ? gtk_list_box_get_row_at_index (self->list, gtk_list_box_row_get_index (row) + step) : NULL;

  if (next != NULL)
    gtk_list_box_select_row (self->list, next);
}

/* Up and Down move the mark without leaving the entry. */
static gboolean
search_key_cb (GtkEventControllerKey *keys,
               guint                  key,
               guint                  code,
               GdkModifierType        modifiers,
               HrWatchDialog         *self)
{
  if (key != GDK_KEY_Down && key != GDK_KEY_Up)
    return GDK_EVENT_PROPAGATE;

  move_selection (self, key == GDK_KEY_Down ? 1 : -1);

  return GDK_EVENT_STOP;
}

static gboolean
is_place (gpointer item,
          gpointer user_data)
{
  HrSourceRole role = hr_source_get_role (item);

  return role == HR_SOURCE_COMPUTER || role == HR_SOURCE_DEVICE;
}

static void
choose_place (HrWatchDialog *self,
              HrSource      *place)
{
  GListModel *places = gtk_drop_down_get_model (self->place);
  guint       n = g_list_model_get_n_items (places);

  gtk_widget_set_visible (GTK_WIDGET (self->place), n > 1);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HrSource) candidate = g_list_model_get_item (places, i);

      if (candidate == place)
        gtk_drop_down_set_selected (self->place, i);
    }
}

static void
list_places (HrWatchDialog *self)
{
  GtkFilter          *filter = GTK_FILTER (gtk_custom_filter_new (is_place, NULL, NULL));
  GtkFilterListModel *places = gtk_filter_list_model_new (g_object_ref (hr_monitor_get_sources (self->monitor)), filter);
  GtkExpression      *title = gtk_property_expression_new (HR_TYPE_SOURCE, NULL, "title");

  gtk_drop_down_set_expression (self->place, title);
  gtk_drop_down_set_model (self->place, G_LIST_MODEL (places));
  gtk_expression_unref (title);
  g_object_unref (places);
}

static void
hr_watch_dialog_dispose (GObject *object)
{
  HrWatchDialog *self = HR_WATCH_DIALOG (object);

  g_clear_handle_id (&self->filling, g_source_remove);
  g_clear_pointer (&self->found, g_ptr_array_unref);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->monitor);

  G_OBJECT_CLASS (hr_watch_dialog_parent_class)->dispose (object);
}

static void
hr_watch_dialog_class_init (HrWatchDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hr_watch_dialog_dispose;
  watched_signal = g_signal_new ("watched", HR_TYPE_WATCH_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 2, HR_TYPE_SOURCE, G_TYPE_UINT64);

  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/watch-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, HrWatchDialog, search);
  gtk_widget_class_bind_template_child (widget_class, HrWatchDialog, place);
  gtk_widget_class_bind_template_child (widget_class, HrWatchDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, HrWatchDialog, list);
  gtk_widget_class_bind_template_child (widget_class, HrWatchDialog, more);
  gtk_widget_class_bind_template_child (widget_class, HrWatchDialog, error);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, list_activated_cb);
}

static void
hr_watch_dialog_init (HrWatchDialog *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (search_key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->search), keys);
}

GtkWindow *
hr_watch_dialog_new (GtkWindow *parent,
                     HrMonitor *monitor,
                     HrSource  *place)
{
  HrWatchDialog *self = g_object_new (HR_TYPE_WATCH_DIALOG, "transient-for", parent, NULL);

  self->monitor = g_object_ref (monitor);
  list_places (self);
  choose_place (self, place);
  g_signal_connect_object (self->place, "notify::selected", G_CALLBACK (search_changed_cb), self, G_CONNECT_SWAPPED);
  search (self);

  return GTK_WINDOW (self);
}
