/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdint.h>

/* What a metric came to over a stretch of time, in UTC microseconds: what charts of a history are drawn from. With count 0 nothing was
 * measured in it, and the rest means nothing. */
typedef struct
{
  int64_t  begin_us;
  int64_t  end_us;
  uint64_t count; /* items */
  double   sum;
  double   min;
  double   max;
} HrBin;
