/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A row to write a value in: below its title stands what to write, or what is wrong with what was written. Signal "changed": by its user. */
#define HR_TYPE_FIELD_ROW (hr_field_row_get_type ())
G_DECLARE_FINAL_TYPE (HrFieldRow, hr_field_row, HR, FIELD_ROW, AdwActionRow)

GtkWidget *hr_field_row_new (const char *title,
                             const char *hint,
                             int         width_chars) G_GNUC_WARN_UNUSED_RESULT;

const char *hr_field_row_get_text (HrFieldRow *self);
void        hr_field_row_set_text (HrFieldRow *self,
                                   const char *text);
void        hr_field_row_set_title (HrFieldRow *self,
                                    const char *title);
void        hr_field_row_set_hint (HrFieldRow *self,
                                   const char *hint);
void        hr_field_row_set_error (HrFieldRow *self,
                                    const char *error);

G_END_DECLS
