/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A label for text that changes several times a second. GtkLabel has the whole window laid out anew at each change; this one keeps the
 * width of the widest text that it has shown in its present font, and only draws itself anew while the next one fits into that. With
 * "width-chars" it keeps that width instead, and no more than the text needs beyond it, so that columns of them stay in line. All digits are
 * equally wide. Properties as GtkLabel's: "label", "xalign", "width-chars", and "follows": the label just left of it (from left to right) whose
 * text this one stays next to, as a unit does to its number. It wraps between words where it has to. */
#define HR_TYPE_LIVE_LABEL (hr_live_label_get_type ())
G_DECLARE_FINAL_TYPE (HrLiveLabel, hr_live_label, HR, LIVE_LABEL, GtkWidget)

void hr_live_label_set (HrLiveLabel *self,
                        const char  *text,
                        const char  *spoken);

G_END_DECLS
