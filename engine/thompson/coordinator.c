/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/thompson/coordinator.h"

#include <string.h>

/* Returns how many of @n_jobs waiting jobs of @n_sources sources make the best batch: clamp (jobs / sources, 10, 100). Without
 * a source it is 10. */
size_t
hr_batch_optimal_size (size_t   n_jobs,
                       uint32_t n_sources)
{
  size_t size = n_sources > 0 ? n_jobs / n_sources : 0;

  if (size < HR_BATCH_MIN)
    return HR_BATCH_MIN;

  return size > HR_BATCH_MAX ? HR_BATCH_MAX : size;
}

/* Shares a batch of @n_jobs out: writes each source's number of jobs to @out (@n_sources long); the first
 * sources take one more where it does not divide. Errors: EMPTY_BATCH, BATCH_TOO_LARGE, BAD_ARM without a source. */
HrJobStatus
hr_batch_distribute (size_t    n_jobs,
                     uint32_t  n_sources,
                     uint32_t *out)
{
  if (n_jobs == 0)
    return HR_JOB_EMPTY_BATCH;
  if (n_jobs > HR_BATCH_MAX)
    return HR_JOB_BATCH_TOO_LARGE;
  if (n_sources == 0)
    return HR_JOB_BAD_ARM;

  for (uint32_t i = 0; i < n_sources; i++)
    out[i] = (uint32_t) n_jobs / n_sources + (i < n_jobs % n_sources);

  return HR_JOB_OK;
}

/* Sets up an empty queue of at most @capacity jobs in @queue; @shares is room for @n_sources numbers. Both
 * are borrowed for as long as @self lives. @limits is copied. Errors: RESOURCES_EXHAUSTED when the queue cannot hold the
 * smallest batch, BAD_ARM without a source. */
HrJobStatus
hr_coordinator_init (HrCoordinator       *self,
                     HrJob               *queue,
                     size_t               capacity,
                     uint32_t            *shares,
                     uint32_t             n_sources,
                     const HrBatchLimits *limits)
{
  if (capacity < HR_BATCH_MIN)
    return HR_JOB_RESOURCES_EXHAUSTED;
  if (n_sources == 0)
    return HR_JOB_BAD_ARM;

  *self = (HrCoordinator){
    .queue = queue,
    .capacity = capacity,
    .shares = shares,
    .n_sources = n_sources,
    .limits = *limits,
  };

  return HR_JOB_OK;
}

/* Queues all of @jobs or none. Errors: EMPTY_BATCH, RESOURCES_EXHAUSTED when they do not all fit, BAD_ARM. */
HrJobStatus
hr_coordinator_submit (HrCoordinator *self,
                       const HrJob   *jobs,
                       size_t         n_jobs)
{
  if (n_jobs == 0)
    return HR_JOB_EMPTY_BATCH;
  if (n_jobs > self->capacity - self->n_queued)
    return HR_JOB_RESOURCES_EXHAUSTED;
  for (size_t i = 0; i < n_jobs; i++)
    if (jobs[i].source >= self->n_sources)
      return HR_JOB_BAD_ARM;

  memcpy (&self->queue[self->n_queued], jobs, n_jobs * sizeof *jobs);
  self->n_queued += n_jobs;

  return HR_JOB_OK;
}

/* Moves each source's share of the oldest jobs from the queue to @out. */
static void
take_shares (HrCoordinator *self,
             HrBatch       *out)
{
  size_t n_kept = 0;

  for (size_t i = 0; i < self->n_queued; i++)
    {
      uint32_t *share = &self->shares[self->queue[i].source];

      if (*share > 0)
        {
          (*share)--;
          out->jobs[out->n_jobs++] = self->queue[i];
        }
      else
        self->queue[n_kept++] = self->queue[i];
    }
  self->n_queued = n_kept;
}

/* Moves the oldest jobs, whatever their source, until @out holds @n: some source had less than its share. */
static void
take_oldest (HrCoordinator *self,
             size_t         n,
             HrBatch       *out)
{
  size_t n_taken = n - out->n_jobs;

  memcpy (&out->jobs[out->n_jobs], self->queue, n_taken * sizeof *self->queue);
  self->n_queued -= n_taken;
  memmove (self->queue, &self->queue[n_taken], self->n_queued * sizeof *self->queue);
  out->n_jobs = n;
}

