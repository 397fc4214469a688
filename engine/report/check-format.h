/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/report/assessment.h"

G_BEGIN_DECLS

typedef enum
{
  HR_CHECK_TEXT,
  HR_CHECK_JSON,
  HR_CHECK_NDJSON,
  HR_CHECK_CSV,
  HR_CHECK_JUNIT,  /* a test case a budget; skipped where there is no data */
  HR_CHECK_GITHUB, /* annotations at the budget's line */
  HR_CHECK_MARKDOWN,
  HR_N_CHECK_FORMATS
} HrCheckFormat;

/* What a check found, for people and programs. @file: the contract's, as it was given; @command_status: of the command that was run, as waitpid () says
 * it, negative: none was. */
char *hr_check_format (HrAssessment *assessment,
                       HrCheckFormat format,
                       const char   *file,
                       int           command_status) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
