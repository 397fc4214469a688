/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The body of a blob of heads; columns of integers as in column.c:
 *
 *     n           number, at most 4 096
 *     sequences   column of integers
 *     times       column of integers: UTC in microseconds
 *     clocks      column of integers: end_ns less 1 000 times the time
 *     based       1 byte, 0 or 1: intervals are told as they are, or
 *     intervals   column of integers: as they are; or what they have beyond end_ns less that of the head before (the first: as it is)
 *     lost        column of integers
 *     caught up   column of integers, each 0 or 1
 *
 * Arithmetic is modulo 2^64. */

#include "engine/store/block-private.h"

/* What is left of the intervals when each began where the one before ended. */
static void
subtract_steps (const HrHeads *self,
                gint64        *out)
{
  for (guint i = 0; i < self->n; i++)
    out[i] = i == 0 ? self->intervals_ns[i]
                    : (gint64) ((guint64) self->intervals_ns[i] - (guint64) self->end_ns[i] + (guint64) self->end_ns[i - 1]);
}

static void
add_steps (HrHeads *self)
{
  for (guint i = 1; i < self->n; i++)
    self->intervals_ns[i] = (gint64) ((guint64) self->intervals_ns[i] + (guint64) self->end_ns[i] - (guint64) self->end_ns[i - 1]);
}

static void
put_intervals (GByteArray    *out,
               const HrHeads *heads)
{
  g_autofree gint64 *rests = g_new (gint64, heads->n);
  g_autoptr (GByteArray) plain = g_byte_array_new ();
  g_autoptr (GByteArray) based = g_byte_array_new ();
  gboolean smaller;

  subtract_steps (heads, rests);
  hr_column_write_integers (plain, heads->intervals_ns, heads->n);
  hr_column_write_integers (based, rests, heads->n);
  smaller = based->len < plain->len;

  hr_put_byte (out, smaller);
  g_byte_array_append (out, smaller ? based->data : plain->data, smaller ? based->len : plain->len);
}

/* Appends the body of @heads. */
void
hr_heads_put (GByteArray    *out,
              const HrHeads *heads)
{
  g_autofree gint64 *numbers = g_new (gint64, heads->n);

  hr_put_number (out, heads->n);
  hr_column_write_integers (out, heads->sequences, heads->n);
  hr_column_write_integers (out, heads->times_us, heads->n);
  for (guint i = 0; i < heads->n; i++)
    numbers[i] = (gint64) ((guint64) heads->end_ns[i] - 1000 * (guint64) heads->times_us[i]);
  hr_column_write_integers (out, numbers, heads->n);
  put_intervals (out, heads);
  hr_column_write_integers (out, heads->lost, heads->n);
  for (guint i = 0; i < heads->n; i++)
    numbers[i] = heads->catch_up[i] ? 1 : 0;
  hr_column_write_integers (out, numbers, heads->n);
}

static void
allocate (HrHeads *self,
          guint    n)
{
  *self = (HrHeads){
    .n = n,
    .sequences = g_new (gint64, n),
    .end_ns = g_new (gint64, n),
    .intervals_ns = g_new (gint64, n),
    .times_us = g_new (gint64, n),
    .lost = g_new (gint64, n),
    .catch_up = g_new (gboolean, n),
  };
}

static gboolean
take_columns (HrReader *in,
              HrHeads  *heads,
              GError  **error)
{
  g_autofree gint64 *numbers = g_new (gint64, heads->n);
  guint8             based;

  if (!hr_column_read_integers (in, heads->sequences, heads->n, error) || !hr_column_read_integers (in, heads->times_us, heads->n, error) ||
      !hr_column_read_integers (in, heads->end_ns, heads->n, error))
    return FALSE;
  for (guint i = 0; i < heads->n; i++)
    heads->end_ns[i] = (gint64) ((guint64) heads->end_ns[i] + 1000 * (guint64) heads->times_us[i]);

  if (!hr_take_byte (in, &based) || based > 1)
    return hr_blob_fail (error);
  if (!hr_column_read_integers (in, heads->intervals_ns, heads->n, error))
    return FALSE;
  if (based)
    add_steps (heads);

  if (!hr_column_read_integers (in, heads->lost, heads->n, error) || !hr_column_read_integers (in, numbers, heads->n, error))
    return FALSE;
  for (guint i = 0; i < heads->n; i++)
    {
      if (numbers[i] != 0 && numbers[i] != 1)
        return hr_blob_fail (error);
      heads->catch_up[i] = numbers[i] == 1;
    }

  return TRUE;
}

