/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The longest name that the wire carries whole. */
#define HR_SPAN_PATH_BYTES 255

bool hr_span_path (const char *const *names,
                   uint32_t           n_names,
                   char              *out);
