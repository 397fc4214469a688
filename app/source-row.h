/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/monitor.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* One source in the sidebar: a dot for its state, its name, what it is, and a line of its worst budget. */
#define HR_TYPE_SOURCE_ROW (hr_source_row_get_type ())
G_DECLARE_FINAL_TYPE (HrSourceRow, hr_source_row, HR, SOURCE_ROW, GtkListBoxRow)

GtkWidget *hr_source_row_new (HrSource *source) G_GNUC_WARN_UNUSED_RESULT;

HrSource *hr_source_row_get_source (HrSourceRow *self);

/* Takes a new verdict into the line, which gets a point a second: the worst of that second. */
void hr_source_row_judge (HrSourceRow     *self,
                          const HrVerdict *verdict);

G_END_DECLS
