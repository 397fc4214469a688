/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/base/record-page.h"
#include "engine/wire/wire.h"

/* Returns @page (NULL: nothing is kept) as it travels, in one block of malloc memory (free ()), or NULL when memory is short. */
Headroom__Records *hr_records_new (const HrRecordPage *page);

/* Takes a page over from the wire, whose records passed the checks. */
bool hr_records_unpack (const Headroom__Records *records,
                        HrRecordPage            *out);
