/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/source.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* How a device's battery is, or why nobody knows. */
#define HR_TYPE_BATTERY_CARD (hr_battery_card_get_type ())
G_DECLARE_FINAL_TYPE (HrBatteryCard, hr_battery_card, HR, BATTERY_CARD, GtkBox)

void hr_battery_card_refresh (HrBatteryCard *self, HrSource *source);

G_END_DECLS
