/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Two children: side by side where the first has at least its minimum width beside the natural width of the second; else one beneath the
 * other. */
#define HR_TYPE_SPLIT (hr_split_get_type ())
G_DECLARE_FINAL_TYPE (HrSplit, hr_split, HR, SPLIT, GtkWidget)

/* @first, @second: taken over */
GtkWidget *hr_split_new (GtkWidget *first,
                         GtkWidget *second) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
