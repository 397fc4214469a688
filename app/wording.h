/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/verdict.h"
#include "engine/model/alert.h"
#include "engine/model/source.h"

G_BEGIN_DECLS

/* Values, times and states as the window words them. */
#define HR_NO_VALUE "–"

char *hr_word_value (double value,
                     HrUnit unit) G_GNUC_WARN_UNUSED_RESULT;
char *hr_word_exact (double value,
                     HrUnit unit) G_GNUC_WARN_UNUSED_RESULT;
char *hr_word_count (guint64 count) G_GNUC_WARN_UNUSED_RESULT;
char *hr_word_factor (double factor) G_GNUC_WARN_UNUSED_RESULT;
char *hr_word_span (gint64 microseconds) G_GNUC_WARN_UNUSED_RESULT;
char *hr_word_estimate (double minutes) G_GNUC_WARN_UNUSED_RESULT;
char *hr_word_clock (gint64 time_us) G_GNUC_WARN_UNUSED_RESULT;
char *hr_word_as_of (gint64 time_us) G_GNUC_WARN_UNUSED_RESULT;
char *hr_word_rate (guint interval_ms) G_GNUC_WARN_UNUSED_RESULT;
char *hr_word_alert (HrAlert *alert) G_GNUC_WARN_UNUSED_RESULT;

const char *hr_word_state (HrSourceState state);
const char *hr_state_css_class (HrSourceState state);
const char *hr_standing_css_class (HrStanding standing);
const char *hr_standing_icon (HrStanding standing);
const char *hr_severity_css_class (HrSeverity severity);

G_END_DECLS
