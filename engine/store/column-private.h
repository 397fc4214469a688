/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define HR_DECIMAL_MAX_DIGITS 18

/* Doubles that are decimals of so many digits. */
guint    hr_decimal_digits (const double *values,
                            gsize         n);
double   hr_decimal_power (guint digits);
gboolean hr_decimal_integer (double  value,
                             guint   digits,
                             gint64 *out);
double   hr_decimal_round (double value,
                           guint  digits,
                           guint  ulps);

G_END_DECLS
