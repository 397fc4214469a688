/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "widgets/bins.h"
#include "widgets/track-plot.h"
#include "widgets/track.h"

G_BEGIN_DECLS

/* What a track shows in words: for its head, the crosshair's bubble, the clipboard and screen readers. */

char *hr_track_word_value (HrUnit              unit,
                           const HrBinReading *reading) G_GNUC_WARN_UNUSED_RESULT;
char *hr_track_word_range (HrUnit              unit,
                           const HrBinReading *reading) G_GNUC_WARN_UNUSED_RESULT;
char *hr_track_word_bin_time (const HrBin *bin,
                              gint64       now_us,
                              GTimeZone   *zone) G_GNUC_WARN_UNUSED_RESULT;
char *hr_track_word_summary (HrUnit              unit,
                             const HrBinReading *reading,
                             double              limit) G_GNUC_WARN_UNUSED_RESULT;
char *hr_track_sentence (const HrTrackSpec *spec,
                         const HrBin       *bins,
                         gsize              n_bins,
                         const HrTrackMark *marks,
                         gsize              n_marks,
                         gint64             begin_us,
                         gint64             end_us,
                         gint64             now_us,
                         GTimeZone         *zone) G_GNUC_WARN_UNUSED_RESULT;
char *hr_track_word_marks (const HrTrackMark *marks,
                           gsize              n,
                           gint64             begin_us,
                           gint64             end_us) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
