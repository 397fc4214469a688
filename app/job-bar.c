/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/job-bar.h"

#include <glib/gi18n.h>

struct _HrJobBar
{
  GtkWidget parent_instance;

  GtkListBox *list;
  GListModel *jobs; /* owned */
};

G_DEFINE_FINAL_TYPE (HrJobBar, hr_job_bar, GTK_TYPE_WIDGET)

static GtkWidget *
create_row (gpointer item,
            gpointer user_data)
{
  HrJob     *job = item;
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *bar = gtk_progress_bar_new ();
  GtkWidget *cancel = gtk_button_new_with_label (_ ("Cancel"));

  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (bar), hr_job_get_title (job));
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (bar), TRUE);
  gtk_progress_bar_set_ellipsize (GTK_PROGRESS_BAR (bar), PANGO_ELLIPSIZE_MIDDLE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, hr_job_get_title (job), -1);
  gtk_widget_set_hexpand (bar, TRUE);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  g_object_bind_property (job, "progress", bar, "fraction", G_BINDING_SYNC_CREATE);
  gtk_widget_set_valign (cancel, GTK_ALIGN_CENTER);
  g_signal_connect_object (cancel, "clicked", G_CALLBACK (hr_job_cancel), job, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), cancel);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);

  return row;
}

static void
jobs_changed_cb (HrJobBar *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), g_list_model_get_n_items (self->jobs) > 0);
}

static void
hr_job_bar_dispose (GObject *object)
{
  HrJobBar *self = HR_JOB_BAR (object);

  if (self->list != NULL)
    {
      gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
      gtk_widget_unparent (GTK_WIDGET (self->list));
    }
  self->list = NULL;
  g_clear_object (&self->jobs);

  G_OBJECT_CLASS (hr_job_bar_parent_class)->dispose (object);
}

static void
hr_job_bar_class_init (HrJobBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hr_job_bar_dispose;

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
hr_job_bar_init (HrJobBar *self)
{
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("What is being done"), -1);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "jobs");
  gtk_widget_set_parent (GTK_WIDGET (self->list), GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

/* Shows @jobs; once. */
void
hr_job_bar_follow (HrJobBar   *self,
                   GListModel *jobs)
{
  g_return_if_fail (HR_IS_JOB_BAR (self));
  g_return_if_fail (self->jobs == NULL);

  self->jobs = g_object_ref (jobs);
  gtk_list_box_bind_model (self->list, jobs, create_row, NULL, NULL);
  g_signal_connect_object (jobs, "items-changed", G_CALLBACK (jobs_changed_cb), self, G_CONNECT_SWAPPED);
  jobs_changed_cb (self);
}
