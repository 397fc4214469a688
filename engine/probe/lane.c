/* SPDX-License-Identifier: MIT */

/* Which lane a thread records to. A thread's lanes, one a probe, are claimed with its first record and given back at its end. */

#include "engine/probe/layout.h"
#include "engine/probe/probe-private.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* What a thread holds of one probe. The probe is known by its serial: it may be closed, and its memory used again, meanwhile. */
typedef struct _Claim Claim;
struct _Claim
{
  Claim        *next;
  uint64_t      serial;
  HrRegionLane *lane;     /* NULL: none was to be had */
  uint32_t      releases; /* the probe's when we asked last */
};

_Thread_local HrLaneCache hr_lane_cache;

static _Thread_local Claim *claims;
static pthread_key_t        thread_end;
static bool                 thread_end_known;
static pthread_once_t       prepared = PTHREAD_ONCE_INIT;

/* What this thread wrote happens before whatever the lane's next owner writes. */
static void
release_lane (HrProbe      *probe,
              HrRegionLane *lane)
{
  __atomic_store_n (&lane->owner, 0, __ATOMIC_RELEASE);
  __atomic_fetch_add (&probe->releases, 1, __ATOMIC_RELEASE);
}

static void
thread_ended_cb (void *data)
{
  Claim *claim = data;

  claims = NULL;
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

/* Forgets what this thread held of probes that were closed, so that the list does not grow with them. */
static void
drop_stale_claims (void)
{
  Claim **link = &claims;

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
  hr_probe_unlock ();
}

static Claim *
add_claim (uint64_t serial)
{
  Claim *claim;

  pthread_once (&prepared, prepare);
  drop_stale_claims ();

  /* Without a destructor the lane would never come back. */
  claim = thread_end_known ? calloc (1, sizeof *claim) : NULL;
  if (claim == NULL)
    return NULL;

  claim->serial = serial;
  claim->next = claims;
  if (pthread_setspecific (thread_end, claim) != 0)
    {
      pthread_setspecific (thread_end, claims);
      free (claim);
      return NULL;
    }
  claims = claim;

  return claim;
}

static HrRegionLane *
lane_at (HrProbe *probe,
         uint32_t index)
{
  return (HrRegionLane *) ((char *) probe->header + HR_LAYOUT_LANES_OFFSET + index * HR_LAYOUT_LANE_BYTES);
}

/* Takes a lane that a thread gave back. Its totals and ring go on from where they are. */
static HrRegionLane *
take_used_lane (HrProbe *probe,
                uint32_t thread)
{
  uint32_t n_lanes = __atomic_load_n (&probe->n_lanes, __ATOMIC_ACQUIRE);

  for (uint32_t i = 0; i < n_lanes; i++)
    {
      HrRegionLane *lane = lane_at (probe, i);
      uint32_t      nobody = 0;

      if (__atomic_compare_exchange_n (&lane->owner, &nobody, thread, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return lane;
    }

  return NULL;
}

static HrRegionLane *
take_new_lane (HrProbe *probe,
               uint32_t thread)
{
  HrRegionLane *lane = NULL;
  uint32_t      index;

  hr_probe_lock ();
  index = probe->n_lanes;
  if (index < HR_REGION_LANES &&
      hr_publish_reserve (probe, HR_LAYOUT_LANES_OFFSET + index * HR_LAYOUT_LANE_BYTES, HR_LAYOUT_LANE_BYTES))
    {
      lane = lane_at (probe, index);
      __atomic_store_n (&lane->owner, thread, __ATOMIC_RELAXED);
      __atomic_store_n (&probe->n_lanes, index + 1, __ATOMIC_RELEASE);
      __atomic_store_n (&probe->header->n_lanes, index + 1, __ATOMIC_RELEASE);
    }
  hr_probe_unlock ();

  return lane;
}

static Claim *
find_claim (uint64_t serial)
{
  Claim *claim = claims;

  while (claim != NULL && claim->serial != serial)
    claim = claim->next;

  return claim;
}

/* Returns this thread's lane of the probe, claimed with the thread's first record, or NULL where none is to be had: lanes or space are
 * used up. Then it asks again only after another thread has given a lane back. */
HrRegionLane *
hr_lane_claim (HrProbe *self)
{
  Claim   *claim = find_claim (self->serial);
  uint32_t releases = __atomic_load_n (&self->releases, __ATOMIC_ACQUIRE);

  if (self->region_bytes == 0)
    return NULL;
  if (claim == NULL)
    claim = add_claim (self->serial);
  if (claim == NULL)
    return NULL;

  if (claim->lane == NULL && claim->releases != releases)
    {
      uint32_t thread = (uint32_t) gettid ();

      claim->releases = releases;
      claim->lane = take_used_lane (self, thread);
      if (claim->lane == NULL)
        claim->lane = take_new_lane (self, thread);
    }
  if (claim->lane != NULL)
    hr_lane_cache = (HrLaneCache){ self->serial, claim->lane };

  return claim->lane;
}
