/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The theme's colours for what a chart draws. */
typedef struct
{
  GdkRGBA ground; /* opaque: what lies behind the chart */
  GdkRGBA text;
  GdkRGBA dim;
  GdkRGBA grid;
  GdkRGBA data;
  GdkRGBA limit;
  GdkRGBA success; /* this and the next two: to fill an area with, not to write in */
  GdkRGBA warning;
  GdkRGBA error;
} HrPalette;

void    hr_palette_read (HrPalette *self,
                         GtkWidget *widget);
guint32 hr_palette_pixel (const GdkRGBA *colour);

G_END_DECLS
