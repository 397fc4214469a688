/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/reading.h"

G_BEGIN_DECLS

#define HR_PROFILE_ROWS 10
#define HR_PROFILE_WINDOW_NS (5 * (gint64) HR_NS_PER_SECOND)

/* One span or allocation category. NaN where nothing was measured. */
typedef struct
{
  guint       metric;
  const char *name;   /* interned: the span's path, or the category's name */
  double      weight; /* spans: self time in the window, ms; categories: in use now, MB */
  double      share;  /* of the weight of all, shown here or not */
  double      rate;   /* calls a second, or MB allocated a second */
  double      p99;    /* spans: ms a call, with the spans within it */
} HrProfileRow;

/* Where a program's time or its memory goes: the heaviest of its spans or categories. Start from { 0 } for each source, and
 * read into the same one again: two that weigh about the same then keep their places. */
typedef struct
{
  HrProfileRow rows[HR_PROFILE_ROWS];
  guint        n_rows;
  guint        n_all;
  double       weight; /* of all, as the next */
  double       rate;
} HrProfile;

/* What the probe says of its own work in a program. NaN: it says nothing. */
typedef struct
{
  double share;  /* of one core, over the last 5 s */
  double stride; /* one of so many scopes is measured */
} HrRecording;

gboolean hr_profile_read_spans (HrProfile       *self,
                                const HrReading *reading);
gboolean hr_profile_read_categories (HrProfile       *self,
                                     const HrReading *reading);

void hr_recording_read (HrRecording *out,
                        HrHistory   *history);

G_END_DECLS
