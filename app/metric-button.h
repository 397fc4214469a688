/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/metric-choices.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* A button with a list of metrics to search and choose from. Signal "chosen" (HrMetricChoice *). */
#define HR_TYPE_METRIC_BUTTON (hr_metric_button_get_type ())
G_DECLARE_FINAL_TYPE (HrMetricButton, hr_metric_button, HR, METRIC_BUTTON, AdwBin)

GtkWidget *hr_metric_button_new (GListModel *choices) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
