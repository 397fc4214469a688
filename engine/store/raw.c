/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Records themselves. The body of the blob (blob.c says how every blob begins and ends):
 *
 *     n_metrics  number, at most 4 096
 *     metrics    n_metrics times a signed number: the file's numbers of them
 *     n          number: records
 *     pages of up to 65 536 records, the last one shorter, each four columns (column.c):
 *       times    integers: UTC in microseconds, ascending
 *       metrics  integers: places in the table above
 *       values   doubles
 *       items    integers: as if signed
 */

#include "engine/store/raw.h"

#include "engine/store/column.h"
#include "engine/store/schema.h"

#define MAX_METRICS 4096

/* Which metrics the window has records of, in the order of their first. Returns: (transfer full): guint32, and the place of each metric at its
 * number in @out_places */
static GArray *
list_metrics (const HrRawWindow *window,
              GArray           **out_places)
{
  GArray *metrics = g_array_new (FALSE, FALSE, sizeof (guint32));
  GArray *places = g_array_new (FALSE, TRUE, sizeof (guint32));

  for (guint i = 0; i < window->n; i++)
    {
      guint32 metric = window->metrics[i];

      if (metric >= places->len)
        g_array_set_size (places, metric + 1);
      if (g_array_index (places, guint32, metric) != 0)
        continue;
      g_array_append_val (metrics, metric);
      g_array_index (places, guint32, metric) = metrics->len;
    }
  *out_places = places;

  return metrics;
}

static void
put_page (GByteArray        *out,
          const HrRawWindow *window,
          guint              first,
          guint              n,
          const guint32     *places)
{
  g_autofree gint64 *metrics = g_new (gint64, n);

  for (guint i = 0; i < n; i++)
    metrics[i] = (gint64) places[window->metrics[first + i]] - 1;
  hr_column_write_integers (out, window->times_us + first, n);
  hr_column_write_integers (out, metrics, n);
  hr_column_write_doubles (out, window->values + first, n);
  hr_column_write_integers (out, (const gint64 *) window->items + first, n);
}

/* Makes a blob of the records of @window. @metric_ids: the file's number of each metric of the source's history
 * Returns: (transfer full) */
GBytes *
hr_raw_write (const HrRawWindow *window,
              const gint64      *metric_ids)
{
  GByteArray *out = hr_blob_begin ();
  g_autoptr (GArray) places = NULL;
  g_autoptr (GArray) metrics = list_metrics (window, &places);

  hr_put_number (out, metrics->len);
  for (guint i = 0; i < metrics->len; i++)
    hr_put_signed (out, metric_ids[g_array_index (metrics, guint32, i)]);
  hr_put_number (out, window->n);
  for (guint i = 0; i < window->n; i += HR_COLUMN_LENGTH_MAX)
    put_page (out, window, i, MIN (window->n - i, HR_COLUMN_LENGTH_MAX), (const guint32 *) (void *) places->data);

  return hr_blob_finish (out);
}

static gboolean
take_metrics (HrReader *in,
              GArray   *ids)
{
  guint64 n;

  if (!hr_take_number (in, MAX_METRICS, &n))
    return FALSE;
  for (guint64 i = 0; i < n; i++)
    {
      gint64 id;

      if (!hr_take_signed (in, &id))
        return FALSE;
      g_array_append_val (ids, id);
    }

  return TRUE;
}

static gboolean
take_page (HrReader    *in,
           HrRawWindow *window,
           guint        first,
           guint        n,
           guint        n_metrics,
           GError     **error)
{
  g_autofree gint64 *metrics = g_new (gint64, n);

  if (!hr_column_read_integers (in, window->times_us + first, n, error) || !hr_column_read_integers (in, metrics, n, error) ||
      !hr_column_read_doubles (in, window->values + first, n, error) || !hr_column_read_integers (in, (gint64 *) window->items + first, n, error))
    return FALSE;

  for (guint i = 0; i < n; i++)
    {
      if (metrics[i] < 0 || metrics[i] >= n_metrics)
        return hr_blob_fail (error);
      window->metrics[first + i] = (guint32) metrics[i];
    }

  return TRUE;
}

/* Room comes with the pages that are really there, however many records are promised. */
static gboolean
take_pages (HrReader    *in,
            HrRawWindow *window,
            guint        n,
            guint        n_metrics,
            GError     **error)
{
  for (guint i = 0; i < n; i += HR_COLUMN_LENGTH_MAX)
    {
      guint n_page = MIN (n - i, HR_COLUMN_LENGTH_MAX);

      window->times_us = g_renew (gint64, window->times_us, i + n_page);
      window->metrics = g_renew (guint32, window->metrics, i + n_page);
      window->values = g_renew (double, window->values, i + n_page);
      window->items = g_renew (guint64, window->items, i + n_page);
      if (!take_page (in, window, i, n_page, n_metrics, error))
        return FALSE;
      window->n = i + n_page;
    }

  return TRUE;
}

static void
clear_columns (HrRawWindow *self)
{
  g_free (self->times_us);
  g_free (self->metrics);
  g_free (self->values);
  g_free (self->items);
}

/* Reads the records of a blob into the columns of @out, which has none; they name metrics by their place in @metric_ids, to which the file's numbers are
 * written. Returns FALSE with @error, and @out as it was, when the blob is damaged. */
gboolean
hr_raw_read (GBytes      *bytes,
             HrRawWindow *out,
             GArray      *metric_ids,
             GError     **error)
{
  HrReader    in;
  HrRawWindow window = *out;
  guint64     n;

  window.n = 0;
  g_array_set_size (metric_ids, 0);
  if (!hr_blob_open (bytes, &in, error))
    return FALSE;
  if (!take_metrics (&in, metric_ids) || !hr_take_number (&in, HR_RAW_MAX, &n))
    return hr_blob_fail (error);

  window.times_us = NULL;
  window.metrics = NULL;
  window.values = NULL;
  window.items = NULL;
  if (!take_pages (&in, &window, (guint) n, metric_ids->len, error) || (in.size != 0 && !hr_blob_fail (error)))
    {
      clear_columns (&window);
      return FALSE;
    }
  *out = window;

  return TRUE;
}
