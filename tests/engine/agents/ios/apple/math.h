/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#define NAN __builtin_nanf ("")
#define INFINITY __builtin_inff ()
#define isfinite(value) __builtin_isfinite (value)
#define isnan(value) __builtin_isnan (value)
#define isinf(value) __builtin_isinf (value)

double ceil (double x);
double fabs (double x);
double floor (double x);
double fmax (double x,
             double y);
double fmin (double x,
             double y);
double log10 (double x);
double round (double x);
