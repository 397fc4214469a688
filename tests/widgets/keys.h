/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void  press (GtkWidget  *widget,
             const char *trigger);
char *get_copied (GtkWidget *widget) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
