/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Cuts the bytes of a table, as they come, into rows of cells. */
typedef struct
{
  gboolean (*row) (gpointer user_data,
                   GError **error);
  gpointer user_data;
  gboolean stopped; /* by whoever is told of rows: nothing more is cut */

  GByteArray *head;        /* what came before the first row was whole; NULL from then on */
  guint       scanned;     /* bytes of it, in which that row does not end */
  gboolean    scan_quoted; /* whether they end between quotes */
  gboolean    scan_text;   /* whether there is more in them than empty lines */

  char     delimiter;
  int      state;
  gboolean after_cr;
  guint64  line;       /* that is read, from 1 */
  guint64  first_line; /* of the row that is read */
  GString *text;       /* cells of the row, each with its end */
  GArray  *cells;      /* where they begin in it */
} HrCsvCutter;

void hr_csv_cutter_init (HrCsvCutter *self,
                         gboolean (*row) (gpointer user_data,
                                          GError **error),
                         gpointer user_data);
void hr_csv_cutter_clear (HrCsvCutter *self);

gboolean hr_csv_cutter_push (HrCsvCutter *self,
                             const char  *data,
                             gsize        size,
                             GError     **error);
gboolean hr_csv_cutter_finish (HrCsvCutter *self,
                               GError     **error);
char    *hr_csv_cutter_get_cell (HrCsvCutter *self,
                                 guint        column);

G_END_DECLS
