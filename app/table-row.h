/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define HR_TABLE_COLUMNS 3

/* What a row of a table says. */
typedef struct
{
  const char *name;
  gsize       n_dim;                   /* bytes at the beginning of the name that are dim; the rest stands out */
  const char *cells[HR_TABLE_COLUMNS]; /* NULL: no such column */
  const char *spoken;                  /* the accessible description */
  double      share;                   /* how much of the row is tinted, 0..1; NaN: nothing */
} HrTableLine;

/* One row of a table: a name with columns of numbers at the end, over a bar that is as long as its share. Its accessible name is the
 * whole name, which also stands in the tooltip. */
#define HR_TYPE_TABLE_ROW (hr_table_row_get_type ())
G_DECLARE_FINAL_TYPE (HrTableRow, hr_table_row, HR, TABLE_ROW, GtkListBoxRow)

GtkWidget *hr_table_row_new (void) G_GNUC_WARN_UNUSED_RESULT;

void hr_table_row_set (HrTableRow        *self,
                       const HrTableLine *line);

G_END_DECLS
