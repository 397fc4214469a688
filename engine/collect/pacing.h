/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What recording has cost a program since it began, in nanoseconds. */
typedef struct
{
  double all_ns;
  double thinned_ns; /* of that, what becomes less where one of several scopes is measured */
} HrRecordingCost;

/* Judges once a second what recording costs a program and how densely it should be measured. A plain value. */
typedef struct
{
  gint64          since_ns;
  HrRecordingCost before; /* as of then */
} HrPacing;

void     hr_pacing_begin (HrPacing              *self,
                          gint64                 now_ns,
                          const HrRecordingCost *cost);
gboolean hr_pacing_judge (HrPacing              *self,
                          gint64                 now_ns,
                          const HrRecordingCost *cost,
                          guint                  stride,
                          double                *out_overhead,
                          guint                 *out_stride);

G_END_DECLS
