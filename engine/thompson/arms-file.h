/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/thompson/arms.h"

/* The largest file that is read: a million arms. */
#define HR_ARMS_FILE_MOST (16u << 20)

size_t      hr_arms_packed_size (const HrArms *self);
void        hr_arms_pack (const HrArms *self,
                          uint8_t      *out);
HrJobStatus hr_arms_unpack (HrArms        *self,
                            const uint8_t *data,
                            size_t         size);

HrJobStatus hr_arms_save (const HrArms *self,
                          const char   *path);
HrJobStatus hr_arms_load (HrArms     *self,
                          const char *path);
