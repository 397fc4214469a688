/* SPDX-License-Identifier: MIT */

/* The region: the file through which an instrumented program is read while it runs.
 *
 * One file a process, "NAME-PID-UUID.region", mode 0600, in the runtime folder (hr_region_folder ()).
 * It is sparse: ftruncate gives the whole size, and what is used is reserved with posix_fallocate before it is touched, so
 * that a full tmpfs is an error and never a SIGBUS: the tables at opening, a lane's first page and ring when
 * a thread claims it, a metric's totals when the lane first records it. So a region grows, and nothing that readers map ever moves.
 *
 *     0                          HrRegionHeader, padded to HR_REGION_PAGE
 *     metrics_offset             HrRegionMetric [metrics_max]
 *     categories_offset          HrRegionCategory [categories_max]
 *     lanes_offset               lanes_max lanes of lane_bytes each, page aligned:
 *         0                          HrRegionLane
 *         usage_offset               HrRegionUsage [categories_max]
 *         totals_offset              metrics_max times totals_bytes, an HrRegionTotals at the beginning of each
 *         records_offset             HrRegionRecord [lane_records], a ring
 *
 * Everything from @control on that changes once the file is published is accessed with __atomic
 * built-ins. A metric exists once n_metrics (release) counts it; a category once n_categories does; a lane once n_lanes does.
 *
 * A record is written by the one thread that owns the lane: reserve becomes commit + 1 (relaxed), release fence,
 * totals and the record's words (relaxed), commit + 1 (release). A reader takes commit (acquire),
 * copies record i only where i > reserve - lane_records (strictly), fences (acquire), reads reserve again and
 * drops what was overtaken meanwhile. Totals only grow: a reader that copies a bucket a moment later than another sees a
 * little more in it, and the rest next time; a time's count is the sum of its buckets as they were copied. Sums are written before
 * counts and buckets, and read after them: what a reader does not find in a sum yet is in a count to come.
 *
 * Times of records are ticks: nanoseconds are (ticks * tick_scale) >> 32, and @started_ticks was the moment
 * @started_monotonic. What a metric counts is in nanoseconds for durations and spans, and in its unit for every other
 * kind. */

#pragma once

#include "engine/base/buckets.h"
#include "engine/base/ticks.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C"
{
#endif

#define HR_REGION_MAGIC 0x4d4f4f5244414548ull /* "HEADROOM", little endian */
#define HR_REGION_ABI 2u
#define HR_REGION_PAGE 4096u
#define HR_REGION_SUFFIX ".region"
#define HR_REGION_NAME_BYTES 96u /* with the closing NUL */
#define HR_REGION_NO_PARENT UINT32_MAX

/* What this version writes; a reader takes the numbers from the header, up to these limits. */
#define HR_REGION_METRICS 128u
#define HR_REGION_CATEGORIES 32u
#define HR_REGION_LANES 128u
#define HR_REGION_LANE_RECORDS 16384u
#define HR_REGION_TOTALS_BYTES 16384u
#define HR_REGION_METRICS_LIMIT 256u
#define HR_REGION_CATEGORIES_LIMIT 1024u
#define HR_REGION_LANES_LIMIT 1024u
#define HR_REGION_LANE_RECORDS_LIMIT (1u << 20)

/* The control word, written by readers: 0 is off, HR_CONTROL_SAMPLING measures everything, and with a number n > 0 above
 * HR_CONTROL_STRIDE_SHIFT one scope or value of 2^n is measured. */
#define HR_CONTROL_SAMPLING 1u
#define HR_CONTROL_STRIDE_SHIFT 8u
#define HR_CONTROL_STRIDE_LIMIT 16u

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
    uint64_t started_ticks;
    uint64_t tick_scale;  /* ns a tick, fixed point: base/ticks.h */
    uint32_t tick_source; /* HrTickSource */
    uint16_t count_ps;    /* what one count costs this process, in picoseconds; UINT16_MAX: that or more */
    uint16_t skip_ps;     /* the same of a scope that is left out because one of several is measured */
    double   record_ns;   /* what one timed record costs this process, measured at its start as the two above */
    uint32_t metrics_max;
    uint32_t categories_max;
    uint32_t lanes_max;
    uint32_t lane_records; /* a power of two */
    uint64_t metrics_offset;
    uint64_t categories_offset;
    uint64_t lanes_offset;
    uint64_t lane_bytes;
    uint64_t usage_offset; /* within a lane, as the next three */
    uint64_t totals_offset;
    uint64_t totals_bytes;
    uint64_t records_offset;
    char     name[HR_REGION_NAME_BYTES]; /* the program's, UTF-8 */

    uint32_t control;          /* written by readers */
    uint32_t interval_ms;      /* interval hint, written by readers; 0: none */
    uint32_t cleanup_requests; /* counts up; the program answers in hr_probe_poll () */
    uint32_t cleanups_answered;
    uint32_t n_metrics;
    uint32_t n_categories;
    uint32_t n_lanes;
    uint32_t padding_after;
    uint64_t unplaced; /* records that found no lane or no metric */
  } HrRegionHeader;

  typedef struct
  {
    char     name[HR_REGION_NAME_BYTES]; /* UTF-8; of a span its own, without its parents' */
    uint32_t kind;                       /* HrKind */
    uint32_t unit;                       /* HrUnit */
    uint32_t direction;                  /* HrDirection */
    uint32_t parent;                     /* of a span: an earlier metric, or HR_REGION_NO_PARENT */
  } HrRegionMetric;

  typedef struct
  {
    char name[HR_REGION_NAME_BYTES]; /* UTF-8 */
  } HrRegionCategory;

  typedef struct
  {
    uint64_t reserve; /* records begun */
    uint64_t commit;  /* records finished */
    uint64_t skipped; /* scopes and values that were not measured because one of several is */
    uint32_t owner;   /* thread id, 0: free to be claimed again */
    uint32_t padding;
    uint64_t ready[HR_REGION_METRICS_LIMIT / 64]; /* a bit for each metric whose totals are reserved; the others are no memory yet */
  } HrRegionLane;

  /* What a lane's threads allocated and freed in one category, ever. One thread may free what another allocated: only
   * the sum over all lanes says what is in use. */
  typedef struct
  {
    uint64_t allocated_bytes;
    uint64_t freed_bytes;
    uint64_t allocations;
    uint64_t frees;
  } HrRegionUsage;

  typedef struct
  {
    uint64_t count; /* items: the weights added up */
    double   sum;   /* times: elapsed ns; counters: increments; else: values */
    double   min;   /* per item; infinite while count is 0, as is max; the filled buckets lie between the two */
    double   max;
    double   last;
    double   self;                  /* spans: of @sum, what was not spent in inner spans */
    uint64_t last_time;             /* ticks, of @last */
    uint64_t refused;               /* NaN and infinite values, not counted anywhere else */
    uint64_t buckets[HR_N_BUCKETS]; /* times only */
  } HrRegionTotals;

  typedef struct
  {
    uint64_t time;   /* ticks */
    uint32_t metric; /* index in the table */
    uint32_t weight; /* items this record stands for */
    double   value;  /* per item */
  } HrRegionRecord;

#ifdef __cplusplus
}
#endif
