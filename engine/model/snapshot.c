/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/snapshot.h"

#include <string.h>

G_DEFINE_BOXED_TYPE (HrSnapshot, hr_snapshot, hr_snapshot_ref, hr_snapshot_unref)

/* How many buckets @samples carry together. */
static gsize
count_buckets (const HrSample *samples,
               guint           n_samples)
{
  gsize n = 0;

  for (guint i = 0; i < n_samples; i++)
    n += samples[i].n_buckets;

  return n;
}

/* Makes a snapshot with the times, sequence and loss of @head and a deep copy of @samples, which ascend by metric.
 * Returns: (transfer full) */
HrSnapshot *
hr_snapshot_new (const HrSnapshot *head,
                 const HrSample   *samples,
                 guint             n_samples)
{
  gsize          samples_bytes = n_samples * sizeof (HrSample);
  gsize          buckets_bytes = count_buckets (samples, n_samples) * sizeof (HrBucketCount);
  HrSnapshot    *self = g_atomic_rc_box_alloc0 (sizeof (HrSnapshot) + samples_bytes + buckets_bytes);
  HrBucketCount *buckets = (HrBucketCount *) (void *) &self->samples[n_samples];

  *self = *head;
  self->n_samples = n_samples;
  for (guint i = 0; i < n_samples; i++)
    {
      HrSample *copy = &self->samples[i];

      *copy = samples[i];
      copy->buckets = buckets;
      if (copy->n_buckets > 0)
        memcpy (buckets, samples[i].buckets, copy->n_buckets * sizeof (HrBucketCount));
      buckets += copy->n_buckets;
    }

  return self;
}

/* Returns: (transfer full): @self, counted once more. */
HrSnapshot *
hr_snapshot_ref (HrSnapshot *self)
{
  return g_atomic_rc_box_acquire (self);
}

/* Gives up one count. NULL is accepted. */
void
hr_snapshot_unref (HrSnapshot *self)
{
  if (self != NULL)
    g_atomic_rc_box_release (self);
}

/* Returns: (transfer none) (nullable): the sample of @metric, or NULL when nothing was measured. */
const HrSample *
hr_snapshot_find (const HrSnapshot *self,
                  guint             metric)
{
  guint low = 0;
  guint high = self->n_samples;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (self->samples[middle].metric == metric)
        return &self->samples[middle];
      if (self->samples[middle].metric < metric)
        low = middle + 1;
      else
        high = middle;
    }

  return NULL;
}
