/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdbool.h>
#include <stddef.h>

bool hr_text_copy (char       *out,
                   size_t      size,
                   const char *text,
                   size_t      length);
