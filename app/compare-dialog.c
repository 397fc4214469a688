/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/compare-dialog.h"

#include "app/compared-row.h"
#include "app/file-kinds.h"
#include "app/flow.h"
#include "app/labels.h"
#include "app/session-work.h"
#include "engine/report/save.h"

#include <glib/gi18n.h>

struct _HrCompareDialog
{
  AdwWindow parent_instance;

  /* Template children */
  AdwToastOverlay *toasts;
  GtkStack        *stack;
  AdwComboRow     *base;
  AdwComboRow     *now;
  GtkWidget       *compare;
  GtkLabel        *trouble;
  GtkProgressBar  *progress;
  GtkLabel        *sentence;
  GtkLabel        *what;
  GtkColumnView   *table;

  /* Owned */
  GPtrArray    *items; /* HrSessionItem, as the rows number them */
  HrJob        *job;   /* that is under way, or NULL */
  HrComparison *comparison;
  GListStore   *rows;

  const char *sentence_class; /* interned */
};

G_DEFINE_FINAL_TYPE (HrCompareDialog, hr_compare_dialog, ADW_TYPE_WINDOW)

static HrSessionItem *
get_chosen (HrCompareDialog *self,
            AdwComboRow     *row)
{
  guint selected = adw_combo_row_get_selected (row);

  return selected < self->items->len ? self->items->pdata[selected] : NULL;
}

static void
chosen_cb (HrCompareDialog *self)
{
  HrSessionItem *base = get_chosen (self, self->base);
  HrSessionItem *now = get_chosen (self, self->now);

  gtk_widget_set_sensitive (self->compare, base != NULL && now != NULL && base != now);
}

static void
show_trouble (HrCompareDialog *self,
              const char      *text)
{
  gtk_widget_set_visible (GTK_WIDGET (self->trouble), text != NULL);
  if (text != NULL)
    hr_label_set (self->trouble, text);
}

/* What counts towards the whole comes first. */
static void
fill_table (HrCompareDialog *self)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);

  for (int counts = TRUE; counts >= FALSE; counts--)
    for (guint i = 0; i < hr_comparison_get_n_rows (self->comparison); i++)
      {
        const HrComparisonRow *row = hr_comparison_get_row (self->comparison, i);

        if (row->counts == counts)
          g_ptr_array_add (rows, hr_compared_row_new (row));
      }
  g_list_store_splice (self->rows, 0, g_list_model_get_n_items (G_LIST_MODEL (self->rows)), rows->pdata, rows->len);
}

static void
show_result (HrCompareDialog *self)
{
  HrDifference     difference = hr_comparison_get_difference (self->comparison);
  g_autofree char *what = g_strdup_printf (_ ("%s against %s"), hr_session_item_get_title (get_chosen (self, self->now)),
                                           hr_session_item_get_title (get_chosen (self, self->base)));

  fill_table (self);
  hr_label_set (self->sentence, hr_word_comparison (difference));
  hr_css_class_swap (GTK_WIDGET (self->sentence), &self->sentence_class, hr_difference_css_class (difference));
  hr_label_set (self->what, what);
  gtk_stack_set_visible_child_name (self->stack, "result");
}

/* A table takes longer to lay out than anything may hold the main loop: it is part of the next frame. */
static gboolean
result_tick_cb (GtkWidget     *widget,
                GdkFrameClock *clock,
                gpointer       user_data)
{
  show_result (HR_COMPARE_DIALOG (widget));

  return G_SOURCE_REMOVE;
}

static void
compared_cb (GObject      *job,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (HrCompareDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  HrComparison *comparison = hr_job_finish (result, &error);

  g_clear_object (&self->job);
  if (comparison == NULL)
    {
      show_trouble (self, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? NULL : error->message);
      gtk_stack_set_visible_child_name (self->stack, "choose");
      return;
    }

  g_clear_pointer (&self->comparison, hr_comparison_free);
  self->comparison = comparison;
  gtk_widget_add_tick_callback (GTK_WIDGET (self), result_tick_cb, NULL, NULL);
}

static HrStretch *
stretch_of (HrSessionItem *item)
{
  return hr_stretch_new (hr_session_item_get_path (item), hr_session_item_get_recording (item), (HrRange){ 0, 0 }, hr_session_item_get_title (item));
}

static void
compare_clicked_cb (HrCompareDialog *self)
{
  HrCompareWork *work = hr_compare_work_new (stretch_of (get_chosen (self, self->base)), stretch_of (get_chosen (self, self->now)));

  self->job = hr_job_start (_ ("Comparing"), hr_compare_work_run, work, hr_compare_work_free, (GDestroyNotify) hr_comparison_free, compared_cb,
                            g_object_ref (self));
  g_object_bind_property (self->job, "progress", self->progress, "fraction", G_BINDING_SYNC_CREATE);
  show_trouble (self, NULL);
  gtk_stack_set_visible_child_name (self->stack, "busy");
}

static void
cancel_clicked_cb (HrCompareDialog *self)
{
  if (self->job != NULL)
    hr_job_cancel (self->job);
}

static void
again_clicked_cb (HrCompareDialog *self)
{
  gtk_stack_set_visible_child_name (self->stack, "choose");
}

static void
copy_clicked_cb (HrCompareDialog *self)
{
  g_autofree char *text = hr_comparison_format (self->comparison, HR_COMPARISON_MARKDOWN);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (_ ("Copied as Markdown")));
}

