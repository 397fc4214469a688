/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/snapshot.h"
#include "engine/stats/bin.h"

G_BEGIN_DECLS

/* How snapshots stand in a file. A chunk is up to HR_CHUNK_SNAPSHOTS snapshots of one source that follow each other without a gap:
 * their heads, and of each metric a block of the samples that it has in them, tiers over these, and buckets.
 * Every blob begins with its version and ends with a checksum of what is before that (zlib's CRC-32). The bytes are specified at the top of block.c. */
#define HR_CHUNK_SNAPSHOTS 4096

/* Samples in a batch: what a reader refuses to exceed. */
#define HR_BATCH_SAMPLES (1 << 20)

/* Bins of the two tiers, in snapshots. Bins begin at multiples of these within their chunk. */
#define HR_TIER_FINE 64
#define HR_TIER_COARSE 512

/* Snapshots without their samples, as columns of @n. */
typedef struct
{
  guint     n;
  gint64   *sequences;
  gint64   *end_ns;
  gint64   *intervals_ns;
  gint64   *times_us;
  gint64   *lost;
  gboolean *catch_up;
} HrHeads;

/* The samples of one metric in a chunk, as columns of @n. What was not asked for is NULL. */
typedef struct
{
  guint    n;
  guint32 *positions; /* of their snapshots within the chunk, ascending */
  guint64 *counts;
  double  *sums;
  double  *mins;
  double  *maxs;
  double  *lasts;
  double  *selves;
} HrBlock;

/* Which columns of a block are wanted; positions always come. */
typedef enum
{
  HR_COLUMN_COUNT = 1 << 0,
  HR_COLUMN_SUM = 1 << 1,
  HR_COLUMN_MIN = 1 << 2,
  HR_COLUMN_MAX = 1 << 3,
  HR_COLUMN_LAST = 1 << 4,
  HR_COLUMN_SELF = 1 << 5,
  HR_COLUMN_ALL = (1 << 6) - 1
} HrColumns;

/* The filled buckets of a block's samples, one after the other: those of sample i are at offsets[i]..offsets[i + 1]. */
typedef struct
{
  guint          n; /* samples */
  guint32       *offsets;
  HrBucketCount *buckets;
} HrBlockBuckets;

/* A metric's columns, for snapshots to be made of them; borrowed. @buckets is NULL where there are none. */
typedef struct
{
  guint                 metric;
  const HrBlock        *block;
  const HrBlockBuckets *buckets;
} HrSeries;

GBytes  *hr_heads_write (const HrHeads *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean hr_heads_read (GBytes  *bytes,
                        HrHeads *out,
                        GError **error);
/* The times alone, for whoever wants no more. */
gboolean hr_heads_read_times (GBytes  *bytes,
                              gint64 **out_times_us,
                              guint   *out_n,
                              GError **error);
void     hr_heads_clear (HrHeads *self);

GBytes  *hr_block_write (const HrBlock *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean hr_block_read (GBytes   *bytes,
                        HrColumns columns,
                        HrBlock  *out,
                        GError  **error);
void     hr_block_clear (HrBlock *self);

GBytes  *hr_block_buckets_write (const HrBlockBuckets *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean hr_block_buckets_read (GBytes         *bytes,
                                HrBlockBuckets *out,
                                GError        **error);
void     hr_block_buckets_clear (HrBlockBuckets *self);

/* One tier over a block: bin i has what stands in snapshots i * @per_bin up to (i + 1) * @per_bin of the chunk. Times are the chunk's matter. */
GBytes  *hr_tier_write (const HrBlock *block,
                        guint          n_snapshots,
                        guint          per_bin) G_GNUC_WARN_UNUSED_RESULT;
void     hr_tier_fill (const HrBlock *block,
                       guint          per_bin,
                       HrBin         *bins,
                       guint          n_bins);
gboolean hr_tier_read (GBytes  *bytes,
                       HrBin   *bins,
                       guint    n_bins,
                       GError **error);

/* A few snapshots of one source as they come, whole: what stands in a file until they are a chunk. Metrics are named by the file's
 * numbers of them. */
GBytes    *hr_batch_write (HrSnapshot *const *snapshots,
                           guint              n,
                           const gint64      *metric_ids) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *hr_batch_read (GBytes  *bytes,
                          GArray  *metric_ids,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* From snapshots to a chunk's columns, and back. */
void       hr_heads_gather (HrHeads           *out,
                            HrSnapshot *const *snapshots,
                            guint              n);
void       hr_block_gather (HrBlock           *out,
                            HrBlockBuckets    *out_buckets,
                            HrSnapshot *const *snapshots,
                            guint              n,
                            guint              metric);
GPtrArray *hr_snapshots_build (const HrHeads  *heads,
                               const HrSeries *series,
                               guint           n) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrHeads, hr_heads_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrBlock, hr_block_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrBlockBuckets, hr_block_buckets_clear)

G_END_DECLS
