/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/reading.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What this computer does: processor, memory, disk, network. Hidden for a program. */
#define HR_TYPE_COMPUTER_CARD (hr_computer_card_get_type ())
G_DECLARE_FINAL_TYPE (HrComputerCard, hr_computer_card, HR, COMPUTER_CARD, GtkBox)

void hr_computer_card_refresh (HrComputerCard  *self,
                               const HrReading *reading);

G_END_DECLS