static void
saved_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (HrCompareDialog) self = user_data;
  g_autoptr (GError) error = NULL;

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (hr_save_bytes_finish (result, &error) ? _ ("Saved") : error->message));
}

static void
save (HrCompareDialog *self,
      const char      *path)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  HrComparisonFormat format;
  char              *text;

  if (!hr_comparison_format_of_path (path, &format, &error))
    {
      adw_toast_overlay_add_toast (self->toasts, adw_toast_new (error->message));
      return;
    }

  text = hr_comparison_format (self->comparison, format);
  bytes = g_bytes_new_take (text, strlen (text));
  hr_save_bytes_async (path, bytes, NULL, saved_cb, g_object_ref (self));
}

static void
chooser_response_cb (GtkNativeDialog *chooser,
                     int              response,
                     HrCompareDialog *self)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    save (self, path);
  g_idle_add_once (g_object_unref, chooser);
}

/* A file chooser takes longer to make than anything may hold the main loop: it is part of the next frame. */
static gboolean
save_tick_cb (GtkWidget     *widget,
              GdkFrameClock *clock,
              gpointer       user_data)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_ ("Save as .md, .csv, .json or .txt"), GTK_WINDOW (widget), GTK_FILE_CHOOSER_ACTION_SAVE,
                                                               NULL, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), "comparison.md");
  hr_file_kinds_offer (GTK_FILE_CHOOSER (chooser), "md csv json txt");
  g_signal_connect_object (chooser, "response", G_CALLBACK (chooser_response_cb), widget, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));

  return G_SOURCE_REMOVE;
}

static void
save_clicked_cb (HrCompareDialog *self)
{
  gtk_widget_add_tick_callback (GTK_WIDGET (self), save_tick_cb, NULL, NULL);
}

static void
cell_setup_cb (GtkListItemFactory *factory,
               GtkListItem        *cell,
               gpointer            column)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), GPOINTER_TO_INT (column) >= HR_COMPARED_RATIO ? 1 : 0);
  gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (cell, label);
}

