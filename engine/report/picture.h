/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/* A drawing as a list of shapes, in points, so that a page in HTML and one in PDF are the same: text stays text in both. */
typedef struct _HrPicture HrPicture;

/* What a shape is drawn for; whoever plays the picture knows the colours. */
typedef enum
{
  HR_INK_GRID,
  HR_INK_BAND,
  HR_INK_LINE,
  HR_INK_LIMIT,
  HR_INK_BREACH, /* a tint */
  HR_INK_OVER,   /* what stands beyond a limit */
  HR_INK_MARK,
  HR_INK_TEXT,
  HR_N_INKS
} HrInk;

typedef enum
{
  HR_ALIGN_START,
  HR_ALIGN_MIDDLE,
  HR_ALIGN_END,
  HR_N_ALIGNS
} HrAlign;

HrPicture *hr_picture_new (double width,
                           double height) G_GNUC_WARN_UNUSED_RESULT;
void       hr_picture_free (HrPicture *self);
double     hr_picture_get_width (const HrPicture *self);
double     hr_picture_get_height (const HrPicture *self);

void hr_picture_set_words (HrPicture  *self,
                           const char *title,
                           const char *description);

/* A path is moved to and drawn on until it is filled or stroked. */
void hr_picture_move (HrPicture *self,
                      double     x,
                      double     y);
void hr_picture_draw (HrPicture *self,
                      double     x,
                      double     y);
void hr_picture_fill (HrPicture *self,
                      HrInk      ink);
void hr_picture_stroke (HrPicture *self,
                        HrInk      ink);
void hr_picture_text (HrPicture  *self,
                      double      x,
                      double      y,
                      HrAlign     align,
                      HrInk       ink,
                      const char *text);

void hr_picture_write_svg (const HrPicture *self,
                           GString         *out,
                           guint            number);
void hr_picture_play (const HrPicture *self,
                      cairo_t         *cr);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrPicture, hr_picture_free)

G_END_DECLS
