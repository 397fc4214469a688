/* SPDX-License-Identifier: MIT */

#include "engine/wire/byte-queue.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY ((size_t) 4096)

/* Makes room for @size more bytes behind what is held. */
static bool
make_room (HrByteQueue *self,
           size_t       size)
{
  size_t   held = hr_byte_queue_size (self);
  size_t   capacity = self->capacity > 0 ? self->capacity : FIRST_CAPACITY;
  uint8_t *bytes;

  if (self->begin > 0)
    {
      memmove (self->bytes, self->bytes + self->begin, held);
      self->begin = 0;
      self->end = held;
    }
  /* Beyond this, doubling would come round to nothing. */
  if (size > SIZE_MAX / 2 - held)
    return false;
  while (capacity < held + size)
    capacity *= 2;
  if (capacity == self->capacity)
    return true;

  bytes = realloc (self->bytes, capacity);
  if (bytes == NULL)
    return false;

  self->bytes = bytes;
  self->capacity = capacity;

  return true;
}

/* Appends @size bytes; how many may be held is the caller's to bound. Returns false, with nothing appended, when memory is short. What was
 * held before may move. */
bool
hr_byte_queue_add (HrByteQueue   *self,
                   const uint8_t *bytes,
                   size_t         size)
{
  if (size == 0)
    return true;
  if (size > self->capacity - self->end && !make_room (self, size))
    return false;

  memcpy (self->bytes + self->end, bytes, size);
  self->end += size;

  return true;
}

/* Frees what it holds and leaves it { 0 }. */
void
hr_byte_queue_clear (HrByteQueue *self)
{
  free (self->bytes);
  *self = (HrByteQueue){ 0 };
}
