/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/text-table.h"

#include "engine/report/plain-text.h"

/* Between two columns. */
#define GAP 2

struct _HrTextTable
{
  guint      n_columns;
  gboolean   has_heads;
  GPtrArray *cells; /* row after row */
};

/* Returns: (transfer full): a table without rows. @heads: (nullable): above the columns, in the first row */
HrTextTable *
hr_text_table_new (const char *const *heads,
                   guint              n_columns)
{
  HrTextTable *self = g_new0 (HrTextTable, 1);

  self->n_columns = n_columns;
  self->has_heads = heads != NULL;
  self->cells = g_ptr_array_new_with_free_func (g_free);
  if (heads != NULL)
    hr_text_table_add_row (self, heads);

  return self;
}

/* NULL is accepted. */
void
hr_text_table_free (HrTextTable *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->cells);
  g_free (self);
}

/* Adds a row, without what a terminal would obey. @cells: one a column, copied; NULL among them are empty */
void
hr_text_table_add_row (HrTextTable       *self,
                       const char *const *cells)
{
  for (guint i = 0; i < self->n_columns; i++)
    g_ptr_array_add (self->cells, hr_text_clean (cells[i] != NULL ? cells[i] : ""));
}

/* How wide @column is; 0 where nothing stands in it, which has no head either. */
static guint
measure_column (const HrTextTable *self,
                guint              column)
{
  guint width = 0;

  for (guint i = column + (self->has_heads ? self->n_columns : 0); i < self->cells->len; i += self->n_columns)
    width = MAX (width, hr_text_width (g_ptr_array_index (self->cells, i)));
  if (width > 0 && self->has_heads)
    width = MAX (width, hr_text_width (g_ptr_array_index (self->cells, column)));

  return width;
}

/* Appends the rows, a line each, without blanks at their ends; nothing where there are none. */
void
hr_text_table_append (HrTextTable *self,
                      GString     *out)
{
  g_autofree guint *widths = g_new (guint, self->n_columns);
  gboolean          empty = self->has_heads && self->cells->len == self->n_columns;

  for (guint i = 0; i < self->n_columns; i++)
    widths[i] = measure_column (self, i);

  for (guint row = 0; row < self->cells->len && !empty; row += self->n_columns)
    {
      for (guint i = 0; i < self->n_columns; i++)
        if (widths[i] > 0)
          hr_text_append_padded (out, g_ptr_array_index (self->cells, row + i), widths[i] + GAP, FALSE);
      while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate (out, out->len - 1);
      g_string_append_c (out, '\n');
    }
}
