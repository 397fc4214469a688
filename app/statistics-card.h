/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/reading.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The source's main duration since it began, its throughput and its score. Hidden without such a metric. */
#define HR_TYPE_STATISTICS_CARD (hr_statistics_card_get_type ())
G_DECLARE_FINAL_TYPE (HrStatisticsCard, hr_statistics_card, HR, STATISTICS_CARD, GtkBox)

void hr_statistics_card_refresh (HrStatisticsCard *self,
                                 const HrReading  *reading);

G_END_DECLS
