/* SPDX-License-Identifier: MIT */

#include "engine/wire/backlog.h"

#include <stdlib.h>

#define FIRST_CAPACITY 64u

typedef struct
{
  uint8_t *bytes;
  size_t   size;
} Packed;

/* A ring of frames, grown by doubling. */
struct _HrBacklog
{
  size_t   max_bytes;
  size_t   n_bytes;
  uint64_t first; /* sequence of the oldest frame, while there is one */
  size_t   begin; /* its place in the ring */
  size_t   n;
  size_t   capacity; /* a power of two */
  Packed  *frames;
};

static Packed *
frame_at (const HrBacklog *self,
          size_t           index)
{
  return &self->frames[(self->begin + index) & (self->capacity - 1)];
}

static void
drop_oldest (HrBacklog *self)
{
  Packed *oldest = frame_at (self, 0);

  free (oldest->bytes);
  self->n_bytes -= oldest->size;
  self->begin = (self->begin + 1) & (self->capacity - 1);
  self->first++;
  self->n--;
}

static void
empty (HrBacklog *self)
{
  while (self->n > 0)
    drop_oldest (self);
}

static bool
grow (HrBacklog *self)
{
  size_t  capacity = self->capacity > 0 ? 2 * self->capacity : FIRST_CAPACITY;
  Packed *frames = calloc (capacity, sizeof *frames);

  if (frames == NULL)
    return false;

  for (size_t i = 0; i < self->n; i++)
    frames[i] = *frame_at (self, i);
  free (self->frames);
  self->frames = frames;
  self->capacity = capacity;
  self->begin = 0;

  return true;
}

/* Returns a new backlog that keeps at most @max_bytes of frames (hr_backlog_free ()), or NULL when memory is short. */
HrBacklog *
hr_backlog_new (size_t max_bytes)
{
  HrBacklog *self = calloc (1, sizeof *self);

  if (self != NULL)
    self->max_bytes = max_bytes;

  return self;
}

/* Frees @self with its frames; NULL is fine. */
void
hr_backlog_free (HrBacklog *self)
{
  if (self == NULL)
    return;

  empty (self);
  free (self->frames);
  free (self);
}

/* Keeps a packed frame, @bytes being malloc memory that the backlog takes over in any case. The oldest frames give way. @sequence
 * is 1 or more and must follow the last one; any other number empties the backlog first. A frame that cannot be kept (larger than
 * the bound, of no bytes, no memory) would be a hole, so the backlog is empty after it. */
void
hr_backlog_push (HrBacklog *self,
                 uint64_t   sequence,
                 uint8_t   *bytes,
                 size_t     size)
{
  bool kept = bytes != NULL && size > 0 && size <= self->max_bytes && sequence > 0;

  if (!kept || sequence != self->first + self->n)
    empty (self);
  while (self->n > 0 && size > self->max_bytes - self->n_bytes)
    drop_oldest (self);

  if (!kept || (self->n == self->capacity && !grow (self)))
    {
      empty (self);
      free (bytes);
      return;
    }

  if (self->n == 0)
    self->first = sequence;
  *frame_at (self, self->n++) = (Packed){ bytes, size };
  self->n_bytes += size;
}

/* Returns the frame of @sequence and its size, or NULL when it is not held. Belongs to the backlog, until the next push. */
const uint8_t *
hr_backlog_get (const HrBacklog *self,
                uint64_t         sequence,
                size_t          *out_size)
{
  const Packed *packed;

  if (self->n == 0 || sequence < self->first || sequence - self->first >= self->n)
    return NULL;

  packed = frame_at (self, (size_t) (sequence - self->first));
  *out_size = packed->size;

  return packed->bytes;
}