static void
cell_bind_cb (GtkListItemFactory *factory,
              GtkListItem        *cell,
              gpointer            column)
{
  HrComparedRow *row = gtk_list_item_get_item (cell);
  GtkWidget     *label = gtk_list_item_get_child (cell);
  const char    *css_class = hr_difference_css_class (hr_compared_row_get_difference (row));

  gtk_label_set_label (GTK_LABEL (label), hr_compared_row_get_text (row, GPOINTER_TO_INT (column)));
  gtk_widget_remove_css_class (label, "error");
  gtk_widget_remove_css_class (label, "success");
  if (GPOINTER_TO_INT (column) == HR_COMPARED_RESULT && css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
}

static int
compare_rows (gconstpointer a,
              gconstpointer b,
              gpointer      column)
{
  return hr_compared_row_compare ((HrComparedRow *) a, (HrComparedRow *) b, GPOINTER_TO_INT (column));
}

static void
add_columns (HrCompareDialog *self)
{
  for (int i = 0; i < HR_N_COMPARED_COLUMNS; i++)
    {
      GtkListItemFactory  *factory = gtk_signal_list_item_factory_new ();
      GtkColumnViewColumn *column = gtk_column_view_column_new (hr_compared_column_title (i), factory);
      g_autoptr (GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (compare_rows, GINT_TO_POINTER (i), NULL));

      g_signal_connect (factory, "setup", G_CALLBACK (cell_setup_cb), GINT_TO_POINTER (i));
      g_signal_connect (factory, "bind", G_CALLBACK (cell_bind_cb), GINT_TO_POINTER (i));
      gtk_column_view_column_set_sorter (column, sorter);
      gtk_column_view_column_set_resizable (column, TRUE);
      gtk_column_view_append_column (self->table, column);
      g_object_unref (column);
    }
}

static void
hr_compare_dialog_dispose (GObject *object)
{
  HrCompareDialog *self = HR_COMPARE_DIALOG (object);

  if (self->job != NULL)
    hr_job_cancel (self->job);

  G_OBJECT_CLASS (hr_compare_dialog_parent_class)->dispose (object);
}

static void
hr_compare_dialog_finalize (GObject *object)
{
  HrCompareDialog *self = HR_COMPARE_DIALOG (object);

  g_clear_object (&self->job);
  g_clear_pointer (&self->comparison, hr_comparison_free);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_object (&self->rows);

  G_OBJECT_CLASS (hr_compare_dialog_parent_class)->finalize (object);
}

static gboolean
destroy_tick_cb (GtkWidget     *parent,
                 GdkFrameClock *clock,
                 gpointer       window)
{
  gtk_window_destroy (window);

  return G_SOURCE_REMOVE;
}

/* Whoever closes the window waits for nothing any more. To take the table apart takes longer than anything may hold the main loop: it is part of the
 * parent's next frame. */
static gboolean
hr_compare_dialog_close_request (GtkWindow *window)
{
  GtkWindow *parent = gtk_window_get_transient_for (window);

  cancel_clicked_cb (HR_COMPARE_DIALOG (window));
  if (parent == NULL)
    return FALSE;

  gtk_widget_set_visible (GTK_WIDGET (window), FALSE);
  gtk_widget_add_tick_callback (GTK_WIDGET (parent), destroy_tick_cb, g_object_ref (window), g_object_unref);

  return TRUE;
}

static void
hr_compare_dialog_class_init (HrCompareDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_FLOW);

  G_OBJECT_CLASS (klass)->dispose = hr_compare_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = hr_compare_dialog_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = hr_compare_dialog_close_request;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/compare-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, HrCompareDialog, toasts);
  gtk_widget_class_bind_template_child (widget_class, HrCompareDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, HrCompareDialog, base);
  gtk_widget_class_bind_template_child (widget_class, HrCompareDialog, now);
  gtk_widget_class_bind_template_child (widget_class, HrCompareDialog, compare);
  gtk_widget_class_bind_template_child (widget_class, HrCompareDialog, trouble);
  gtk_widget_class_bind_template_child (widget_class, HrCompareDialog, progress);
  gtk_widget_class_bind_template_child (widget_class, HrCompareDialog, sentence);
  gtk_widget_class_bind_template_child (widget_class, HrCompareDialog, what);
  gtk_widget_class_bind_template_child (widget_class, HrCompareDialog, table);
  gtk_widget_class_bind_template_callback (widget_class, chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, compare_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, again_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_clicked_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
hr_compare_dialog_init (HrCompareDialog *self)
{
  GtkSortListModel *sorted;

  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->rows = g_list_store_new (HR_TYPE_COMPARED_ROW);
  gtk_widget_init_template (GTK_WIDGET (self));
  add_columns (self);
  sorted = gtk_sort_list_model_new (G_LIST_MODEL (g_object_ref (self->rows)), g_object_ref (gtk_column_view_get_sorter (self->table)));
  gtk_column_view_set_model (self->table, GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (sorted))));
}

/* Offers what can be read of @sessions. */
static GtkStringList *
take_sessions (HrCompareDialog *self,
               GListModel      *sessions)
{
  GtkStringList *names = gtk_string_list_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (sessions); i++)
    {
      g_autoptr (HrSessionItem) item = g_list_model_get_item (sessions, i);
      g_autofree char *detail = hr_session_item_describe (item);
      g_autofree char *name = g_strdup_printf ("%s, %s", hr_session_item_get_title (item), detail);

      if (hr_session_item_get_state (item) == HR_SESSION_ITEM_UNREADABLE)
        continue;
      gtk_string_list_append (names, name);
      g_ptr_array_add (self->items, g_steal_pointer (&item));
    }

  return names;
}

GtkWindow *
hr_compare_dialog_new (GtkWindow     *parent,
                       GListModel    *sessions,
                       HrSessionItem *now)
{
  HrCompareDialog *self = g_object_new (HR_TYPE_COMPARE_DIALOG, "transient-for", parent, "modal", TRUE, NULL);
  g_autoptr (GtkStringList) names = take_sessions (self, sessions);
  guint new = 0;

  adw_combo_row_set_model (self->base, G_LIST_MODEL (names));
  adw_combo_row_set_model (self->now, G_LIST_MODEL (names));
  if (now != NULL)
    g_ptr_array_find (self->items, now, &new);
  adw_combo_row_set_selected (self->now, new);
  adw_combo_row_set_selected (self->base, new == 0 && self->items->len > 1 ? 1 : 0);
  if (self->items->len < 2)
    show_trouble (self, _ ("There have to be two to be compared: record something, or open session files."));
  chosen_cb (self);

  return GTK_WINDOW (self);
}
