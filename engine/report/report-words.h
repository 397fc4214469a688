/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/metric-catalog.h"
#include "engine/report/palette.h"
#include "engine/report/report-private.h"

G_BEGIN_DECLS

/* What a report says, in words: the one place for all of its forms. Every text is (transfer full). */
char *hr_words_value (double value,
                      HrUnit unit) G_GNUC_WARN_UNUSED_RESULT;
char *hr_words_count (guint64 count) G_GNUC_WARN_UNUSED_RESULT;
char *hr_words_size (guint64 bytes) G_GNUC_WARN_UNUSED_RESULT;
char *hr_words_time (gint64 time_us) G_GNUC_WARN_UNUSED_RESULT;
char *hr_words_clock (gint64   time_us,
                      gboolean with_day,
                      gboolean with_seconds) G_GNUC_WARN_UNUSED_RESULT;
char *hr_words_stretch (gint64 length_us) G_GNUC_WARN_UNUSED_RESULT;
char *hr_words_range (HrRange range) G_GNUC_WARN_UNUSED_RESULT;

char *hr_words_metric (const HrMetricInfo *metric) G_GNUC_WARN_UNUSED_RESULT;
char *hr_words_limit (const HrReportLimit *limit,
                      HrUnit               unit) G_GNUC_WARN_UNUSED_RESULT;
char *hr_words_contract (const HrReport *report) G_GNUC_WARN_UNUSED_RESULT;
char *hr_words_host (const char *json) G_GNUC_WARN_UNUSED_RESULT;

const char *hr_words_answer (HrOutcome outcome);
const char *hr_words_outcome (HrOutcome outcome);
HrTone      hr_words_outcome_tone (HrOutcome outcome);
const char *hr_words_severity (HrSeverity severity);

char     *hr_report_contract_file (const HrReport *self) G_GNUC_WARN_UNUSED_RESULT;
HrOutcome hr_report_get_outcome (const HrReport *self);
char     *hr_report_sentence (const HrReport *self) G_GNUC_WARN_UNUSED_RESULT;
char     *hr_report_tally (const HrReport *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
