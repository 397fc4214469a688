/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/monitor.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The programs of a device that have an agent in them. Signal "chosen" (HrSource *): one was activated. */
#define HR_TYPE_PROGRAMS_CARD (hr_programs_card_get_type ())
G_DECLARE_FINAL_TYPE (HrProgramsCard, hr_programs_card, HR, PROGRAMS_CARD, GtkBox)

/* @device: NULL: none. */
void hr_programs_card_follow (HrProgramsCard *self, HrMonitor *monitor);
void hr_programs_card_set_device (HrProgramsCard *self, HrSource *device);
void hr_programs_card_refresh (HrProgramsCard *self);

G_END_DECLS
