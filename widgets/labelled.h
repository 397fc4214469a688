/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A widget that draws small labels of its own and takes its sizes from their height, which it measures again only when the font or
 * the text's size is another. */
#define HR_TYPE_LABELLED (hr_labelled_get_type ())
G_DECLARE_DERIVABLE_TYPE (HrLabelled, hr_labelled, HR, LABELLED, GtkWidget)

struct _HrLabelledClass
{
  GtkWidgetClass parent_class;
};

int hr_labelled_get_line_height (HrLabelled *self);

G_END_DECLS
