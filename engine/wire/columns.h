/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/base/sample.h"
#include "engine/wire/wire.h"

/* Returns @samples (ascending by metric) as they travel, in one block of malloc memory (free ()), or NULL when memory is short. */
Headroom__Columns *hr_columns_new (const HrSample *samples,
                                   size_t          n_samples);
