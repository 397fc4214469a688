/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/stats/slide.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64

/* What leaves is never subtracted from a sum: 1e300 that came and went would take every digit of its
 * neighbours with it, and a minimum cannot be subtracted at all. The window is a queue of two stacks
 * instead. The old part, up to @split, knows for each of its intervals what it and all younger ones of
 * that part come to; the young part has one running tally. When the old part is used up, the young
 * one becomes the old in one pass backwards: each interval is tallied twice in its life, whatever
 * the window's length. Counts and buckets are whole numbers, and are subtracted. */
typedef struct
{
  HrInterval interval;
  HrTally    onward; /* from here to the end of the old part */
} Place;

struct _HrSlide
{
  Place       *places; /* a ring; its length is a power of two */
  size_t       capacity;
  uint64_t     first; /* counted for ever, and masked to find the place */
  uint64_t     split;
  uint64_t     end;
  HrTally      young;
  double       last;
  int64_t      last_ns;
  uint64_t     refused;
  HrHistogram *histogram; /* behind the struct; NULL: without */
};

_Static_assert((FIRST_CAPACITY & (FIRST_CAPACITY - 1)) == 0, "the place is found by a mask");

static const HrTally empty = { .min = (double) INFINITY, .max = -(double) INFINITY };

static Place *
place (const HrSlide *self,
       uint64_t       index)
{
  return &self->places[index & (self->capacity - 1)];
}

static void
tally_add (HrTally          *self,
           const HrInterval *interval)
{
  self->covered_ns += interval->length_ns;
  if (interval->count == 0)
    return;

  self->count += interval->count;
  self->n_measured++;
  hr_sum_add (&self->sum, interval->sum);
  hr_sum_add (&self->self, interval->self);
  self->min = interval->min < self->min ? interval->min : self->min;
  self->max = interval->max > self->max ? interval->max : self->max;
}

static void
tally_merge (HrTally       *self,
             const HrTally *other)
{
  self->count += other->count;
  self->n_measured += other->n_measured;
  self->covered_ns += other->covered_ns;
  hr_sum_merge (&self->sum, &other->sum);
  hr_sum_merge (&self->self, &other->self);
  self->min = other->min < self->min ? other->min : self->min;
  self->max = other->max > self->max ? other->max : self->max;
}

/* Returns an empty window, which the caller frees with hr_slide_free (), with a histogram or without;
 * NULL when there is no memory. */
HrSlide *
hr_slide_new (bool with_histogram)
{
  HrSlide *self = calloc (1, sizeof *self + (with_histogram ? sizeof (HrHistogram) : 0));

  if (self == NULL)
    return NULL;

  self->places = malloc (FIRST_CAPACITY * sizeof (Place));
  if (self->places == NULL)
    {
      free (self);
      return NULL;
    }
  self->capacity = FIRST_CAPACITY;
  self->histogram = with_histogram ? (HrHistogram *) (self + 1) : NULL;
  self->young = empty;

  return self;
}

/* Frees @self, which may be NULL. */
void
hr_slide_free (HrSlide *self)
{
  if (self == NULL)
    return;

  free (self->places);
  free (self);
}

/* Doubles the room. Returns false, with nothing changed, when there is no memory. */
static bool
grow (HrSlide *self)
{
  HrSlide larger = *self;

  larger.capacity *= 2;
  larger.places = malloc (larger.capacity * sizeof (Place));
  if (larger.places == NULL)
    return false;

  for (uint64_t i = self->first; i < self->end; i++)
    *place (&larger, i) = *place (self, i);
  free (self->places);
  *self = larger;

  return true;
}

static bool
is_finite (const HrInterval *interval)
{
  return isfinite (interval->sum) && isfinite (interval->self) && isfinite (interval->min) && isfinite (interval->max) &&
         isfinite (interval->last);
}

/* Takes in @interval, which ends no earlier than the newest in the window and does not overlap it.
 * Returns false, and counts it as refused, when one of its values is NaN or infinite; then it stands in
 * the window as an interval in which nothing was measured. When there is no memory to grow, the oldest
 * interval leaves. */
