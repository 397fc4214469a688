/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Snapshots again, from the columns of a chunk or a batch. */

#include "engine/store/block.h"

/* Writes the sample of @series in snapshot @position to @out, if it has one; @next is how far it has been read. */
static gboolean
take_sample (const HrSeries *series,
             guint          *next,
             guint           position,
             HrSample       *out)
{
  const HrBlock        *block = series->block;
  const HrBlockBuckets *buckets = series->buckets;
  guint                 i = *next;

  if (i == block->n || block->positions[i] != position)
    return FALSE;

  *out = (HrSample){
    .metric = series->metric,
    .count = block->counts[i],
    .sum = block->sums[i],
    .min = block->mins[i],
    .max = block->maxs[i],
    .last = block->lasts[i],
    .self = block->selves[i],
  };
  if (buckets != NULL && i < buckets->n)
    {
      out->buckets = buckets->buckets + buckets->offsets[i];
      out->n_buckets = buckets->offsets[i + 1] - buckets->offsets[i];
    }
  (*next)++;

  return TRUE;
}

/* Makes snapshots of @heads with the samples of @n @series, which have all columns and ascend by metric.
 * Returns: (transfer full) (element-type HrSnapshot): as many as there are heads */
GPtrArray *
hr_snapshots_build (const HrHeads  *heads,
                    const HrSeries *series,
                    guint           n)
{
  GPtrArray           *snapshots = g_ptr_array_new_full (heads->n, (GDestroyNotify) hr_snapshot_unref);
  g_autofree HrSample *samples = g_new (HrSample, n);
  g_autofree guint    *next = g_new0 (guint, n);

  for (guint i = 0; i < heads->n; i++)
    {
      HrSnapshot head = {
        .sequence = (guint64) heads->sequences[i],
        .end_ns = heads->end_ns[i],
        .interval_ns = heads->intervals_ns[i],
        .time_us = heads->times_us[i],
        .lost = (guint64) heads->lost[i],
        .catch_up = heads->catch_up[i],
      };
      guint n_samples = 0;

      for (guint k = 0; k < n; k++)
        if (take_sample (&series[k], &next[k], i, &samples[n_samples]))
          n_samples++;
      g_ptr_array_add (snapshots, hr_snapshot_new (&head, samples, n_samples));
    }

  return snapshots;
}
