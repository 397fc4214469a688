/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A stretch of a mapped file that may be cut short under us. Where it was, zeros are read and
 * the guard says so, instead of a SIGBUS that ends the process. */
typedef struct _HrGuard HrGuard;

HrGuard *hr_guard_add (void  *memory,
                       size_t bytes);
void     hr_guard_remove (HrGuard *self);
bool     hr_guard_cut (const HrGuard *self);
