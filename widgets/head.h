/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The line above a chart that says what it is. Drawn, not a label: its text changes with every frame of a gesture, and nothing is laid out
 * anew for that. */

int hr_head_height (int line_height);
int hr_head_width (GtkWidget  *widget,
                   const char *text);
int hr_head_append (GtkWidget     *widget,
                    GtkSnapshot   *snapshot,
                    const char    *text,
                    const GdkRGBA *colour,
                    gboolean       bold,
                    gboolean       right,
                    int            width);

G_END_DECLS
