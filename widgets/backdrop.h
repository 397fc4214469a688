/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "widgets/axis.h"
#include "widgets/palette.h"

G_BEGIN_DECLS

/* What stands still behind a chart's line: ground, grid, labels, and the budget line with its name. Drawn once into two opaque
 * images, of which the second has the tint that lies beneath the line. Start from { 0 }. */
typedef struct
{
  cairo_surface_t *plain;
  cairo_surface_t *tinted;
} HrBackdrop;

/* What it is drawn from; lengths in the widget's pixels. */
typedef struct
{
  GtkWidget       *widget; /* whose font it is */
  const HrPalette *palette;
  const HrAxis    *axis;
  GdkRectangle     plot;
  int              width;
  int              height;
  int              scale;
  double           seconds;       /* 0: time has no labels */
  double           limit;         /* NaN: none */
  gboolean         limit_unnamed; /* somebody else says what it is */
} HrBackdropSpec;

int  hr_backdrop_line_height (GtkWidget *widget);
int  hr_backdrop_gutter (GtkWidget    *widget,
                         const HrAxis *axis);
void hr_backdrop_draw (HrBackdrop           *self,
                       const HrBackdropSpec *spec);
void hr_backdrop_clear (HrBackdrop *self);

cairo_surface_t *hr_surface_new (int width,
                                 int height,
                                 int scale) G_GNUC_WARN_UNUSED_RESULT;
PangoLayout     *hr_label_new (GtkWidget  *widget,
                               const char *text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
