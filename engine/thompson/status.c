/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/thompson/status.h"

/* Returns "ok", "empty batch", "batch too large", …; "unknown" for a number outside HrJobStatus. */
const char *
hr_job_status_name (HrJobStatus status)
{
  static const char *const names[HR_N_JOB_STATUSES] = {
    [HR_JOB_OK] = "ok",
    [HR_JOB_EMPTY_BATCH] = "empty batch",
    [HR_JOB_BATCH_TOO_LARGE] = "batch too large",
    [HR_JOB_TIMEOUT] = "timeout",
    [HR_JOB_BUDGET_VIOLATED] = "budget violated",
    [HR_JOB_RESOURCES_EXHAUSTED] = "resources exhausted",
    [HR_JOB_BAD_ARM] = "bad arm",
    [HR_JOB_BAD_PRIOR] = "bad prior",
    [HR_JOB_BAD_WEIGHT] = "bad weight",
    [HR_JOB_FILE_FAILED] = "file failed",
    [HR_JOB_NOT_ARMS] = "not a file of arms",
    [HR_JOB_BAD_VERSION] = "unknown version",
    [HR_JOB_BAD_SIZE] = "wrong size",
    [HR_JOB_BAD_CHECKSUM] = "wrong checksum",
    [HR_JOB_OTHER_ARMS] = "other sources or categories",
    [HR_JOB_BAD_POSTERIOR] = "bad posterior",
  };

  return (unsigned) status < HR_N_JOB_STATUSES ? names[status] : "unknown";
}
