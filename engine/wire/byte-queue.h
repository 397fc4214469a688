/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes on their way in or out: appended at one end, taken at the other. Start from { 0 }. */
typedef struct
{
  uint8_t *bytes;
  size_t   begin; /* taken up to here */
  size_t   end;
  size_t   capacity;
} HrByteQueue;

bool hr_byte_queue_add (HrByteQueue   *self,
                        const uint8_t *bytes,
                        size_t         size);
void hr_byte_queue_clear (HrByteQueue *self);

/* Returns how many bytes are held. */
static inline size_t
hr_byte_queue_size (const HrByteQueue *self)
{
  return self->end - self->begin;
}
