/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/focus-ring.h"

#include "widgets/palette.h"

#define CORNER 6
#define WIDTH 2
#define DISTANCE 5

/* Draws that @widget, a chart, has the keyboard; nothing where it has not, or where its user does not use one. */
void
hr_focus_ring_snapshot (GtkWidget   *widget,
                        GtkSnapshot *snapshot)
{
  const float     widths[4] = { WIDTH, WIDTH, WIDTH, WIDTH };
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  GskRoundedRect  outline;
  HrPalette       palette;

  if ((gtk_widget_get_state_flags (widget) & GTK_STATE_FLAG_FOCUS_VISIBLE) == 0 || !gtk_widget_has_focus (widget))
    return;

  hr_palette_read (&palette, widget);
  palette.data.alpha *= 0.5f;
  /* Labels reach to the border: the ring stands outside. */
  graphene_rect_inset (&bounds, -DISTANCE, -DISTANCE);
  gsk_rounded_rect_init_from_rect (&outline, &bounds, CORNER);
  gtk_snapshot_append_border (snapshot, &outline, widths, (GdkRGBA[4]){ palette.data, palette.data, palette.data, palette.data });
}
