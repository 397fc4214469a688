/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What only the system can tell this process of itself, or give it. */

const char *hr_process_name (void);
uint64_t    hr_process_start_time (void);
uint32_t    hr_process_thread (void);
bool        hr_process_random (void  *out,
                               size_t bytes);
void       *hr_process_map (size_t bytes,
                            bool   sparse);
const char *hr_process_error_text (int    error,
                                   char  *buffer,
                                   size_t size);
