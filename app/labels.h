/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Setting a label to the text that it has already still costs a layout: so compare first. */
static inline void
hr_label_set (GtkLabel   *label,
              const char *text)
{
  if (g_strcmp0 (gtk_label_get_label (label), text) != 0)
    gtk_label_set_label (label, text);
}

G_END_DECLS
