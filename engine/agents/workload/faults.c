/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/workload/faults.h"

#include "engine/base/units.h"

#include <string.h>
#include <sys/mman.h>

/* Leaked memory comes in mappings of this size, which go back to the system at once when they are freed. */
#define CHUNK_BYTES (256u * 1024)

struct _HrLeak
{
  HrLeak *next;
};

/* Starts well behaved until @options say otherwise; @now is when the time of misbehaving begins. What leaks is counted by @probe
 * as "caching". */
void
hr_faults_init (HrFaults                *self,
                const HrWorkloadOptions *options,
                HrProbe                 *probe,
                uint64_t                 now)
{
  *self = (HrFaults){ .options = options, .probe = probe, .start = now, .leak_start = now };
  self->caching = hr_probe_category (probe, "caching");
}

static bool
misbehaves (const HrFaults *self,
            uint64_t        now)
{
  double seconds = self->options->misbehave_seconds;

  return seconds <= 0 || (double) (now - self->start) < seconds * HR_NS_PER_SECOND;
}

/* Counts a batch that begins. Returns how many nanoseconds each of its jobs has to take; 0: as few as it takes. */
uint64_t
hr_faults_next_batch (HrFaults *self,
                      uint64_t  now)
{
  self->n_batches++;
  if (self->n_batches % self->options->slow_every != 0 || !misbehaves (self, now))
    return 0;

  return (uint64_t) (self->options->slow_ms * HR_NS_PER_MS);
}

/* Returns whether nothing is to be ranked now: the second half of every period of two stalls. */
bool
hr_faults_stalled (const HrFaults *self,
                   uint64_t        now)
{
  uint64_t stall = (uint64_t) (self->options->stall_seconds * HR_NS_PER_SECOND);

  return stall > 0 && misbehaves (self, now) && (now - self->start) / stall % 2 == 1;
}

/* Leaks what is due at @now, and touches it so that it is resident. */
void
hr_faults_leak (HrFaults *self,
                uint64_t  now)
{
  double due = self->options->leak_mb_per_second * HR_BYTES_PER_MB * (double) (now - self->leak_start) / HR_NS_PER_SECOND;

  if (!misbehaves (self, now))
    {
      hr_faults_clean_up (self, now);
      return;
    }

  while ((double) (self->n_leaked + 1) * CHUNK_BYTES <= due)
    {
      HrLeak *chunk = mmap (NULL, CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

      if (chunk == MAP_FAILED)
        return;

      hr_probe_allocated (self->probe, self->caching, CHUNK_BYTES);
      memset (chunk, 0xa5, CHUNK_BYTES);
      chunk->next = self->leak;
      self->leak = chunk;
      self->n_leaked++;
    }
}

/* Frees everything that leaked; the leak starts again from @now. */
void
hr_faults_clean_up (HrFaults *self,
                    uint64_t  now)
{
  while (self->leak != NULL)
    {
      HrLeak *chunk = self->leak;

      self->leak = chunk->next;
      munmap (chunk, CHUNK_BYTES);
      hr_probe_freed (self->probe, self->caching, CHUNK_BYTES);
    }
  self->n_leaked = 0;
  self->leak_start = now;
}
