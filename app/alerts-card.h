/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/reading.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The alerts of one source, newest first. */
#define HR_TYPE_ALERTS_CARD (hr_alerts_card_get_type ())
G_DECLARE_FINAL_TYPE (HrAlertsCard, hr_alerts_card, HR, ALERTS_CARD, GtkBox)

void hr_alerts_card_refresh (HrAlertsCard    *self,
                             const HrReading *reading);

G_END_DECLS
