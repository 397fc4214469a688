/* SPDX-License-Identifier: MIT */

#include "engine/base/record-page.h"

#include <stddef.h>
#include <stdlib.h>

/* Makes @self an empty page with room for @capacity records. Returns false, @self untouched, when memory is short. */
bool
hr_record_page_init (HrRecordPage *self,
                     uint32_t      capacity)
{
  const size_t width = sizeof *self->times_ns + sizeof *self->values + sizeof *self->items + sizeof *self->metrics;
  char        *block = malloc (capacity > 0 ? capacity * width : 1);

  if (block == NULL)
    return false;

  /* The wide ones first, so that each begins where its type may. */
  *self = (HrRecordPage){ .capacity = capacity, .times_ns = (int64_t *) (void *) block };
  self->values = (double *) (void *) (self->times_ns + capacity);
  self->items = (uint64_t *) (void *) (self->values + capacity);
  self->metrics = (uint32_t *) (void *) (self->items + capacity);

  return true;
}

/* Frees what @self holds and leaves it { 0 }. */
void
hr_record_page_clear (HrRecordPage *self)
{
  free (self->times_ns);
  *self = (HrRecordPage){ 0 };
}
