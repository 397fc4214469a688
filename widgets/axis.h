/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/units.h"

#include <glib.h>

G_BEGIN_DECLS

#define HR_AXIS_MAX_TICKS 12

/* A value axis from 0 to a round top, with ticks a step of 1, 2 or 5 apart and one unit for all. Start from { 0 }. */
typedef struct
{
  HrUnit      unit;
  double      top;    /* in @unit; above 0 once fitted */
  double      step;   /* between ticks, in @unit; divides @top */
  double      factor; /* from @unit to what the labels count in */
  const char *suffix; /* what the labels count in; static */
  int         decimals;
  gboolean    limit_shown;
} HrAxis;

gboolean hr_axis_fit (HrAxis *self,
                      HrUnit  unit,
                      double  highest,
                      double  limit,
                      int     max_steps);
int      hr_axis_n_ticks (const HrAxis *self);
char    *hr_axis_label (const HrAxis *self,
                        int           tick,
                        gboolean      with_unit) G_GNUC_WARN_UNUSED_RESULT;

double hr_time_step (double seconds,
                     int    max_steps);
char  *hr_time_label (double seconds) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
