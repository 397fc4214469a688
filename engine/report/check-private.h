/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/report/check-format.h"
#include "engine/report/report-words.h"

G_BEGIN_DECLS

/* What every format is written from. */
typedef struct
{
  HrAssessment *assessment;
  const char   *file;
  int           command_status;
} HrCheck;

char *hr_check_text (const HrCheck *self) G_GNUC_WARN_UNUSED_RESULT;
char *hr_check_json (const HrCheck *self) G_GNUC_WARN_UNUSED_RESULT;
char *hr_check_ndjson (const HrCheck *self) G_GNUC_WARN_UNUSED_RESULT;
char *hr_check_csv (const HrCheck *self) G_GNUC_WARN_UNUSED_RESULT;
char *hr_check_junit (const HrCheck *self) G_GNUC_WARN_UNUSED_RESULT;
char *hr_check_github (const HrCheck *self) G_GNUC_WARN_UNUSED_RESULT;
char *hr_check_markdown (const HrCheck *self) G_GNUC_WARN_UNUSED_RESULT;

/* The words of a check, the same in every format; (transfer full). */
const char *hr_check_outcome_word (HrOutcome outcome);
char       *hr_check_summary (const HrCheck *self) G_GNUC_WARN_UNUSED_RESULT;
char       *hr_check_command (const HrCheck *self) G_GNUC_WARN_UNUSED_RESULT;
char       *hr_check_bound (const HrBudgetResult *result) G_GNUC_WARN_UNUSED_RESULT;
char       *hr_check_when (const HrBudgetResult *result) G_GNUC_WARN_UNUSED_RESULT;
char       *hr_check_sentence (const HrBudgetResult *result) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
