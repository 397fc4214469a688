/* SPDX-License-Identifier: MIT */

#include "engine/probe/probe-private.h"

#include "engine/probe/process.h"
#include "engine/probe/text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One lock for whatever is no record: opening, closing, registering, claiming a lane. It is held across fork (), so that
 * the child finds everything whole. */
static pthread_mutex_t slow_path = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t  prepared = PTHREAD_ONCE_INIT;
static HrProbe        *probes;
static uint64_t        last_serial;

/* What hr_probe_open () gives without memory: shared by all, counts like any other no-op. */
static HrProbe no_memory = {
  .hot = { .header = &no_memory.nothing, .serial = UINT64_MAX, .tick_scale = HR_TICK_SCALE_ONE },
  .fd = -1,
  .error = "no memory for a probe",
  .nothing.control = HR_CONTROL_SAMPLING,
};

/* Takes the lock of everything that is no record. */
void
hr_probe_lock (void)
{
  pthread_mutex_lock (&slow_path);
}

/* Gives the lock back. */
void
hr_probe_unlock (void)
{
  pthread_mutex_unlock (&slow_path);
}

/* The child has its own process's numbers to publish, if any: it lets go of what it inherited, and the first record
 * makes a region of its own. The new serial makes it forget the lanes it had. */
static void
forked_child_cb (void)
{
  for (HrProbe *probe = probes; probe != NULL; probe = probe->next)
    {
      hr_publish_drop (probe, false);
      probe->hot.serial = ++last_serial;
      probe->n_lanes = 0;
      probe->releases = 1;
      probe->cleanups_answered = 0;
      probe->nothing.unplaced = 0;
      probe->forked = true;
    }
  hr_probe_unlock ();
}

static void
prepare (void)
{
  pthread_atfork (hr_probe_lock, hr_probe_unlock, forked_child_cb);
}

/* Returns the open probe that has @serial, or NULL. Call it with the lock held. */
HrProbe *
hr_probe_of_serial (uint64_t serial)
{
  HrProbe *probe = probes;

  while (probe != NULL && probe->hot.serial != serial)
    probe = probe->next;

  return probe;
}

/* Sets the probe's error: @what, and errno's text where @error is not 0. */
void
hr_probe_fail (HrProbe    *self,
               const char *what,
               int         error)
{
  char buffer[100];

  if (error == 0)
    snprintf (self->error, sizeof self->error, "%s", what);
  else
    snprintf (self->error, sizeof self->error, "%s: %s", what, hr_process_error_text (error, buffer, sizeof buffer));
}

/* Makes the probe's region, with the metrics that it has: in its folder, or in memory where it was opened so. On a failure
 * other than that of the folder the probe stays a no-op. self->error says so. Call it with the lock held. */
void
hr_probe_publish (HrProbe *self)
{
  self->error[0] = '\0';
  if (self->in_memory)
    hr_publish_memory (self);
  else
    hr_publish_in_folder (self);
  __atomic_store_n (&self->forked, false, __ATOMIC_RELEASE);
}

/* Returns the region that the probe records to, made now where a fork has left none; NULL for a no-op. It stays until the probe is
 * closed. Takes the lock. */
HrRegionHeader *
hr_probe_own_region (HrProbe *self)
{
  HrRegionHeader *region;

  hr_probe_lock ();
  if (self->forked)
    hr_probe_publish (self);
  region = self->region_bytes > 0 ? self->hot.header : NULL;
  hr_probe_unlock ();

  return region;
}

/* Creates a probe without a region. NULL without memory. */
static HrProbe *
create (const char *name)
{
  const HrTickClock *clock = hr_tick_clock_get ();
  HrProbe           *self = calloc (1, sizeof *self);

  if (self == NULL)
    return NULL;

  pthread_once (&prepared, prepare);

  if (name == NULL || name[0] == '\0')
    name = hr_process_name ();
  hr_text_copy (self->nothing.name, sizeof self->nothing.name, name, SIZE_MAX);
  self->nothing.control = HR_CONTROL_SAMPLING;
  self->hot.header = &self->nothing;
  self->hot.tick_source = clock->source;
  self->hot.tick_scale = clock->scale;
  self->fd = -1;
  self->releases = 1;

  return self;
}

