/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C"
{
#endif

  bool hr_duration_parse (const char *text,
                          int64_t    *out_ns);

#ifdef __cplusplus
}
#endif
