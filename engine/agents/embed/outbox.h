/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/wire/byte-queue.h"

/* Bytes on their way to a socket that does not block. Start from { 0 }. */
typedef HrByteQueue HrOutbox;

bool hr_outbox_take (HrOutbox *self,
                     uint8_t  *bytes,
                     size_t    size);
bool hr_outbox_flush (HrOutbox *self,
                      int       fd,
                      size_t   *out_sent);
