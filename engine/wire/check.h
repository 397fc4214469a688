/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/wire/wire.h"

HrWireStatus hr_wire_scan (const uint8_t *body,
                           size_t         size);
HrWireStatus hr_wire_check (const Headroom__Frame *frame);
