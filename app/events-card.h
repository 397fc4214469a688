/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/reading.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The last events of a source and of its computer. Not there where neither tells of any. */
#define HR_TYPE_EVENTS_CARD (hr_events_card_get_type ())
G_DECLARE_FINAL_TYPE (HrEventsCard, hr_events_card, HR, EVENTS_CARD, GtkBox)

void hr_events_card_refresh (HrEventsCard    *self,
                             const HrReading *reading);

G_END_DECLS