static void
begin (HrProbe *self)
{
  hr_probe_lock ();
  hr_probe_publish (self);
  self->hot.serial = ++last_serial;
  self->next = probes;
  probes = self;
  hr_probe_unlock ();
}

/* Opens a probe that publishes in @folder (made with mode 0700 where it is missing; its parent must exist; NULL: the
 * runtime folder, see hr_region_folder ()) under the program's name @name (UTF-8, cut to HR_REGION_NAME_BYTES - 1; NULL
 * or empty: the executable's name).
 *
 * Where the folder cannot be had or trusted, the probe records to memory that nobody reads; on any other failure every
 * record is counted by hr_probe_unplaced () and forgotten. hr_probe_error () says so. Never returns NULL; free with
 * hr_probe_close (). Where a region cannot be a file, as on Apple's systems, it is as if hr_probe_open_in_memory () was called. */
HrProbe *
hr_probe_open_in (const char *folder,
                  const char *name)
{
  HrProbe *self = create (name);

  if (self == NULL)
    return &no_memory;

  self->folder = hr_publish_choose_folder (folder);
  begin (self);

  return self;
}

/* Opens a probe whose region is this process's memory and no file: for programs that bring their own agent, and for systems without a
 * folder for regions. Only hr_region_reader_open_own () reads it. Else as hr_probe_open_in (). */
HrProbe *
hr_probe_open_in_memory (const char *name)
{
  HrProbe *self = create (name);

  if (self == NULL)
    return &no_memory;

  self->in_memory = true;
  begin (self);

  return self;
}

/* Opens a probe in the runtime folder; see hr_probe_open_in (). */
HrProbe *
hr_probe_open (const char *name)
{
  return hr_probe_open_in (NULL, name);
}

/* Ends the probe. The region stays for its readers, who reap it when they have drained it. No thread may be recording to this probe
 * any more; those that did may go on with others. NULL is allowed. */
void
hr_probe_close (HrProbe *self)
{
  if (self == NULL || self == &no_memory)
    return;

  hr_probe_lock ();
  for (HrProbe **link = &probes; *link != NULL; link = &(*link)->next)
    if (*link == self)
      {
        *link = self->next;
        break;
      }
  hr_publish_drop (self, true);
  hr_probe_unlock ();

  for (uint32_t i = 0; i < HR_REGION_LANES; i++)
    free (self->lanes[i]);
  free (self->folder);
  free (self);
}

/* Returns why the probe is not what was asked for, or NULL where all is well. Owned by the probe. */
const char *
hr_probe_error (const HrProbe *self)
{
  return self->error[0] != '\0' ? self->error : NULL;
}

/* Returns the region's path, or NULL where there is no file. Owned by the probe. */
const char *
hr_probe_path (const HrProbe *self)
{
  return self->path;
}

/* Returns the place of the metric of that name and, for a span, that parent, or the first free one: n_metrics. Spans have
 * names of their own. */
static HrMetric
find_metric (const HrProbe        *self,
             const HrRegionMetric *wanted)
{
  HrMetric place = 0;

  while (place < self->n_metrics &&
         (strcmp (self->metrics[place].name, wanted->name) != 0 || self->metrics[place].parent != wanted->parent ||
          (self->metrics[place].kind == HR_KIND_SPAN) != (wanted->kind == HR_KIND_SPAN)))
    place++;

  return place;
}

