/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/contract.h"
#include "engine/model/history.h"

G_BEGIN_DECLS

gboolean hr_statistic_from_name (const char  *name,
                                 HrStatistic *out);
gboolean hr_statistic_suits (HrStatistic statistic,
                             HrKind      kind);
HrUnit   hr_statistic_unit (HrStatistic statistic,
                            HrUnit      metric);
gint64   hr_statistic_reach (gint64 interval_ns);
double   hr_statistic_measure (const HrBudget *budget,
                               HrHistory      *history,
                               guint           metric,
                               gint64          now_ns);

G_END_DECLS
