/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/thompson/ranker.h"

/* The throughput looks back over this much time, kept in slots. */
#define HR_THROUGHPUT_SLOTS 10
#define HR_THROUGHPUT_SLOT_NS 100000000u

/* What a batch may take; 0 stands for no limit. */
typedef struct
{
  uint64_t timeout_ns;        /* for the whole batch */
  uint64_t budget_ns_per_job; /* on average over the batch */
} HrBatchLimits;

/* A batch on its way, from hr_coordinator_take () to hr_coordinator_finish (). */
typedef struct
{
  uint64_t begin; /* ns, of the caller's clock */
  size_t   n_jobs;
  HrJob    jobs[HR_BATCH_MAX];
} HrBatch;

/* What came of a batch. */
typedef struct
{
  uint64_t elapsed_ns;
  double   ns_per_job;
} HrBatchResult;

typedef struct
{
  uint64_t slot; /* time / HR_THROUGHPUT_SLOT_NS */
  uint64_t n_jobs;
} HrThroughputSlot;

/* A bounded queue of jobs and the batches cut from it, in storage of the caller. One thread at a time. Clocks
 * are arguments, in nanoseconds, and never run backwards. */
typedef struct
{
  HrJob           *queue; /* borrowed; oldest first */
  size_t           n_queued;
  size_t           capacity;
  uint32_t        *shares; /* borrowed, a number for each source */
  uint32_t         n_sources;
  HrBatchLimits    limits;
  bool             started;
  uint64_t         start; /* of the first batch */
  HrThroughputSlot slots[HR_THROUGHPUT_SLOTS];
} HrCoordinator;

size_t      hr_batch_optimal_size (size_t   n_jobs,
                                   uint32_t n_sources);
HrJobStatus hr_batch_distribute (size_t    n_jobs,
                                 uint32_t  n_sources,
                                 uint32_t *out);

HrJobStatus hr_coordinator_init (HrCoordinator       *self,
                                 HrJob               *queue,
                                 size_t               capacity,
                                 uint32_t            *shares,
                                 uint32_t             n_sources,
                                 const HrBatchLimits *limits);
HrJobStatus hr_coordinator_submit (HrCoordinator *self,
                                   const HrJob   *jobs,
                                   size_t         n_jobs);
HrJobStatus hr_coordinator_take (HrCoordinator *self,
                                 size_t         n_wanted,
                                 uint64_t       now,
                                 HrBatch       *out);
HrJobStatus hr_coordinator_finish (HrCoordinator *self,
                                   const HrBatch *batch,
                                   uint64_t       now,
                                   HrBatchResult *out);
bool        hr_coordinator_throughput (const HrCoordinator *self,
                                       uint64_t             now,
                                       double              *out);
