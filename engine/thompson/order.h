/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <stddef.h>
#include <stdint.h>

/* The most keys that are sorted at once: a power of two, so that every merge has two halves. */
#define HR_ORDER_MAX 128

const uint64_t *hr_order_descending (uint64_t keys[HR_ORDER_MAX],
                                     uint64_t spare[HR_ORDER_MAX],
                                     size_t   n);
