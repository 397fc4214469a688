/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/palette.h"

/* How strong what is drawn in the text colour is, where the theme has no colour of its own for it. */
#define DIM_ALPHA 0.6f
#define GRID_ALPHA 0.11f
#define HIGH_GRID_ALPHA 0.3f

/* libadwaita draws borders in a share of the text colour, and in a larger one for high contrast: nothing is dim then. */
#define HIGH_CONTRAST_ALPHA 0.3f

/* Returns the first of @names (ended by NULL) that the theme defines, else @otherwise. */
static GdkRGBA
look_up (GtkWidget         *widget,
         const char *const *names,
         const GdkRGBA     *otherwise)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA          colour;

  for (; *names != NULL; names++)
    if (gtk_style_context_lookup_color (style, *names, &colour))
      return colour;

  return *otherwise;
}

/* Returns @over laid over the opaque @under. */
static GdkRGBA
lay_over (const GdkRGBA *under,
          const GdkRGBA *over)
{
  return (GdkRGBA){
    under->red + (over->red - under->red) * over->alpha,
    under->green + (over->green - under->green) * over->alpha,
    under->blue + (over->blue - under->blue) * over->alpha,
    1,
  };
}

/* Reads the colours that hold for @widget now. Names that only libadwaita has fall back to those of GTK's own theme, and those to the
 * text colour: nothing here is a colour of ours. */
void
hr_palette_read (HrPalette *self,
                 GtkWidget *widget)
{
  static const char *const window[] = { "window_bg_color", "theme_bg_color", NULL };
  static const char *const card[] = { "card_bg_color", NULL };
  static const char *const accent[] = { "accent_color", "theme_selected_bg_color", NULL };
  static const char *const error[] = { "error_color", NULL };
  static const char *const fill_error[] = { "error_bg_color", "error_color", NULL };
  static const char *const fill_warning[] = { "warning_bg_color", "warning_color", NULL };
  static const char *const fill_success[] = { "success_bg_color", "success_color", NULL };
  static const char *const borders[] = { "borders", NULL };
  GdkRGBA                  clear = { 0 }, inverse, behind, above, border;
  gboolean                 high_contrast;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &self->text);

  /* Only a theme without any named colour gets this far. */
  inverse = (GdkRGBA){ 1 - self->text.red, 1 - self->text.green, 1 - self->text.blue, 1 };
  behind = look_up (widget, window, &inverse);
  behind.alpha = 1;
  above = look_up (widget, card, &clear);
  self->ground = lay_over (&behind, &above);

  border = look_up (widget, borders, &clear);
  high_contrast = border.alpha > HIGH_CONTRAST_ALPHA && border.alpha < 1;
  self->dim = self->text;
  self->dim.alpha *= high_contrast ? 1 : DIM_ALPHA;
  self->grid = self->text;
  self->grid.alpha *= high_contrast ? HIGH_GRID_ALPHA : GRID_ALPHA;
  self->data = look_up (widget, accent, &self->text);
  self->limit = look_up (widget, error, &self->text);
  self->error = look_up (widget, fill_error, &self->text);
  self->warning = look_up (widget, fill_warning, &self->text);
  self->success = look_up (widget, fill_success, &self->data);
}

/* Newer themes reckon in spaces that are larger than the screen's: a share may be below 0 or above 1. */
static guint32
channel (float share)
{
  return (guint32) (CLAMP (share, 0, 1) * 255 + 0.5f);
}

/* Returns @colour as 0xRRGGBB, without its alpha. */
guint32
hr_palette_pixel (const GdkRGBA *colour)
{
  return channel (colour->red) << 16 | channel (colour->green) << 8 | channel (colour->blue);
}
