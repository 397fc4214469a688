/* SPDX-License-Identifier: MIT */

/* Which lane a thread records to. A thread's lanes, one a probe, are claimed with its first record and given back at its end. */

#include "engine/probe/probe-private.h"
#include "engine/probe/process.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* What a thread holds of one probe. The probe is known by its serial: it may be closed, and its memory used again, meanwhile. */
typedef struct _Claim Claim;
struct _Claim
{
  Claim   *next;
  uint64_t serial;
  HrLane  *lane;     /* NULL: none was to be had */
  uint32_t releases; /* the probe's when we asked last */
};

HR_LANE_THREAD_LOCAL HrLaneCache hr_lane_cache;

/* Holds a thread's first claim. No thread-local variable: on Apple's systems those may be gone when the thread's end is told. */
static pthread_key_t  thread_end;
static bool           thread_end_known;
static pthread_once_t prepared = PTHREAD_ONCE_INIT;

/* What this thread wrote happens before whatever the lane's next owner writes. */
static void
release_lane (HrProbe *probe,
              HrLane  *lane)
{
  __atomic_store_n (&lane->shared->owner, 0, __ATOMIC_RELAXED);
  __atomic_store_n (&lane->taken, 0, __ATOMIC_RELEASE);
  __atomic_fetch_add (&probe->releases, 1, __ATOMIC_RELEASE);
}

static void
thread_ended_cb (void *data)
{
  Claim *claim = data;

  hr_lane_cache = (HrLaneCache){ 0 };

  while (claim != NULL)
    {
      Claim   *next = claim->next;
      HrProbe *probe;

      hr_probe_lock ();
      probe = hr_probe_of_serial (claim->serial);
      if (probe != NULL && claim->lane != NULL)
        release_lane (probe, claim->lane);
      hr_probe_unlock ();

      free (claim);
      claim = next;
    }
}

static void
prepare (void)
{
  thread_end_known = pthread_key_create (&thread_end, thread_ended_cb) == 0;
}

static Claim *
get_claims (void)
{
  pthread_once (&prepared, prepare);

  return thread_end_known ? pthread_getspecific (thread_end) : NULL;
}

/* Without a destructor a lane would never come back. */
static bool
set_claims (Claim *first)
{
  return thread_end_known && pthread_setspecific (thread_end, first) == 0;
}

/* Forgets what this thread held of probes that were closed, so that the list does not grow with them. */
static void
drop_stale_claims (void)
{
  Claim  *first = get_claims ();
  Claim **link = first != NULL ? &first->next : &first;

  hr_probe_lock ();
  while (*link != NULL)
    {
      Claim *claim = *link;

      if (hr_probe_of_serial (claim->serial) != NULL)
        {
          link = &claim->next;
          continue;
        }
      *link = claim->next;
      free (claim);
    }
  /* The first one stays until the key holds another. */
  if (first != NULL && hr_probe_of_serial (first->serial) == NULL && set_claims (first->next))
    free (first);
  hr_probe_unlock ();
}

static Claim *
add_claim (uint64_t serial)
{
  Claim *claim = calloc (1, sizeof *claim);

  if (claim == NULL)
    return NULL;

  drop_stale_claims ();
  claim->serial = serial;
  claim->next = get_claims ();
  if (!set_claims (claim))
    {
      free (claim);
      return NULL;
    }

  return claim;
}

/* Makes a lane that had an owner before fit for @thread. Its totals and ring go on from where they are. */
static void
take_over (HrLane  *lane,
           uint32_t thread)
{
  __atomic_store_n (&lane->shared->owner, thread, __ATOMIC_RELAXED);
  lane->depth = 0;
  lane->skipping = 0;
  for (uint32_t i = 0; i < HR_REGION_METRICS; i++)
    if (lane->uses[i] == HR_LANE_REFUSED)
      lane->uses[i] = HR_LANE_UNREADY;
}

