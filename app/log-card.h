/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/monitor.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The system log of a device, once it is switched on: the last lines that hold a text. */
#define HR_TYPE_LOG_CARD (hr_log_card_get_type ())
G_DECLARE_FINAL_TYPE (HrLogCard, hr_log_card, HR, LOG_CARD, GtkBox)

void hr_log_card_follow (HrLogCard *self, HrMonitor *monitor);
/* @device: NULL: none. Its log is left when another one is shown. */
void hr_log_card_set_device (HrLogCard *self, HrSource *device);

G_END_DECLS
