/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/units.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* One number with its small unit and a caption beneath. Properties: "name-text", what the number is called in the
 * accessibility tree ("Average per job"); "caption"; "hero", the card's main number. The accessible name
 * reads "Average per job: 28.1 us", the description holds the unrounded value ("0.028143 ms"). */
#define HR_TYPE_FIGURE (hr_figure_get_type ())
G_DECLARE_FINAL_TYPE (HrFigure, hr_figure, HR, FIGURE, GtkBox)

/* @as_of: NULL for a live value, else when it was ("last at 14:31:52"): such a value is dimmed. */
void hr_figure_set_value (HrFigure   *self,
                          double      value,
                          HrUnit      unit,
                          const char *as_of);
void hr_figure_set_text (HrFigure   *self,
                         const char *number,
                         const char *unit,
                         const char *exact,
                         const char *as_of);

void hr_figure_set_caption (HrFigure   *self,
                            const char *caption);

/* A CSS class that colours the number ("error"), or NULL. */
void hr_figure_set_level (HrFigure   *self,
                          const char *css_class);

G_END_DECLS
