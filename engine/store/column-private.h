/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a decimal of so many digits is, for whoever rounds to what a column codes well. */
guint  hr_decimal_digits (const double *values,
                          gsize         n);
double hr_decimal_round (double value,
                         guint  digits,
                         guint  ulps);

G_END_DECLS