static HrLane *
take_used_lane (HrProbe *probe,
                uint32_t thread)
{
  uint32_t n_lanes = __atomic_load_n (&probe->n_lanes, __ATOMIC_ACQUIRE);

  for (uint32_t i = 0; i < n_lanes; i++)
    {
      HrLane  *lane = probe->lanes[i];
      uint32_t nobody = 0;

      if (__atomic_compare_exchange_n (&lane->taken, &nobody, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        {
          take_over (lane, thread);
          return lane;
        }
    }

  return NULL;
}

/* Reserves what every lane needs: its first pages and its ring. Totals come with their first record. */
static bool
reserve_lane (HrProbe *probe,
              uint64_t offset)
{
  return hr_publish_reserve (probe, offset, HR_LAYOUT_TOTALS_OFFSET) &&
         hr_publish_reserve (probe, offset + HR_LAYOUT_RECORDS_OFFSET, HR_LAYOUT_LANE_BYTES - HR_LAYOUT_RECORDS_OFFSET);
}

/* Lets every bit of the result hang on every bit of @word (SplitMix64, Vigna): neighbours begin with choices of their own. */
static uint64_t
scatter (uint64_t word)
{
  word += 0x9e3779b97f4a7c15u;
  word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
  word = (word ^ word >> 27) * 0x94d049bb133111ebu;

  return word ^ word >> 31;
}

/* Call it with the lock held. */
static HrLane *
add_lane (HrProbe *probe,
          uint32_t thread)
{
  uint32_t index = probe->n_lanes;
  uint64_t offset = HR_LAYOUT_LANES_OFFSET + index * HR_LAYOUT_LANE_BYTES;
  HrLane  *lane;

  if (index == HR_REGION_LANES || !reserve_lane (probe, offset))
    return NULL;

  /* A forked child has those of its parent, which nobody uses any more. */
  lane = probe->lanes[index] != NULL ? probe->lanes[index] : malloc (sizeof *lane);
  if (lane == NULL)
    return NULL;

  memset (lane, 0, sizeof *lane);
  lane->shared = (HrRegionLane *) ((char *) probe->hot.header + offset);
  lane->taken = 1;
  lane->random = scatter (probe->hot.serial << 32 | index) | 1;
  probe->lanes[index] = lane;
  __atomic_store_n (&lane->shared->owner, thread, __ATOMIC_RELAXED);
  __atomic_store_n (&probe->n_lanes, index + 1, __ATOMIC_RELEASE);
  __atomic_store_n (&probe->hot.header->n_lanes, index + 1, __ATOMIC_RELEASE);

  return lane;
}

static HrLane *
take_new_lane (HrProbe *probe,
               uint32_t thread)
{
  HrLane *lane;

  hr_probe_lock ();
  lane = add_lane (probe, thread);
  hr_probe_unlock ();

  return lane;
}

static Claim *
find_claim (uint64_t serial)
{
  Claim *claim = get_claims ();

  while (claim != NULL && claim->serial != serial)
    claim = claim->next;

  return claim;
}

/* Returns the lane that this thread has of the probe already, or NULL. */
HrLane *
hr_lane_find (HrProbe *self)
{
  const Claim *claim = find_claim (self->hot.serial);

  return claim != NULL ? claim->lane : NULL;
}

/* A child that records gets a region of its own. */
static void
publish_after_fork (HrProbe *self)
{
  hr_probe_lock ();
  if (self->forked)
    hr_probe_publish (self);
  hr_probe_unlock ();
}

/* Returns this thread's lane of the probe, claimed with the thread's first record, or NULL where none is to be had:
 * lanes or space are used up. Then it asks again only after another thread has given a lane back. */
HrLane *
hr_lane_claim (HrProbe *self)
{
  Claim   *claim;
  uint32_t releases = __atomic_load_n (&self->releases, __ATOMIC_ACQUIRE);

  if (__atomic_load_n (&self->forked, __ATOMIC_ACQUIRE))
    publish_after_fork (self);
  if (self->region_bytes == 0)
    return NULL;

  claim = find_claim (self->hot.serial);
  if (claim == NULL)
    claim = add_claim (self->hot.serial);
  if (claim == NULL)
    return NULL;

  if (claim->lane == NULL && claim->releases != releases)
    {
      uint32_t thread = hr_process_thread ();

      claim->releases = releases;
      claim->lane = take_used_lane (self, thread);
      if (claim->lane == NULL)
        claim->lane = take_new_lane (self, thread);
    }
  if (claim->lane != NULL)
    hr_lane_cache = (HrLaneCache){ self->hot.serial, claim->lane };

  return claim->lane;
}

static HrLaneUse
use_of_kind (uint32_t kind)
{
  static const HrLaneUse uses[HR_N_KINDS] = {
    [HR_KIND_GAUGE] = HR_LANE_LEVEL,
    [HR_KIND_DURATION] = HR_LANE_DURATION,
    [HR_KIND_COUNTER] = HR_LANE_COUNTER,
    [HR_KIND_RATIO] = HR_LANE_LEVEL,
    [HR_KIND_SPAN] = HR_LANE_SPAN,
    [HR_KIND_EVENT] = HR_LANE_EVENT,
  };

  return uses[kind];
}

/* Gives the metric its totals in the lane: whole with a histogram, one page without. Call it with the lock held. */
static bool
reserve_totals (HrProbe *self,
                HrLane  *lane,
                HrMetric metric)
{
  HrRegionTotals *totals = hr_lane_totals (lane, metric);
  uint64_t       *ready = &lane->shared->ready[metric / 64];
  uint64_t        offset = (uint64_t) ((char *) totals - (char *) self->hot.header);

  if (!hr_publish_reserve (self, offset, hr_kind_is_time (self->metrics[metric].kind) ? HR_REGION_TOTALS_BYTES : HR_REGION_PAGE))
    return false;

  /* Anything is less and more than these, so that a record need not ask whether it is the first. */
  hr_real_store (&totals->min, (double) INFINITY);
  hr_real_store (&totals->max, (double) -INFINITY);
  __atomic_store_n (ready, hr_word_load (ready) | (uint64_t) 1 << metric % 64, __ATOMIC_RELEASE);

  return true;
}

/* Makes @metric ready to be recorded as @use in this thread's lane and returns that lane. Returns NULL, and counts a
 * record as unplaced, where there is no lane, no such metric, none that is recorded so, or no space. */
HrLane *
hr_lane_prepare (HrProbe  *self,
                 HrMetric  metric,
                 HrLaneUse use)
{
  HrLane *lane = hr_lane_get (self);

  if (lane != NULL && metric < HR_REGION_METRICS && lane->uses[metric] == HR_LANE_UNREADY)
    {
      hr_probe_lock ();
      if (metric < self->n_metrics)
        lane->uses[metric] = reserve_totals (self, lane, metric) ? use_of_kind (self->metrics[metric].kind) : HR_LANE_REFUSED;
      hr_probe_unlock ();
    }
  if (lane != NULL && metric < HR_REGION_METRICS && lane->uses[metric] == use)
    return lane;

  hr_lane_count_unplaced (self);

  return NULL;
}

/* Counts a record that has no place. Shared between threads, which is why it is not on the path of those that have. */
void
hr_lane_count_unplaced (HrProbe *self)
{
  __atomic_fetch_add (&hr_probe_header (self)->unplaced, 1, __ATOMIC_RELAXED);
}

/* xorshift64 (Marsaglia, 2003): a regular choice would always take the same of two scopes that alternate. */
static uint64_t
next_random (HrLane *lane)
{
  uint64_t word = lane->random;

  word ^= word << 13;
  word ^= word >> 7;
  word ^= word << 17;

  return lane->random = word;
}

/* Returns whether a record is taken under a control word that asks for one of several: one of 2^n at random. The
 * others are counted as skipped. */
bool
hr_lane_choose (HrProbe *self,
                uint32_t control)
{
  uint32_t bits = control >> HR_CONTROL_STRIDE_SHIFT;
  HrLane  *lane = hr_lane_get (self);

  if (bits > HR_CONTROL_STRIDE_LIMIT)
    bits = HR_CONTROL_STRIDE_LIMIT;
  if (lane == NULL || next_random (lane) >> (63 - bits) >> 1 == 0)
    return true;

  hr_word_add (&lane->shared->skipped, 1);

  return false;
}
