/* SPDX-License-Identifier: MIT */

/* The region: the file through which an instrumented program is read while it runs.
 *
 * One file a process, "NAME-PID-UUID.region", mode 0600, in the runtime folder (hr_region_folder ()).
 * It is sparse: ftruncate gives the whole size, posix_fallocate reserves the header at opening and
 * a lane when a thread claims it, so that a full tmpfs is an error and never a SIGBUS.
 *
 *     0                          HrRegionHeader, padded to HR_REGION_PAGE
 *     metrics_offset             HrRegionMetric [metrics_max]
 *     lanes_offset               lanes_max lanes of lane_bytes each, page aligned:
 *         0                          HrRegionLane
 *         sizeof (HrRegionLane)      HrRegionTotals [metrics_max]
 *         records_offset             HrRegionRecord [lane_records], a ring
 *
 * Everything after @control that changes once the file is published is accessed with __atomic
 * built-ins. A metric exists once n_metrics (release) counts it; a lane once n_lanes counts it.
 *
 * A record is written by the one thread that owns the lane: reserve + 1 (relaxed), release fence,
 * totals and the record's words (relaxed), commit + 1 (release). A reader takes commit (acquire),
 * copies record i only where i > reserve - lane_records (strictly), fences (acquire), reads reserve again and
 * drops what was overtaken meanwhile. Totals were read whole when reserve after the copy equals commit before.
 *
 * Durations stand in nanoseconds here; every other kind in its metric's unit. */

#pragma once

#include "engine/base/buckets.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C"
{
#endif

#define HR_REGION_MAGIC 0x4d4f4f5244414548ull /* "HEADROOM", little endian */
#define HR_REGION_ABI 1u
#define HR_REGION_PAGE 4096u
#define HR_REGION_SUFFIX ".region"
#define HR_REGION_NAME_BYTES 96u /* with the closing NUL */

/* What this version writes; a reader takes the numbers from the header, up to these limits. */
#define HR_REGION_METRICS 64u
#define HR_REGION_LANES 64u
#define HR_REGION_LANE_RECORDS 16384u
#define HR_REGION_METRICS_LIMIT 4096u
#define HR_REGION_LANES_LIMIT 1024u
#define HR_REGION_LANE_RECORDS_LIMIT (1u << 20)

/* Bits of the control word. */
#define HR_CONTROL_SAMPLING 1u /* set: record; clear: every record is one branch */

  typedef struct
  {
    uint64_t magic;
    uint32_t abi;
    uint32_t header_bytes;
    uint64_t region_bytes;
    uint8_t  uuid[16];
    uint32_t pid;
    uint32_t n_buckets;         /* HR_N_BUCKETS of the writer */
    uint64_t pid_start_time;    /* field 22 of /proc/PID/stat, in clock ticks; 0 where unknown */
    uint64_t started_monotonic; /* ns */
    uint64_t started_realtime;  /* ns since 1970 */
    uint32_t metrics_max;
    uint32_t lanes_max;
    uint32_t lane_records; /* a power of two */
    uint32_t padding;
    uint64_t metrics_offset;
    uint64_t lanes_offset;
    uint64_t lane_bytes;
    uint64_t records_offset;             /* within a lane */
    char     name[HR_REGION_NAME_BYTES]; /* the program's, UTF-8 */

    uint32_t control;          /* HR_CONTROL_ bits, written by readers */
    uint32_t interval_ms;      /* interval hint, written by readers; 0: none */
    uint32_t cleanup_requests; /* counts up; the program answers in hr_probe_poll () */
    uint32_t n_metrics;
    uint32_t n_lanes;
    uint32_t padding_after;
    uint64_t unplaced; /* records that found no lane or no metric */
  } HrRegionHeader;

  typedef struct
  {
    char     name[HR_REGION_NAME_BYTES]; /* UTF-8 */
    uint32_t kind;                       /* HrKind */
    uint32_t unit;                       /* HrUnit */
    uint32_t direction;                  /* HrDirection */
    uint32_t padding;
  } HrRegionMetric;

  typedef struct
  {
    uint64_t reserve; /* records begun */
    uint64_t commit;  /* records finished */
    uint32_t owner;   /* thread id, 0: free to be claimed again */
    uint32_t padding[11];
  } HrRegionLane;

  typedef struct
  {
    uint64_t count; /* items: the weights added up */
    double   sum;   /* durations: elapsed ns; counters: increments; gauges: values */
    double   min;   /* per item; meaningless while count is 0 */
    double   max;
    double   last;
    uint64_t last_time; /* monotonic ns of @last */
    uint64_t refused;   /* NaN and infinite values, not counted anywhere else */
    uint64_t padding;
    uint64_t buckets[HR_N_BUCKETS]; /* durations only */
  } HrRegionTotals;

  typedef struct
  {
    uint64_t time;   /* monotonic ns */
    uint32_t metric; /* index in the table */
    uint32_t weight; /* items this record stands for */
    double   value;  /* per item */
  } HrRegionRecord;

#ifdef __cplusplus
}
#endif
