/* SPDX-License-Identifier: MIT */

/* How a probe's region comes to be in memory, what all regions have in common, and how they are let go. That of a file is in
 * publish-file.c. */

#include "engine/probe/probe-private.h"

#include "engine/probe/process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* As the header has room for: anything longer is no longer small. */
static uint16_t
picoseconds (double ns)
{
  return ns * 1000 < UINT16_MAX ? (uint16_t) (ns * 1000) : UINT16_MAX;
}

/* Fills in whose region it is and how it counts, without its name. Returns false with errno where there are no random numbers. */
bool
hr_publish_fill_identity (HrRegionHeader *header)
{
  const HrTickClock *clock = hr_tick_clock_get ();
  const HrCost      *cost = hr_cost_get ();
  HrTickMoment       started;

  if (!hr_process_random (header->uuid, sizeof header->uuid))
    return false;

  /* RFC 4122, version 4. */
  header->uuid[6] = (uint8_t) ((header->uuid[6] & 0x0f) | 0x40);
  header->uuid[8] = (uint8_t) ((header->uuid[8] & 0x3f) | 0x80);
  header->pid = (uint32_t) getpid ();
  header->pid_start_time = hr_process_start_time ();
  header->tick_source = clock->source;
  header->tick_scale = clock->scale;
  header->record_ns = cost->record_ns;
  header->count_ps = picoseconds (cost->count_ns);
  header->skip_ps = picoseconds (cost->skip_ns);
  started = hr_tick_moment_now (clock->source);
  header->started_ticks = started.ticks;
  header->started_monotonic = started.monotonic_ns;
  header->started_realtime = hr_clock_realtime ();
  header->control = HR_CONTROL_SAMPLING;

  return true;
}

/* Writes the metrics and categories that the probe has: a fresh one has none, a forked child's has its parent's. */
void
hr_publish_fill_tables (const HrProbe  *self,
                        HrRegionHeader *region)
{
  memcpy ((char *) region + HR_LAYOUT_METRICS_OFFSET, self->metrics, self->n_metrics * sizeof self->metrics[0]);
  memcpy ((char *) region + HR_LAYOUT_CATEGORIES_OFFSET, self->categories, self->n_categories * sizeof self->categories[0]);
  __atomic_store_n (&region->n_metrics, self->n_metrics, __ATOMIC_RELEASE);
  __atomic_store_n (&region->n_categories, self->n_categories, __ATOMIC_RELEASE);
}

/* Makes @region the probe's. Other threads of a forked child may be recording already; until now they found the switch in
 * self->nothing, from now on they use the region: it cannot be taken back. */
void
hr_publish_adopt (HrProbe        *self,
                  HrRegionHeader *region)
{
  __atomic_store_n (&self->hot.header, region, __ATOMIC_RELEASE);
  self->region_bytes = HR_LAYOUT_REGION_BYTES;
}

/* Gives the probe a region that nobody outside the process sees. Returns false with self->error set. */
bool
hr_publish_memory (HrProbe *self)
{
  HrRegionHeader *header = hr_process_map (HR_LAYOUT_REGION_BYTES, true);

  if (header == MAP_FAILED)
    return hr_probe_fail (self, "no memory for a region", errno), false;

  memcpy (header->name, self->nothing.name, sizeof header->name);
  hr_layout_fill (header);
  hr_publish_fill_identity (header);
  header->control = HR_CONTROL_SAMPLING;
  hr_publish_fill_tables (self, header);
  hr_publish_adopt (self, header);

  return true;
}

/* Lets go of the region and leaves a no-op. The file stays for its readers; with @stamp its time of change says when. The lock ends
 * with the last descriptor and mapping of our open file, so that a forked child which drops its share ends nothing. */
void
hr_publish_drop (HrProbe *self,
                 bool     stamp)
{
  if (self->region_bytes > 0)
    munmap (self->hot.header, self->region_bytes);
  hr_publish_leave_file (self, stamp);

  __atomic_store_n (&self->hot.header, &self->nothing, __ATOMIC_RELAXED);
  self->region_bytes = 0;
  self->fd = -1;
  free (self->path);
  self->path = NULL;
}
