/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/program.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A program to choose. One that is in the sidebar already cannot be. */
#define HR_TYPE_PROGRAM_ROW (hr_program_row_get_type ())
G_DECLARE_FINAL_TYPE (HrProgramRow, hr_program_row, HR, PROGRAM_ROW, GtkListBoxRow)

GtkWidget *hr_program_row_new (void) G_GNUC_WARN_UNUSED_RESULT;

void hr_program_row_set_program (HrProgramRow    *self,
                                 const HrProgram *program);

const HrProgram *hr_program_row_get_program (HrProgramRow *self);

G_END_DECLS
