/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes on their way to a socket that does not block. Start from { 0 }. */
typedef struct
{
  uint8_t *bytes;
  size_t   begin; /* sent up to here */
  size_t   end;
  size_t   capacity;
} HrOutbox;

bool hr_outbox_add (HrOutbox      *self,
                    const uint8_t *bytes,
                    size_t         size);
bool hr_outbox_take (HrOutbox *self,
                     uint8_t  *bytes,
                     size_t    size);
bool hr_outbox_flush (HrOutbox *self,
                      int       fd,
                      size_t   *out_sent);
void hr_outbox_clear (HrOutbox *self);

/* Returns how many bytes wait. */
static inline size_t
hr_outbox_size (const HrOutbox *self)
{
  return self->end - self->begin;
}
