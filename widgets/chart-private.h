/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "widgets/chart.h"
#include "widgets/hover.h"
#include "widgets/plot.h"
#include "widgets/teller.h"

G_BEGIN_DECLS

void     hr_chart_set_clock (HrChart     *self,
                             HrChartClock clock);
HrPlot  *hr_chart_get_plot (HrChart *self);
HrHover *hr_chart_get_hover (HrChart *self);
void     hr_chart_point_at (HrChart *self,
                            double   x);

G_END_DECLS
