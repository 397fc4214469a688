/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "widgets/axis.h"
#include "widgets/labelled.h"
#include "widgets/palette.h"
#include "widgets/picture.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define HR_PANE_LINE_WIDTH 1.5

/* The part of a chart that draws its data, whatever these are: a widget of its own, so that what lies over it can change without it. Draws
 * only when a pixel column changed, at most once a frame, and has no tick callback while there is nothing to look at. */
#define HR_TYPE_PANE (hr_pane_get_type ())
G_DECLARE_DERIVABLE_TYPE (HrPane, hr_pane, HR, PANE, HrLabelled)

struct _HrPaneClass
{
  HrLabelledClass parent_class;

  /* The highest value in sight; NaN: none. */
  double (*highest) (HrPane *self);
  /* Makes @out what is in sight over @width device pixels. */
  void (*trace) (HrPane        *self,
                 HrPicture     *out,
                 int            width,
                 const HrScale *scale);
  /* (nullable): how wide the value labels' room is where this one needs @gutter. */
  int (*share_gutter) (HrPane *self,
                       int     gutter);
};

typedef struct
{
  HrUnit      unit;
  HrDirection direction;
  double      limit; /* NaN: none */
  gboolean    limit_unnamed;
  double      seconds; /* back to the left border, for the labels; 0: time has no labels here */
} HrPaneSpec;

void hr_pane_set_spec (HrPane           *self,
                       const HrPaneSpec *spec);
void hr_pane_look_changed (HrPane *self);
void hr_pane_data_changed (HrPane *self);

const GdkRectangle *hr_pane_get_area (HrPane *self);
const HrAxis       *hr_pane_get_axis (HrPane *self);
const HrPalette    *hr_pane_get_palette (HrPane *self);
double              hr_pane_get_y (HrPane *self,
                                   double  value);

/* How often the data were drawn, and the image they are drawn to; for tests and benches. */
guint            hr_pane_get_n_renders (HrPane *self);
cairo_surface_t *hr_pane_get_surface (HrPane *self);
gboolean         hr_pane_is_ticking (HrPane *self);

G_END_DECLS
