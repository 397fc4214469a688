/* SPDX-License-Identifier: MIT */

#include "engine/wire/wire.h"

#define LENGTH_BYTES 4u

/* Appends @size bytes of the stream. HR_WIRE_ERROR_MEMORY when there is none or more than
 * HR_WIRE_MAX_PENDING would be held: cut what is there first. Ends the validity of bodies handed out. */
HrWireStatus
hr_frame_cutter_push (HrFrameCutter *self,
                      const uint8_t *bytes,
                      size_t         size)
{
  if (size > HR_WIRE_MAX_PENDING - hr_byte_queue_size (self))
    return HR_WIRE_ERROR_MEMORY;

  return hr_byte_queue_add (self, bytes, size) ? HR_WIRE_OK : HR_WIRE_ERROR_MEMORY;
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
  if (hr_byte_queue_size (self) < LENGTH_BYTES)
    return HR_WIRE_OK;

  at = self->bytes + self->begin;
  for (unsigned i = 0; i < LENGTH_BYTES; i++)
    length |= (size_t) at[i] << (8 * i);
  if (length == 0)
    return HR_WIRE_ERROR_EMPTY;
  if (length > HR_WIRE_MAX_FRAME)
    return HR_WIRE_ERROR_TOO_LARGE;
  if (hr_byte_queue_size (self) < LENGTH_BYTES + length)
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
  hr_byte_queue_clear (self);
}
