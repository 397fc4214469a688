/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The last packed snapshots of one stream, numbered without holes, within a bound on their bytes: what a
 * link that comes back may still ask for. The oldest give way. */
typedef struct _HrBacklog HrBacklog;

HrBacklog *hr_backlog_new (size_t max_bytes);
void       hr_backlog_free (HrBacklog *self);

/* Keeps a packed frame, @bytes being malloc memory that the backlog takes over. @sequence must follow the last one;
 * any other number empties the backlog first. */
void hr_backlog_push (HrBacklog *self,
                      uint64_t   sequence,
                      uint8_t   *bytes,
                      size_t     size);

const uint8_t *hr_backlog_get (const HrBacklog *self,
                               uint64_t         sequence,
                               size_t          *out_size);
