/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lowest and highest value of a stretch; empty (no sample, or only gaps) when min > max. */
typedef struct
{
  double min;
  double max;
} HrExtent;

/* The last @capacity values of an evenly sampled series with a min/max pyramid above them (16
 * samples a bin, then four bins a level), so that drawing any stretch costs its pixels and not its
 * samples, and every extreme survives. NaN is a gap. Samples are numbered from 0 for ever. */
typedef struct _HrPyramid HrPyramid;

HrPyramid *hr_pyramid_new (size_t capacity);
void       hr_pyramid_free (HrPyramid *self);

void     hr_pyramid_append (HrPyramid *self,
                            double     value);
void     hr_pyramid_clear (HrPyramid *self);
uint64_t hr_pyramid_first (const HrPyramid *self);
uint64_t hr_pyramid_end (const HrPyramid *self);
uint64_t hr_pyramid_refused (const HrPyramid *self);
double   hr_pyramid_get (const HrPyramid *self,
                         uint64_t         index);
HrExtent hr_pyramid_extent (const HrPyramid *self,
                            uint64_t         begin,
                            uint64_t         end);
