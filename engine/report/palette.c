/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/palette.h"

/* Text on its tint and on the page has a contrast of 4.5 at least, in either scheme. */
const HrColor hr_palette[HR_N_COLORS] = {
  [HR_COLOR_PAGE] = { "page", 0xffffffff, 0x15181dff },
  [HR_COLOR_CARD] = { "card", 0xf6f7f9ff, 0x1e2228ff },
  [HR_COLOR_RULE] = { "rule", 0xdfe3e8ff, 0x343a43ff },
  [HR_COLOR_TEXT] = { "text", 0x1d232bff, 0xe7eaeeff },
  [HR_COLOR_FAINT] = { "faint", 0x5a6472ff, 0x9ba5b3ff },
  [HR_COLOR_GOOD] = { "good", 0x14683cff, 0x6fd49bff },
  [HR_COLOR_GOOD_TINT] = { "good-tint", 0xe6f4ecff, 0x173224ff },
  [HR_COLOR_WARNING] = { "warning", 0x7d4e00ff, 0xf0bd5eff },
  [HR_COLOR_WARNING_TINT] = { "warning-tint", 0xfdf3dfff, 0x3a2e14ff },
  [HR_COLOR_BAD] = { "bad", 0xa51d24ff, 0xff9a94ff },
  [HR_COLOR_BAD_TINT] = { "bad-tint", 0xfdebeaff, 0x3f1d1fff },
  [HR_COLOR_PLAIN_TINT] = { "plain-tint", 0xeef0f3ff, 0x272c34ff },
  [HR_COLOR_GRID] = { "grid", 0xe4e8edff, 0x2f353eff },
  [HR_COLOR_BAND] = { "band", 0x2a6fb82e, 0x7fb4ec38 },
  [HR_COLOR_LINE] = { "line", 0x1f62a8ff, 0x86bdf5ff },
  [HR_COLOR_LIMIT] = { "limit", 0x9a4a00ff, 0xe8a65cff },
  [HR_COLOR_BREACH] = { "breach", 0xd4353a1f, 0xff6b6b2b },
  [HR_COLOR_OVER] = { "over", 0xc9252d8c, 0xff7d7d96 },
};

static const struct
{
  const char  *name;
  HrColorPlace color;
  double       width;
} inks[HR_N_INKS] = {
  [HR_INK_GRID] = { "grid", HR_COLOR_GRID, 0.7 },
  [HR_INK_BAND] = { "band", HR_COLOR_BAND, 0 },
  [HR_INK_LINE] = { "line", HR_COLOR_LINE, 1.3 },
  [HR_INK_LIMIT] = { "limit", HR_COLOR_LIMIT, 1 },
  [HR_INK_BREACH] = { "breach", HR_COLOR_BREACH, 0 },
  [HR_INK_OVER] = { "over", HR_COLOR_OVER, 0 },
  [HR_INK_MARK] = { "mark", HR_COLOR_BAD, 1 },
  [HR_INK_TEXT] = { "label", HR_COLOR_FAINT, 0 },
};

static const struct
{
  const char  *name;
  HrColorPlace color;
  HrColorPlace tint;
} tones[HR_N_TONES] = {
  [HR_TONE_PLAIN] = { "plain", HR_COLOR_TEXT, HR_COLOR_PLAIN_TINT },
  [HR_TONE_GOOD] = { "good", HR_COLOR_GOOD, HR_COLOR_GOOD_TINT },
  [HR_TONE_WARNING] = { "warning", HR_COLOR_WARNING, HR_COLOR_WARNING_TINT },
  [HR_TONE_BAD] = { "bad", HR_COLOR_BAD, HR_COLOR_BAD_TINT },
  [HR_TONE_FAINT] = { "faint", HR_COLOR_FAINT, HR_COLOR_PLAIN_TINT },
};

/* Returns the class of what is drawn in @ink. */
const char *
hr_ink_name (HrInk ink)
{
  return inks[ink].name;
}

/* Returns the colour of @ink. */
HrColorPlace
hr_ink_color (HrInk ink)
{
  return inks[ink].color;
}

/* Returns how wide a stroke in @ink is, in points; 0: it only fills. */
double
hr_ink_width (HrInk ink)
{
  return inks[ink].width;
}

/* Returns the class of what is said in @tone. */
const char *
hr_tone_name (HrTone tone)
{
  return tones[tone].name;
}

/* Returns the colour of text in @tone. */
HrColorPlace
hr_tone_color (HrTone tone)
{
  return tones[tone].color;
}

/* Returns what is behind text in @tone where that stands out. */
HrColorPlace
hr_tone_tint (HrTone tone)
{
  return tones[tone].tint;
}

/* Has @cr draw in the colour of @place on paper. */
void
hr_palette_set (cairo_t     *cr,
                HrColorPlace place)
{
  guint32 color = hr_palette[place].light;

  cairo_set_source_rgba (cr, (color >> 24) / 255.0, (color >> 16 & 0xff) / 255.0, (color >> 8 & 0xff) / 255.0, (color & 0xff) / 255.0);
}