/* Reads a body of heads to @out, to be cleared by hr_heads_clear (); untouched on failure. */
gboolean
hr_heads_take (HrReader *in,
               HrHeads  *out,
               GError  **error)
{
  HrHeads heads;
  guint64 n;

  if (!hr_take_number (in, HR_CHUNK_SNAPSHOTS, &n))
    return hr_blob_fail (error);
  allocate (&heads, (guint) n);
  if (!take_columns (in, &heads, error))
    {
      hr_heads_clear (&heads);
      return FALSE;
    }
  *out = heads;

  return TRUE;
}

/* Returns: (transfer full): @self, at most HR_CHUNK_SNAPSHOTS, as a blob. */
GBytes *
hr_heads_write (const HrHeads *self)
{
  GByteArray *out;

  g_return_val_if_fail (self->n <= HR_CHUNK_SNAPSHOTS, NULL);

  out = hr_blob_begin ();
  hr_heads_put (out, self);

  return hr_blob_finish (out);
}

/* Reads what hr_heads_write () wrote to @out, to be cleared by hr_heads_clear (). Fails with HR_STORE_ERROR_CORRUPTED or
 * HR_STORE_ERROR_NEWER. */
gboolean
hr_heads_read (GBytes  *bytes,
               HrHeads *out,
               GError **error)
{
  HrReader in;
  HrHeads  heads;

  if (!hr_blob_open (bytes, &in, error) || !hr_heads_take (&in, &heads, error))
    return FALSE;
  if (in.size > 0)
    {
      hr_heads_clear (&heads);
      return hr_blob_fail (error);
    }
  *out = heads;

  return TRUE;
}

/* Reads the times of what hr_heads_write () wrote, without looking at what is after them. Fails as hr_heads_read () does.
 * @out_times_us: (transfer full) (array length=out_n) */
gboolean
hr_heads_read_times (GBytes  *bytes,
                     gint64 **out_times_us,
                     guint   *out_n,
                     GError **error)
{
  g_autofree gint64 *times = NULL;
  HrReader           in;
  guint64            n;

  if (!hr_blob_open (bytes, &in, error))
    return FALSE;
  if (!hr_take_number (&in, HR_CHUNK_SNAPSHOTS, &n))
    return hr_blob_fail (error);

  times = g_new (gint64, n);
  if (!hr_column_skip (&in, error) || !hr_column_read_integers (&in, times, n, error))
    return FALSE;
  *out_times_us = g_steal_pointer (&times);
  *out_n = (guint) n;

  return TRUE;
}

/* Frees what @self owns and empties it. */
void
hr_heads_clear (HrHeads *self)
{
  g_free (self->sequences);
  g_free (self->end_ns);
  g_free (self->intervals_ns);
  g_free (self->times_us);
  g_free (self->lost);
  g_free (self->catch_up);
  *self = (HrHeads){ 0 };
}

/* Fills @out from @n snapshots, to be cleared by hr_heads_clear (). */
void
hr_heads_gather (HrHeads           *out,
                 HrSnapshot *const *snapshots,
                 guint              n)
{
  allocate (out, n);
  for (guint i = 0; i < n; i++)
    {
      out->sequences[i] = (gint64) snapshots[i]->sequence;
      out->end_ns[i] = snapshots[i]->end_ns;
      out->intervals_ns[i] = snapshots[i]->interval_ns;
      out->times_us[i] = snapshots[i]->time_us;
      out->lost[i] = (gint64) snapshots[i]->lost;
      out->catch_up[i] = snapshots[i]->catch_up;
    }
}
