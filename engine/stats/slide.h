/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/stats/histogram.h"
#include "engine/stats/sum.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One interval of a series. With count 0 nothing was measured in it, and only its time means anything. */
typedef struct
{
  uint64_t             serial; /* whatever the caller tells intervals apart by */
  int64_t              end_ns;
  int64_t              length_ns;
  uint64_t             count;
  double               sum;
  double               self;
  double               min;
  double               max;
  double               last;
  size_t               n_buckets;
  const HrBucketCount *buckets; /* the caller's; unchanged for as long as the interval is in a slide */
} HrInterval;

/* What a window comes to. With count 0 only the time means anything. */
typedef struct
{
  uint64_t count;
  size_t   n_measured; /* intervals with a count */
  int64_t  covered_ns; /* added-up length of all intervals, measured or not */
  HrSum    sum;
  HrSum    self;
  double   min;
  double   max;
  double   last;    /* of the newest interval with a count */
  int64_t  last_ns; /* when that ended */
} HrTally;

/* A window that slides over a series of intervals and knows at any moment what it comes to. Intervals
 * enter at the new end and leave at the old one; nothing is ever scanned again. */
typedef struct _HrSlide HrSlide;

HrSlide *hr_slide_new (bool with_histogram);
void     hr_slide_free (HrSlide *self);

bool    hr_slide_push (HrSlide          *self,
                       const HrInterval *interval);
bool    hr_slide_shift (HrSlide    *self,
                        HrInterval *out);
void    hr_slide_clear (HrSlide *self);
int64_t hr_slide_keep_since (HrSlide *self,
                             int64_t  since_ns);
void    hr_slide_keep_last (HrSlide *self,
                            size_t   n_measured);

size_t             hr_slide_length (const HrSlide *self);
uint64_t           hr_slide_refused (const HrSlide *self);
const HrInterval  *hr_slide_first (const HrSlide *self);
HrTally            hr_slide_tally (const HrSlide *self);
const HrHistogram *hr_slide_histogram (const HrSlide *self);
