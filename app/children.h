/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What containers of our own do with their children. */

/* Returns @child, or the first of its siblings after it, that takes part in the layout; NULL: none does. */
static inline GtkWidget *
hr_child_next_visible (GtkWidget *child)
{
  while (child != NULL && !gtk_widget_should_layout (child))
    child = gtk_widget_get_next_sibling (child);

  return child;
}

/* Lets go of all children, as a container's dispose has to. */
static inline void
hr_children_unparent (GtkWidget *parent)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (parent)) != NULL)
    gtk_widget_unparent (child);
}

G_END_DECLS
