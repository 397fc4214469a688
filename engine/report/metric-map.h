/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/history.h"

G_BEGIN_DECLS

#define HR_NO_METRIC G_MAXUINT

/* Numbers metrics by name, kind and unit, and finds again which number one of a source's history has. */
typedef struct _HrMetricMap HrMetricMap;

HrMetricMap *hr_metric_map_new (void) G_GNUC_WARN_UNUSED_RESULT;
void         hr_metric_map_free (HrMetricMap *self);

guint hr_metric_map_add (HrMetricMap        *self,
                         const HrMetricInfo *metric);
guint hr_metric_map_find (HrMetricMap *self,
                          gint64       source,
                          HrHistory   *history,
                          guint        metric);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrMetricMap, hr_metric_map_free)

G_END_DECLS
