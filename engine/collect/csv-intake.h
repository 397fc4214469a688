/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/sample.h"

G_BEGIN_DECLS

#define HR_CSV_ERROR (hr_csv_error_quark ())

typedef enum
{
  HR_CSV_ERROR_ENCODING, /* no text, or one in another encoding than UTF-8 */
  HR_CSV_ERROR_HEADER,   /* no row of names, or no column of values */
  HR_CSV_ERROR_TIME,     /* no time stamps, or of no kind that is known */
  HR_CSV_ERROR_LIMIT,    /* too long, too wide, too many */
  HR_CSV_ERROR_ROWS      /* too many that make no sense, or none that does */
} HrCsvError;

GQuark hr_csv_error_quark (void);

/* Of a table that is taken in. */
#define HR_CSV_MAX_LINE (1024 * 1024) /* bytes of a row */
#define HR_CSV_MAX_COLUMNS 4096
#define HR_CSV_MAX_NAME 200 /* bytes of a column's name, and of a source's */
#define HR_CSV_MAX_SOURCES 256
#define HR_CSV_MAX_ROWS 100000000
/* More bad rows than this are refused, once there are enough to tell; as many complaints are kept in words. */
#define HR_CSV_MAX_BAD 0.05
#define HR_CSV_COMPLAINTS 10

/* A row that made sense. */
typedef struct
{
  guint64         line; /* from 1 */
  gint64          time_us;
  gint64          interval_ns; /* 0: the table does not say */
  const char     *source;      /* NULL: the table does not say */
  guint64         lost;
  gboolean        catch_up;
  const HrSample *samples; /* named by the number of their metric */
  guint           n_samples;
} HrCsvRow;

/* Told of every row in the table's order. Return FALSE to stop: whoever does knows why. */
typedef gboolean (*HrCsvRowFunc) (const HrCsvRow *row,
                                  gpointer        user_data);

/* A table that is taken in as its bytes come. What tables look like stands at the top of csv-intake.c. */
typedef struct _HrCsvIntake HrCsvIntake;

/* @start_us: when time 0 was, for tables that count from their beginning; 0: they have dates. */
HrCsvIntake *hr_csv_intake_new (gint64       start_us,
                                HrCsvRowFunc row,
                                gpointer     user_data) G_GNUC_WARN_UNUSED_RESULT;
void         hr_csv_intake_free (HrCsvIntake *self);

gboolean hr_csv_intake_push (HrCsvIntake *self,
                             const char  *data,
                             gsize        size,
                             GError     **error);
gboolean hr_csv_intake_finish (HrCsvIntake *self,
                               GError     **error);

/* Known from the first row on. */
guint               hr_csv_intake_get_n_metrics (HrCsvIntake *self);
const HrMetricInfo *hr_csv_intake_get_metric (HrCsvIntake *self,
                                              guint        index);

guint64            hr_csv_intake_get_n_rows (HrCsvIntake *self);
guint64            hr_csv_intake_get_n_bad (HrCsvIntake *self);
const char *const *hr_csv_intake_get_complaints (HrCsvIntake *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrCsvIntake, hr_csv_intake_free)

G_END_DECLS
