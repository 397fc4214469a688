/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/units.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many samples "the recent average" speaks of. */
#define HR_RECENT_SAMPLES 100

typedef struct
{
  uint64_t time; /* ns, of whatever clock the ring's user keeps to */
  double   value;
} HrTimedValue;

/* The latest values of a series in order of time, in storage that the caller owns and that outlives
 * the ring. "Recent" means by time: a value that arrives late takes its place among the earlier
 * ones. Start with hr_ring_init (). */
typedef struct
{
  HrTimedValue *storage;
  size_t        capacity;
  size_t        first; /* where the oldest value stands */
  size_t        n;
  uint64_t      refused; /* NaN, infinite, or older than all of a full ring */
} HrRing;

void hr_ring_init (HrRing       *self,
                   HrTimedValue *storage,
                   size_t        capacity);
bool hr_ring_append (HrRing  *self,
                     uint64_t time,
                     double   value);
void hr_ring_clear (HrRing *self);

size_t       hr_ring_length (const HrRing *self);
HrTimedValue hr_ring_get (const HrRing *self,
                          size_t        index);
size_t       hr_ring_find (const HrRing *self,
                           uint64_t      time);

double hr_ring_recent_mean (const HrRing *self,
                            size_t        n);
double hr_ring_compliance (const HrRing *self,
                           double        limit,
                           HrDirection   direction);
