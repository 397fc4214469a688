/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/table-row.h"

G_BEGIN_DECLS

/* A few rows of names and numbers under headings. Rows are made once and then only told what to say. */
#define HR_TYPE_TABLE (hr_table_get_type ())
G_DECLARE_FINAL_TYPE (HrTable, hr_table, HR, TABLE, GtkBox)

/* @name: the table's accessible name. @headings: one for the names and one for each column; NULL for a table without. */
void hr_table_describe (HrTable           *self,
                        const char        *name,
                        const HrTableLine *headings);

void hr_table_set_row (HrTable           *self,
                       guint              index,
                       const HrTableLine *line);
void hr_table_set_n_rows (HrTable *self,
                          guint    n_rows);

G_END_DECLS
