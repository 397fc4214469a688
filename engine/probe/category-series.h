/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/probe/reader.h"
#include "engine/probe/sample-sink.h"

/* Turns what a program has allocated, by category, into samples: a gauge of what is in use and a counter of what was
 * allocated (engine/base/metric-names.h). */
typedef struct _HrCategorySeries HrCategorySeries;

HrCategorySeries *hr_category_series_new (HrRegionReader     *reader,
                                          const HrSampleSink *sink);
void              hr_category_series_free (HrCategorySeries *self);

void hr_category_series_preload (HrCategorySeries *self);
void hr_category_series_collect (HrCategorySeries *self,
                                 int64_t           now_ns,
                                 bool              sampling);
