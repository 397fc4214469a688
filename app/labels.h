/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Setting what a widget has already still costs a layout or a restyling: so compare first. */
static inline void
hr_label_set (GtkLabel   *label,
              const char *text)
{
  if (g_strcmp0 (gtk_label_get_label (label), text) != 0)
    gtk_label_set_label (label, text);
}

/* Gives @widget the CSS class @next (NULL: none) in place of the one it had by the last call, which is kept in @current. */
static inline void
hr_css_class_swap (GtkWidget   *widget,
                   const char **current,
                   const char  *next)
{
  next = g_intern_string (next);
  if (next == *current)
    return;

  if (*current != NULL)
    gtk_widget_remove_css_class (widget, *current);
  if (next != NULL)
    gtk_widget_add_css_class (widget, next);
  *current = next;
}

/* Dims what @widget shows while it is of the past. */
static inline void
hr_stale_set (GtkWidget *widget,
              gboolean   stale)
{
  if (stale)
    gtk_widget_add_css_class (widget, "stale");
  else
    gtk_widget_remove_css_class (widget, "stale");
}

G_END_DECLS
