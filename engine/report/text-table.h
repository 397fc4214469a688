/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A table whose columns stand below each other in a terminal. */
typedef struct _HrTextTable HrTextTable;

HrTextTable *hr_text_table_new (const char *const *heads,
                                guint              n_columns) G_GNUC_WARN_UNUSED_RESULT;
void         hr_text_table_free (HrTextTable *self);

void hr_text_table_add_row (HrTextTable       *self,
                            const char *const *cells);
void hr_text_table_append (HrTextTable *self,
                           GString     *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrTextTable, hr_text_table_free)

G_END_DECLS
