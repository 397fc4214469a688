/* SPDX-License-Identifier: MIT */

#include "engine/wire/wire.h"

#include <stdlib.h>
#include <string.h>

#define LENGTH_BYTES 4u
#define FIRST_CAPACITY 4096u

/* Makes room for @size more bytes behind what is held. */
static bool
make_room (HrFrameCutter *self,
           size_t         size)
{
  size_t   held = self->end - self->begin;
  size_t   capacity = self->capacity > 0 ? self->capacity : FIRST_CAPACITY;
  uint8_t *bytes;

  if (size <= self->capacity - self->end)
    return true;

  if (self->begin > 0)
    {
      memmove (self->bytes, self->bytes + self->begin, held);
      self->begin = 0;
      self->end = held;
    }

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

/* Appends @size bytes of the stream. HR_WIRE_ERROR_MEMORY when there is none or more than
 * HR_WIRE_MAX_PENDING would be held: cut what is there first. Ends the validity of bodies handed out. */
HrWireStatus
hr_frame_cutter_push (HrFrameCutter *self,
                      const uint8_t *bytes,
                      size_t         size)
{
  if (size == 0)
    return HR_WIRE_OK;
  if (size > HR_WIRE_MAX_PENDING - (self->end - self->begin) || !make_room (self, size))
    return HR_WIRE_ERROR_MEMORY;

  memcpy (self->bytes + self->end, bytes, size);
  self->end += size;

  return HR_WIRE_OK;
}

/* Takes the next whole frame out: *@out_body, valid until the next push or clear, or NULL when its end has not
 * arrived yet. A length of 0 or above HR_WIRE_MAX_FRAME is an error that stays: what follows cannot be cut. */
HrWireStatus
hr_frame_cutter_next (HrFrameCutter  *self,
                      const uint8_t **out_body,
                      size_t         *out_size)
{
  const uint8_t *at;
  size_t         length = 0;

  *out_body = NULL;
  *out_size = 0;
  if (self->end - self->begin < LENGTH_BYTES)
    return HR_WIRE_OK;

  at = self->bytes + self->begin;
  for (unsigned i = 0; i < LENGTH_BYTES; i++)
    length |= (size_t) at[i] << (8 * i);
  if (length == 0)
    return HR_WIRE_ERROR_EMPTY;
  if (length > HR_WIRE_MAX_FRAME)
    return HR_WIRE_ERROR_TOO_LARGE;
  if (self->end - self->begin < LENGTH_BYTES + length)
    return HR_WIRE_OK;

  self->begin += LENGTH_BYTES + length;
  *out_body = at + LENGTH_BYTES;
  *out_size = length;

  return HR_WIRE_OK;
}

/* Frees what is held; the cutter is as new. */
void
hr_frame_cutter_clear (HrFrameCutter *self)
{
  free (self->bytes);
  *self = (HrFrameCutter){ 0 };
}
