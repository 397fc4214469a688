/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/blob.h"

G_BEGIN_DECLS

/* A column of numbers as bytes: whichever coding comes out smallest, bit for bit what went in. Bytes and codings are specified at the
 * top of column.c. The same reader reads what is foreign: whatever it is given, it stays within its bounds and says what is wrong. */

/* Enough for any column of a chunk, and what a reader refuses to exceed. */
#define HR_COLUMN_LENGTH_MAX 65536

void hr_column_write_doubles (GByteArray   *out,
                              const double *values,
                              gsize         n);
void hr_column_write_integers (GByteArray   *out,
                               const gint64 *values,
                               gsize         n);

/* @n is how many there must be. Outputs stay untouched on failure but for the values. */
gboolean hr_column_read_doubles (HrReader *in,
                                 double   *values,
                                 gsize     n,
                                 GError  **error);
gboolean hr_column_read_integers (HrReader *in,
                                  gint64   *values,
                                  gsize     n,
                                  GError  **error);
/* Steps over a column without decoding it. */
gboolean hr_column_skip (HrReader *in,
                         GError  **error);

G_END_DECLS
