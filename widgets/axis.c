/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/axis.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdlib.h>

/* Air above the highest value and above the budget line, whose label stands on it. */
#define AIR 1.05
#define LIMIT_AIR 1.15

/* The budget line joins the axis when data reach this share of it, and leaves below the lower one: further away it would press the data flat. */
#define LIMIT_JOINS 0.2
#define LIMIT_LEAVES 0.12

/* The top sinks only to a value this much lower, so that it does not breathe with the data. */
#define SINKS 0.6

/* Returns the smallest of 1, 2, 5 times a power of ten that is not below @value, which is above 0. */
static double
round_up (double value)
{
  double power = pow (10, floor (log10 (value)));
  double rest = value / power;

  if (rest <= 1 + 1e-9)
    return power;
  if (rest <= 2 + 1e-9)
    return 2 * power;

  return (rest <= 5 + 1e-9 ? 5 : 10) * power;
}

/* Writes what @value is scaled by when it is shown: how base scales is known to base alone, so it is measured from what it writes, and
 * freed from the three digits' rounding by what all such factors have in common: the inverse has one digit. */
static double
factor_of (double       value,
           HrUnit       unit,
           const char **out_suffix)
{
  char   text[32];
  double inverse, power;

  hr_value_split (value, unit, text, sizeof text, out_suffix);
  inverse = value / strtod (text, NULL);
  power = pow (10, floor (log10 (inverse * 1.006)));

  return 1 / (round (inverse / power) * power);
}

static void
set_top (HrAxis *self,
         HrUnit  unit,
         double  wanted,
         int     max_steps)
{
  double step;

  self->unit = unit;
  self->factor = factor_of (wanted, unit, &self->suffix);
  step = round_up (wanted * self->factor / max_steps);
  self->decimals = MAX (0, (int) -floor (log10 (step) + 1e-9));
  self->top = ceil (wanted * self->factor / step - 1e-9) * step / self->factor;
  self->step = step / self->factor;
}

/* Fits @self to data whose highest visible value is @highest (NaN: none) and to @limit (NaN: none), with at most @max_steps
 * steps. The top rises at once and sinks only when it can sink well. Returns whether anything changed. */
gboolean
hr_axis_fit (HrAxis *self,
             HrUnit  unit,
             double  highest,
             double  limit,
             int     max_steps)
{
  HrAxis fitted = { 0 };
  double share = isfinite (limit) && limit > 0 ? highest / limit : 0;
  double wanted;

  max_steps = CLAMP (max_steps, 1, HR_AXIS_MAX_TICKS - 1);
  if (isfinite (limit) && limit > 0)
    fitted.limit_shown = isnan (highest) || share >= (self->limit_shown ? LIMIT_LEAVES : LIMIT_JOINS);

  wanted = isfinite (highest) && highest > 0 ? highest * AIR : 0;
  if (fitted.limit_shown)
    wanted = MAX (wanted, limit * LIMIT_AIR);
  if (!(wanted > 0))
    wanted = 1;

  set_top (&fitted, unit, wanted, max_steps);
  if (self->top > 0 && self->unit == unit && self->limit_shown == fitted.limit_shown &&
      fitted.top < self->top && fitted.top > SINKS * self->top)
    set_top (&fitted, unit, self->top, max_steps);

  if (self->unit == unit && self->top == fitted.top && self->step == fitted.step && self->limit_shown == fitted.limit_shown)
    return FALSE;
  *self = fitted;

  return TRUE;
}

/* Returns the number of ticks from 0 to the top. */
int
hr_axis_n_ticks (const HrAxis *self)
{
  return self->step > 0 ? (int) lround (self->top / self->step) + 1 : 0;
}

/* Returns the label of @tick, counted from 0, in the reader's locale; all of them have the same number of decimals. Free with g_free (). */
char *
hr_axis_label (const HrAxis *self,
               int           tick,
               gboolean      with_unit)
{
  double value = tick * self->step * self->factor;

  if (!with_unit || *self->suffix == '\0')
    return g_strdup_printf ("%'.*f", tick == 0 ? 0 : self->decimals, value);

  return g_strdup_printf (*self->suffix == '/' ? "%'.*f%s" : "%'.*f %s", self->decimals, value, self->suffix);
}

/* Returns the step in seconds of a time axis @seconds long that gives at most @max_steps steps, each of a length that clocks use. */
double
hr_time_step (double seconds,
              int    max_steps)
{
  static const double steps[] = {
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200
  };

  max_steps = MAX (max_steps, 1);
  if (seconds / max_steps < steps[0])
    return round_up (seconds / max_steps);

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    if (seconds / max_steps <= steps[i] * (1 + 1e-9))
      return steps[i];

  return ceil (seconds / max_steps / 86400) * 86400;
}

/* Returns how long ago something @seconds back is: "30 s", "5 min", "6 h", "2 d", "now". Free with g_free (). */
char *
hr_time_label (double seconds)
{
  if (seconds < 1e-9)
    return g_strdup (_ ("now"));
  if (seconds >= 2 * 86400 && fmod (seconds, 86400) < 1e-6)
    return g_strdup_printf (_ ("%g d"), seconds / 86400);
  if (seconds >= 3600 && fmod (seconds, 1800) < 1e-6)
    return g_strdup_printf (_ ("%g h"), seconds / 3600);
  if (seconds >= 60 && fmod (seconds, 30) < 1e-6)
    return g_strdup_printf (_ ("%g min"), seconds / 60);

  return g_strdup_printf (_ ("%g s"), seconds);
}
