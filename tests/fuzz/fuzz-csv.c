/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/csv-intake.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

typedef struct
{
  HrCsvIntake *intake;
  GChecksum   *rows;
} Taken;

static void
check_sample (const HrSample *sample)
{
  if (sample->count == 0 || !isfinite (sample->sum) || !isfinite (sample->min) || !isfinite (sample->max) || !isfinite (sample->last) || sample->n_buckets > 1 ||
      (sample->n_buckets == 1 && sample->buckets->bucket >= HR_N_BUCKETS))
    abort ();
}

static gboolean
row_cb (const HrCsvRow *row,
        gpointer        user_data)
{
  Taken *self = user_data;

  if (row->time_us <= 0 || row->interval_ns < 0 || (row->source != NULL && !g_utf8_validate (row->source, -1, NULL)))
    abort ();
  g_checksum_update (self->rows, (const guchar *) &row->time_us, sizeof row->time_us);
  for (guint i = 0; i < row->n_samples; i++)
    {
      check_sample (&row->samples[i]);
      if (row->samples[i].metric >= hr_csv_intake_get_n_metrics (self->intake) || (i > 0 && row->samples[i].metric <= row->samples[i - 1].metric))
        abort ();
      g_checksum_update (self->rows, (const guchar *) &row->samples[i].sum, sizeof row->samples[i].sum);
    }

  return TRUE;
}

/* What comes of @data, taken in @piece bytes at a time. Returns: (transfer full): what its rows and its end say */
static char *
take (const uint8_t *data,
      size_t         size,
      size_t         piece)
{
  Taken taken = { NULL, g_checksum_new (G_CHECKSUM_SHA1) };
  g_autoptr (GError) error = NULL;
  gboolean done = TRUE;
  char    *said;

  /* Time counts from a beginning where the first byte says so. */
  taken.intake = hr_csv_intake_new (size > 0 && data[0] == '@' ? 1772366400000000 : 0, row_cb, &taken);
  for (size_t i = 0; i < size && done; i += piece)
    done = hr_csv_intake_push (taken.intake, (const char *) data + i, MIN (piece, size - i), &error);
  done = done && hr_csv_intake_finish (taken.intake, &error);
  if (done != (error == NULL) || (error != NULL && (error->domain != HR_CSV_ERROR || !g_utf8_validate (error->message, -1, NULL))))
    abort ();

  said = g_strdup_printf ("%s %u %u %s", g_checksum_get_string (taken.rows), (guint) hr_csv_intake_get_n_rows (taken.intake),
                          (guint) hr_csv_intake_get_n_bad (taken.intake), error != NULL ? error->message : "");
  for (guint i = 0; i < g_strv_length ((char **) hr_csv_intake_get_complaints (taken.intake)); i++)
    if (!g_utf8_validate (hr_csv_intake_get_complaints (taken.intake)[i], -1, NULL))
      abort ();
  hr_csv_intake_free (taken.intake);
  g_checksum_free (taken.rows);

  return said;
}

/* Any bytes as a table, cut in two ways: what comes of them is the same. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *whole = take (data, size, size + 1);
  g_autofree char *bytewise = take (data, size, 1);

  if (!g_str_equal (whole, bytewise))
    abort ();

  return 0;
}
