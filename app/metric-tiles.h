/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/reading.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A metric that has a tile: its mean of the last second beside the line of its last minute. */
typedef struct
{
  const char *metric;
  const char *of_metric; /* the metric that is its whole, or NULL */
  const char *name;      /* in the accessibility tree; both are translated when they are shown */
  const char *caption;
} HrMetricTile;

/* A grid of such tiles. Those whose metric the source does not have are not there. */
#define HR_TYPE_METRIC_TILES (hr_metric_tiles_get_type ())
G_DECLARE_FINAL_TYPE (HrMetricTiles, hr_metric_tiles, HR, METRIC_TILES, GtkWidget)

/* @tiles stays the caller's and lasts. */
void hr_metric_tiles_describe (HrMetricTiles      *self,
                               const HrMetricTile *tiles,
                               guint               n_tiles);

/* Returns how many have something to show. */
guint hr_metric_tiles_refresh (HrMetricTiles *self,
                               HrHistory     *history,
                               gint64         now_ns,
                               const char    *as_of);

G_END_DECLS
