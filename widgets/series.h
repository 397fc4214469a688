/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/stats/pyramid.h"

#include <glib.h>

G_BEGIN_DECLS

/* One sample as it came: NaN in @value is a gap. */
typedef struct
{
  gint64 time_us; /* UTC */
  double value;
  double max; /* the highest within the interval, at least @value */
} HrReading;

/* The newest samples of a chart, numbered from 0 for ever, with pyramids over their values and over their highest values. While it is frozen
 * new samples wait outside, so that what is shown cannot be overwritten. */
typedef struct _HrSeries HrSeries;

HrSeries *hr_series_new (gsize capacity);
void      hr_series_free (HrSeries *self);

void hr_series_append (HrSeries *self,
                       gint64    time_us,
                       double    value,
                       double    max);
void hr_series_clear (HrSeries *self);

gboolean hr_series_get_frozen (const HrSeries *self);
void     hr_series_set_frozen (HrSeries *self,
                               gboolean  frozen);

guint64  hr_series_first (const HrSeries *self);
guint64  hr_series_end (const HrSeries *self);
gboolean hr_series_get (const HrSeries *self,
                        guint64         index,
                        HrReading      *out);
gboolean hr_series_latest (const HrSeries *self,
                           HrReading      *out);
HrExtent hr_series_values (const HrSeries *self,
                           guint64         begin,
                           guint64         end);
HrExtent hr_series_highest (const HrSeries *self,
                            guint64         begin,
                            guint64         end);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrSeries, hr_series_free)

G_END_DECLS