bool
hr_slide_push (HrSlide          *self,
               const HrInterval *interval)
{
  HrInterval taken = *interval;

  if (taken.count > 0 && !is_finite (&taken))
    {
      taken.count = 0;
      self->refused++;
    }
  if (taken.count == 0)
    taken.n_buckets = 0;

  if (self->end - self->first == self->capacity && !grow (self))
    hr_slide_shift (self, NULL);

  place (self, self->end++)->interval = taken;
  tally_add (&self->young, &taken);
  if (self->histogram != NULL)
    hr_histogram_add (self->histogram, taken.buckets, taken.n_buckets);
  if (taken.count > 0)
    {
      self->last = taken.last;
      self->last_ns = taken.end_ns;
    }

  return taken.count > 0 || interval->count == 0;
}

/* Makes the young part the old one, which is used up. */
static void
turn_over (HrSlide *self)
{
  HrTally onward = empty;

  for (uint64_t i = self->end; i > self->first; i--)
    {
      tally_add (&onward, &place (self, i - 1)->interval);
      place (self, i - 1)->onward = onward;
    }
  self->split = self->end;
  self->young = empty;
}

/* Lets the oldest interval leave, and writes it to @out unless that is NULL. Returns false when the
 * window is empty. */
bool
hr_slide_shift (HrSlide    *self,
                HrInterval *out)
{
  const HrInterval *leaving = hr_slide_first (self);

  if (leaving == NULL)
    return false;

  if (self->split <= self->first)
    turn_over (self);
  if (self->histogram != NULL)
    hr_histogram_remove (self->histogram, leaving->buckets, leaving->n_buckets);
  if (out != NULL)
    *out = *leaving;
  self->first++;

  return true;
}

/* Lets everything leave. How many were refused stays known. */
void
hr_slide_clear (HrSlide *self)
{
  self->first = self->split = self->end;
  self->young = empty;
  if (self->histogram != NULL)
    memset (self->histogram, 0, sizeof *self->histogram);
}

/* Lets the intervals leave that ended at @since_ns or earlier. Returns when the last of them ended;
 * INT64_MIN when none left. */
int64_t
hr_slide_keep_since (HrSlide *self,
                     int64_t  since_ns)
{
  const HrInterval *first;
  int64_t           left_ns = INT64_MIN;

  while ((first = hr_slide_first (self)) != NULL && first->end_ns <= since_ns)
    {
      left_ns = first->end_ns;
      hr_slide_shift (self, NULL);
    }

  return left_ns;
}

/* Lets the oldest intervals leave until at most @n_measured with a count are there. Once that many are, the
 * window begins with one of them, not with a gap before it. */
void
hr_slide_keep_last (HrSlide *self,
                    size_t   n_measured)
{
  const HrInterval *first;
  size_t            n = hr_slide_tally (self).n_measured;

  while ((first = hr_slide_first (self)) != NULL && (n > n_measured || (n == n_measured && first->count == 0)))
    {
      n -= first->count > 0;
      hr_slide_shift (self, NULL);
    }
}

/* Returns how many intervals the window holds, measured or not. */
size_t
hr_slide_length (const HrSlide *self)
{
  return (size_t) (self->end - self->first);
}

/* Returns how many intervals with a NaN or infinite value ever arrived. */
uint64_t
hr_slide_refused (const HrSlide *self)
{
  return self->refused;
}

/* Returns the oldest interval in the window, valid until the window changes; NULL when it is empty. */
const HrInterval *
hr_slide_first (const HrSlide *self)
{
  return self->first < self->end ? &place (self, self->first)->interval : NULL;
}

/* Returns what the window comes to now. */
HrTally
hr_slide_tally (const HrSlide *self)
{
  HrTally tally = self->first < self->split ? place (self, self->first)->onward : empty;

  tally_merge (&tally, &self->young);
  tally.last = self->last;
  tally.last_ns = self->last_ns;

  return tally;
}

/* Returns the histogram of the window, valid as long as @self and always up to date; NULL for a window without. */
const HrHistogram *
hr_slide_histogram (const HrSlide *self)
{
  return self->histogram;
}
