/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/report/picture.h"

G_BEGIN_DECLS

/* Families in the order in which they are tried. */
#define HR_REPORT_FONT "Cantarell, Inter, Noto Sans, DejaVu Sans, sans-serif"

/* What a text or a cell says of how things stand. */
typedef enum
{
  HR_TONE_PLAIN,
  HR_TONE_GOOD,
  HR_TONE_WARNING,
  HR_TONE_BAD,
  HR_TONE_FAINT,
  HR_N_TONES
} HrTone;

/* The colours of a report: a place, and what it is on paper and on a dark screen, as RRGGBBAA. */
typedef struct
{
  const char *name;
  guint32     light;
  guint32     dark;
} HrColor;

typedef enum
{
  HR_COLOR_PAGE,
  HR_COLOR_CARD,
  HR_COLOR_RULE,
  HR_COLOR_TEXT,
  HR_COLOR_FAINT,
  HR_COLOR_GOOD,
  HR_COLOR_GOOD_TINT,
  HR_COLOR_WARNING,
  HR_COLOR_WARNING_TINT,
  HR_COLOR_BAD,
  HR_COLOR_BAD_TINT,
  HR_COLOR_PLAIN_TINT,
  HR_COLOR_GRID,
  HR_COLOR_BAND,
  HR_COLOR_LINE,
  HR_COLOR_LIMIT,
  HR_COLOR_BREACH,
  HR_COLOR_OVER,
  HR_N_COLORS
} HrColorPlace;

extern const HrColor hr_palette[HR_N_COLORS];

const char  *hr_ink_name (HrInk ink);
HrColorPlace hr_ink_color (HrInk ink);
double       hr_ink_width (HrInk ink);

const char  *hr_tone_name (HrTone tone);
HrColorPlace hr_tone_color (HrTone tone);
HrColorPlace hr_tone_tint (HrTone tone);

void hr_palette_set (cairo_t     *cr,
                     HrColorPlace place);

G_END_DECLS