/* Cuts a batch from the queue at @now: @n_wanted jobs, or the optimal size when it is 0; never fewer than 10 unless
 * fewer wait. Every source gives its share as far as it can, the oldest jobs fill the rest. Errors:
 * EMPTY_BATCH when nothing waits, BATCH_TOO_LARGE above 100. */
HrJobStatus
hr_coordinator_take (HrCoordinator *self,
                     size_t         n_wanted,
                     uint64_t       now,
                     HrBatch       *out)
{
  size_t n = n_wanted > 0 ? n_wanted : hr_batch_optimal_size (self->n_queued, self->n_sources);

  if (self->n_queued == 0)
    return HR_JOB_EMPTY_BATCH;
  if (n > HR_BATCH_MAX)
    return HR_JOB_BATCH_TOO_LARGE;
  if (n < HR_BATCH_MIN)
    n = HR_BATCH_MIN;
  if (n > self->n_queued)
    n = self->n_queued;

  hr_batch_distribute (n, self->n_sources, self->shares);
  out->n_jobs = 0;
  take_shares (self, out);
  take_oldest (self, n, out);
  out->begin = now;

  if (!self->started)
    self->start = now;
  self->started = true;

  return HR_JOB_OK;
}

static void
count_jobs (HrCoordinator *self,
            uint64_t       now,
            size_t         n_jobs)
{
  uint64_t          slot = now / HR_THROUGHPUT_SLOT_NS;
  HrThroughputSlot *kept = &self->slots[slot % HR_THROUGHPUT_SLOTS];

  if (kept->slot != slot)
    *kept = (HrThroughputSlot){ .slot = slot };
  kept->n_jobs += n_jobs;
}

/* Ends @batch at @now and writes what came of it to @out, whatever the status. Errors: EMPTY_BATCH; TIMEOUT when it
 * took longer than the limit: its results are too late to be used and do not count as throughput; BUDGET_VIOLATED when
 * a job took more than its budget on average: the results stand. */
HrJobStatus
hr_coordinator_finish (HrCoordinator *self,
                       const HrBatch *batch,
                       uint64_t       now,
                       HrBatchResult *out)
{
  const HrBatchLimits *limits = &self->limits;

  if (batch->n_jobs == 0)
    {
      *out = (HrBatchResult){ 0 };
      return HR_JOB_EMPTY_BATCH;
    }

  out->elapsed_ns = now - batch->begin;
  out->ns_per_job = (double) out->elapsed_ns / (double) batch->n_jobs;
  if (limits->timeout_ns > 0 && out->elapsed_ns > limits->timeout_ns)
    return HR_JOB_TIMEOUT;

  count_jobs (self, now, batch->n_jobs);
  if (limits->budget_ns_per_job > 0 && out->ns_per_job > (double) limits->budget_ns_per_job)
    return HR_JOB_BUDGET_VIOLATED;

  return HR_JOB_OK;
}

/* Writes the jobs finished per second, over the last second or since the first batch, to @out. Returns false and leaves @out
 * alone while less than a tenth of a second has been seen. */
bool
hr_coordinator_throughput (const HrCoordinator *self,
                           uint64_t             now,
                           double              *out)
{
  uint64_t slot = now / HR_THROUGHPUT_SLOT_NS;
  uint64_t oldest = slot >= HR_THROUGHPUT_SLOTS ? slot - HR_THROUGHPUT_SLOTS + 1 : 0;
  uint64_t since = oldest * HR_THROUGHPUT_SLOT_NS;
  uint64_t n_jobs = 0;

  if (!self->started || now - self->start < HR_THROUGHPUT_SLOT_NS)
    return false;

  if (since < self->start)
    since = self->start;
  for (int i = 0; i < HR_THROUGHPUT_SLOTS; i++)
    if (self->slots[i].slot >= oldest)
      n_jobs += self->slots[i].n_jobs;
  *out = (double) n_jobs * 1e9 / (double) (now - since);

  return true;
}