static void
append_metric (HrProbe              *self,
               const HrRegionMetric *metric)
{
  HrRegionMetric *table = (HrRegionMetric *) ((char *) self->hot.header + HR_LAYOUT_METRICS_OFFSET);
  uint32_t        i = self->n_metrics++;

  self->metrics[i] = *metric;
  if (self->region_bytes == 0)
    return;

  table[i] = *metric;
  __atomic_store_n (&self->hot.header->n_metrics, self->n_metrics, __ATOMIC_RELEASE);
}

/* Returns the place of @metric in the table, added where it is new: HR_METRIC_NONE where the name is taken by one that
 * differs, the table is full, or the probe is a no-op for good. Takes the lock. */
HrMetric
hr_probe_place_metric (HrProbe              *self,
                       const HrRegionMetric *metric)
{
  HrMetric place;

  hr_probe_lock ();
  place = find_metric (self, metric);
  if (place < self->n_metrics)
    {
      if (memcmp (&self->metrics[place], metric, sizeof *metric) != 0)
        place = HR_METRIC_NONE;
    }
  else if ((self->region_bytes == 0 && !self->forked) || place == HR_REGION_METRICS)
    place = HR_METRIC_NONE;
  else
    append_metric (self, metric);
  hr_probe_unlock ();

  return place;
}

/* Registers a metric of any kind but span, or finds the one that was registered with the same words. @name is UTF-8, 1
 * to HR_REGION_NAME_BYTES - 1 bytes without control characters. Not for a hot path: it takes a lock. Returns
 * HR_METRIC_NONE for a bad name, where the name has another kind, unit or direction already, where the table is full,
 * and for a no-op; records of HR_METRIC_NONE are counted by hr_probe_unplaced (). */
HrMetric
hr_probe_metric (HrProbe    *self,
                 const char *name,
                 HrKind      kind,
                 HrUnit      unit,
                 HrDirection direction)
{
  HrRegionMetric metric = { .kind = kind, .unit = unit, .direction = direction, .parent = HR_REGION_NO_PARENT };

  if (name == NULL || name[0] == '\0' || !hr_text_copy (metric.name, sizeof metric.name, name, SIZE_MAX) ||
      (unsigned) kind >= HR_N_KINDS || kind == HR_KIND_SPAN || (unsigned) unit >= HR_N_UNITS || (unsigned) direction >= HR_N_DIRECTIONS)
    return HR_METRIC_NONE;

  return hr_probe_place_metric (self, &metric);
}

/* Sets what hr_probe_poll () runs when somebody asks the program to free what it can; NULL: nothing. A request that
 * came before waits for it. */
void
hr_probe_on_cleanup (HrProbe           *self,
                     HrProbeCleanupFunc callback,
                     void              *user_data)
{
  hr_probe_lock ();
  self->cleanup = callback;
  self->cleanup_data = user_data;
  hr_probe_unlock ();
}

/* Answers what readers asked for since the last call: runs the cleanup callback once in this thread, however many asked. Call it
 * where a cleanup suits the program; it costs one load when nobody asked. */
void
hr_probe_poll (HrProbe *self)
{
  HrProbeCleanupFunc callback = NULL;
  void              *user_data = NULL;
  uint32_t           requests = __atomic_load_n (&hr_probe_header (self)->cleanup_requests, __ATOMIC_ACQUIRE);

  if (requests == __atomic_load_n (&self->cleanups_answered, __ATOMIC_RELAXED))
    return;

  hr_probe_lock ();
  if (self->cleanup != NULL && requests != self->cleanups_answered)
    {
      callback = self->cleanup;
      user_data = self->cleanup_data;
      __atomic_store_n (&self->cleanups_answered, requests, __ATOMIC_RELAXED);
      __atomic_store_n (&self->hot.header->cleanups_answered, requests, __ATOMIC_RELAXED);
    }
  hr_probe_unlock ();

  if (callback != NULL)
    callback (user_data);
}

/* Returns how many records found no lane or no metric, in this process. */
uint64_t
hr_probe_unplaced (const HrProbe *self)
{
  return __atomic_load_n (&hr_probe_header (self)->unplaced, __ATOMIC_RELAXED);
}
