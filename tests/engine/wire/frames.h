/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/wire/wire.h"

/* One good frame of each body, to be packed as it is or spoilt first. */
typedef struct
{
  Headroom__Frame frame;
  union
  {
    Headroom__Hello    hello;
    Headroom__Snapshot snapshot;
    Headroom__Totals   totals;
    Headroom__Goodbye  goodbye;
    Headroom__Control  control;
    Headroom__Resume   resume;
    Headroom__Ping     ping;
    Headroom__Pong     pong;
    Headroom__Access   access;
    Headroom__Search   search;
    Headroom__Found    found;
    Headroom__Watch    watch;
    Headroom__Refusal  refusal;
    Headroom__Query    query;
    Headroom__Records  records;
  };
  Headroom__Columns   columns;
  Headroom__Metric    metrics[2];
  Headroom__Metric   *metric_list[2];
  Headroom__Position  positions[2];
  Headroom__Position *position_list[2];
  uint8_t             uuid[HR_WIRE_UUID_BYTES]; /* and token */
  Headroom__Program   programs[2];
  Headroom__Program  *program_list[2];
  uint32_t            metric[3];
  uint64_t            count[3];
  double              sum[3];
  double              min[3];
  double              max[3];
  double              last[3];
  uint32_t            n_buckets[3];
  uint32_t            bucket[5];
  uint64_t            bucket_count[5];
  double              self[3];
  int64_t             time[3];
} GoodFrame;

void good_frame_init (GoodFrame                *self,
                      Headroom__Frame__BodyCase body);
