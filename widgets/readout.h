/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "widgets/plot.h"
#include "widgets/series.h"

G_BEGIN_DECLS

/* What a chart shows in words: for the crosshair's bubble, the clipboard and screen readers. */

gboolean hr_readout_is_over (const HrPlotSpec *spec,
                             const HrReading  *reading);
gboolean hr_readout_range (const HrSeries *series,
                           guint64         begin,
                           guint64         end,
                           HrReading      *out);
char    *hr_readout_time (gint64 time_us) G_GNUC_WARN_UNUSED_RESULT;
char    *hr_readout_value (HrUnit           unit,
                           const HrReading *reading,
                           gboolean         is_range) G_GNUC_WARN_UNUSED_RESULT;
char    *hr_readout_sentence (const HrSeries   *series,
                              const HrPlotSpec *spec) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
