/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/head.h"

#include "widgets/backdrop.h"

#include <math.h>

/* Its height in label heights. */
#define LINES 1.35

/* Returns how high the head of a chart is whose labels are @line_height high. */
int
hr_head_height (int line_height)
{
  return (int) ceil (LINES * line_height);
}

/* Returns how wide @text is in a head. */
int
hr_head_width (GtkWidget  *widget,
               const char *text)
{
  g_autoptr (PangoLayout) layout = hr_label_new (widget, text);
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);

  return width;
}

/* Draws @text at the head's left or right border, in at most @width pixels; returns how wide it is. */
int
hr_head_append (GtkWidget     *widget,
                GtkSnapshot   *snapshot,
                const char    *text,
                const GdkRGBA *colour,
                gboolean       bold,
                gboolean       right,
                int            width)
{
  g_autoptr (PangoLayout) layout = hr_label_new (widget, text);
  int text_width, x;

  if (bold)
    {
      PangoAttrList *attributes = pango_layout_get_attributes (layout);

      pango_attr_list_change (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
      pango_layout_set_attributes (layout, attributes);
    }
  pango_layout_get_pixel_size (layout, &text_width, NULL);
  if (text_width > width)
    {
      pango_layout_set_width (layout, width * PANGO_SCALE);
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
      pango_layout_get_pixel_size (layout, &text_width, NULL);
    }

  x = right ? gtk_widget_get_width (widget) - text_width : 0;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, 0));
  gtk_snapshot_append_layout (snapshot, layout, colour);
  gtk_snapshot_restore (snapshot);

  return text_width;
}
