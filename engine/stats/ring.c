/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/ring.h"

#include <math.h>

/* The place of value @index (0: the oldest). Neither term exceeds the capacity, so no division. */
static HrTimedValue *
place (const HrRing *self,
       size_t        index)
{
  size_t at = self->first + index;

  return self->storage + (at < self->capacity ? at : at - self->capacity);
}

/* Makes @self an empty ring over the @capacity values at @storage, which stay the caller's. */
void
hr_ring_init (HrRing       *self,
              HrTimedValue *storage,
              size_t        capacity)
{
  *self = (HrRing){ .storage = storage, .capacity = capacity };
}

/* Puts @value where its @time belongs, behind those of the same time; the oldest goes when the ring is
 * full. Costs one step for each later value already there: none for a series that arrives in order.
 * Returns false, and counts the value as refused, when it is NaN, infinite or older than
 * everything in a full ring. */
bool
hr_ring_append (HrRing  *self,
                uint64_t time,
                double   value)
{
  size_t index;

  if (!isfinite (value) || self->capacity == 0 || (self->n == self->capacity && time < place (self, 0)->time))
    {
      self->refused++;
      return false;
    }

  if (self->n == self->capacity)
    {
      self->first = self->first + 1 < self->capacity ? self->first + 1 : 0;
      self->n--;
    }

  for (index = self->n++; index > 0 && place (self, index - 1)->time > time; index--)
    *place (self, index) = *place (self, index - 1);
  *place (self, index) = (HrTimedValue){ .time = time, .value = value };

  return true;
}

/* Forgets every value, and how many were refused. */
void
hr_ring_clear (HrRing *self)
{
  hr_ring_init (self, self->storage, self->capacity);
}

/* Returns how many values the ring holds now. */
size_t
hr_ring_length (const HrRing *self)
{
  return self->n;
}

/* Returns value @index in order of time, 0 being the oldest; NaN at time 0 when there is none. */
HrTimedValue
hr_ring_get (const HrRing *self,
             size_t        index)
{
  return index < self->n ? *place (self, index) : (HrTimedValue){ .value = (double) NAN };
}

/* Returns the index of the first value at or after @time: the length when all are earlier. */
size_t
hr_ring_find (const HrRing *self,
              uint64_t      time)
{
  size_t low = 0, high = self->n;

  while (low < high)
    {
      size_t middle = low + (high - low) / 2;

      if (place (self, middle)->time < time)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

/* Returns the mean of the latest @n values (HR_RECENT_SAMPLES, as a rule), or of all when there are
 * fewer; NaN when there are none. */
double
hr_ring_recent_mean (const HrRing *self,
                     size_t        n)
{
  size_t count = n < self->n ? n : self->n;
  double sum = 0;

  for (size_t i = self->n - count; i < self->n; i++)
    sum += place (self, i)->value;

  return count > 0 ? sum / (double) count : (double) NAN;
}

/* Returns the share, in 0..1, of the values on the good side of @limit or upon it: at most @limit where
 * lower is better, at least @limit where higher is. NaN when there are none or @limit is NaN. */
double
hr_ring_compliance (const HrRing *self,
                    double        limit,
                    HrDirection   direction)
{
  size_t inside = 0;

  if (self->n == 0 || isnan (limit))
    return (double) NAN;

  for (size_t i = 0; i < self->n; i++)
    {
      double value = place (self, i)->value;

      inside += direction == HR_DIRECTION_HIGHER ? value >= limit : value <= limit;
    }

  return (double) inside / (double) self->n;
}
