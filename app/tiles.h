/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Lays its children out in columns of equal width, as many as fit: at least "tile-width" pixels each, at most "max-columns".
 * Rows are as even as they come, and a row's children are equally tall. */
#define HR_TYPE_TILES (hr_tiles_get_type ())
G_DECLARE_FINAL_TYPE (HrTiles, hr_tiles, HR, TILES, GtkWidget)

G_END_DECLS
