/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#undef assert
#define assert(condition) ((condition) ? (void) 0 : __builtin_trap ())
