/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/report/picture.h"
#include "engine/report/report-private.h"

G_BEGIN_DECLS

HrPicture *hr_report_chart (const HrReportSeries *series,
                            HrRange               range) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
