/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

/* How a call of this room ended. Whatever is not OK left the caller's buffers and the engine as they were,
 * but for hr_coordinator_finish (), which says afterwards what came of a batch. */
typedef enum
{
  HR_JOB_OK,
  HR_JOB_EMPTY_BATCH,
  HR_JOB_BATCH_TOO_LARGE,
  HR_JOB_TIMEOUT,
  HR_JOB_BUDGET_VIOLATED,
  HR_JOB_RESOURCES_EXHAUSTED, /* the queue or the storage that the caller gave has no room */
  HR_JOB_BAD_ARM,             /* no such source or category */
  HR_JOB_BAD_PRIOR,
  HR_JOB_BAD_WEIGHT,

  /* Of a file with what was learnt. */
  HR_JOB_FILE_FAILED, /* errno says why */
  HR_JOB_NOT_ARMS,
  HR_JOB_BAD_VERSION,
  HR_JOB_BAD_SIZE,
  HR_JOB_BAD_CHECKSUM,
  HR_JOB_OTHER_ARMS, /* not as many sources and categories */
  HR_JOB_BAD_POSTERIOR,
  HR_N_JOB_STATUSES
} HrJobStatus;

const char *hr_job_status_name (HrJobStatus status);
