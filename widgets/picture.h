/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/units.h"
#include "widgets/raster.h"
#include "widgets/series.h"

G_BEGIN_DECLS

/* Rows of canvas above and below the plot, so that a line along its border is not cut in half. */
#define HR_PICTURE_MARGIN 3

/* Which samples are in sight and where: the @n newest before @end over @width pixels. */
typedef struct
{
  guint64 n;   /* at least 2 */
  guint64 end; /* one past the newest */
  int     width;
  double  inset; /* pixels that the newest sample stays off the right border */
} HrView;

gboolean hr_view_is_dense (const HrView *self);
void     hr_view_column (const HrView *self,
                         int           column,
                         guint64      *out_begin,
                         guint64      *out_end);
double   hr_view_x (const HrView *self,
                    guint64       index);
gboolean hr_view_index_at (const HrView *self,
                           double        x,
                           guint64      *out_index);

/* How values stand in the plot. */
typedef struct
{
  double      top;
  int         height;
  double      limit; /* NaN: none */
  HrDirection direction;
  double      radius; /* half the line's width in pixels */
} HrScale;

double   hr_scale_y (const HrScale *self,
                     double         value);
gboolean hr_scale_is_breach (const HrScale *self,
                             double         value,
                             double         max);

/* What a chart shows, to the pixel, before it has colours: comparing two tells whether anything would change on the screen.
 * Start from { 0 }. */
typedef struct
{
  HrOutline line;
  HrOutline band;   /* from the line up to the intervals' highest values, or from the lowest to the highest */
  HrOutline over;   /* what of that is beyond the limit, where that is told apart */
  guint8   *breach; /* of each column whether it is shaded */
  gint32   *edges;
  HrPoint  *points; /* scratch */
  int       width;
  gsize     n_points;
  gboolean  has_band;
  gboolean  has_over;
  GArray   *lines; /* of gint32: columns with a line of the grid; NULL: none */
  GArray   *dots;  /* of HrPoint; NULL: none */
} HrPicture;

typedef struct
{
  guint32 line;
  guint32 breach;
  guint32 grid;
  float   band_alpha;
  float   over_alpha;
  float   breach_alpha;
  float   grid_alpha;
  float   dot_radius;
  int     grid_width;
} HrInk;

void     hr_picture_begin (HrPicture *self,
                           int        width);
void     hr_picture_clear (HrPicture *self);
void     hr_picture_trace (HrPicture      *self,
                           const HrSeries *series,
                           const HrView   *view,
                           const HrScale  *scale);
gboolean hr_picture_equal (const HrPicture *self,
                           const HrPicture *other);
void     hr_picture_render (HrPicture      *self,
                            const HrInk    *ink,
                            const HrCanvas *plain,
                            const HrCanvas *tinted,
                            const HrCanvas *out);

G_END_DECLS
