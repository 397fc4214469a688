/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/feed.h"

G_BEGIN_DECLS

/* A pair of counters that only rise, in bytes; their difference over time is a rate. Start from { 0 }, and go back there where a
 * stretch of time is not to be counted. */
typedef struct
{
  gint64  before_ns; /* 0: not read yet */
  guint64 in;
  guint64 out;
} HrFlow;

void hr_flow_measure (HrFlow             *self,
                      HrFeed             *feed,
                      gint64              now_ns,
                      guint64             in,
                      guint64             out,
                      const HrMetricInfo *in_metric,
                      const HrMetricInfo *out_metric);

G_END_DECLS
