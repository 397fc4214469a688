/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/table.h"

struct _HrTable
{
  GtkBox parent_instance;

  GtkListBox *list; /* child */
};

G_DEFINE_FINAL_TYPE (HrTable, hr_table, GTK_TYPE_BOX)

void
hr_table_describe (HrTable           *self,
                   const char        *name,
                   const HrTableLine *headings)
{
  GtkWidget *row;

  g_return_if_fail (HR_IS_TABLE (self));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  if (headings == NULL)
    return;

  row = hr_table_row_new ();
  hr_table_row_set (HR_TABLE_ROW (row), headings);
  gtk_widget_set_can_focus (row, FALSE);
  gtk_widget_set_has_tooltip (row, FALSE);
  gtk_widget_add_css_class (row, "headings");
  gtk_box_prepend (GTK_BOX (self), row);
}

static GtkWidget *
row_at (HrTable *self,
        guint    index)
{
  return GTK_WIDGET (gtk_list_box_get_row_at_index (self->list, (int) index));
}

/* Lets row number @index say @line. It is made if it follows the last one. */
void
hr_table_set_row (HrTable           *self,
                  guint              index,
                  const HrTableLine *line)
{
  GtkWidget *row;

  g_return_if_fail (HR_IS_TABLE (self));

  row = row_at (self, index);
  if (row == NULL)
    {
      row = hr_table_row_new ();
      gtk_list_box_append (self->list, row);
    }
  hr_table_row_set (HR_TABLE_ROW (row), line);
}

/* Shows the first @n_rows. */
void
hr_table_set_n_rows (HrTable *self,
                     guint    n_rows)
{
  GtkWidget *row;

  g_return_if_fail (HR_IS_TABLE (self));

  gtk_widget_set_visible (GTK_WIDGET (self), n_rows > 0);
  for (guint i = 0; (row = row_at (self, i)) != NULL; i++)
    gtk_widget_set_visible (row, i < n_rows);
}

static void
hr_table_class_init (HrTableClass *klass)
{
}

static void
hr_table_init (HrTable *self)
{
  GtkWidget *list = gtk_list_box_new ();

  self->list = GTK_LIST_BOX (list);
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_widget_add_css_class (GTK_WIDGET (self), "table");
  gtk_box_append (GTK_BOX (self), list);
}
