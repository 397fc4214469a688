/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/reading.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Memory now, its peak, how fast it grows and what is left of its budget. Hidden where the source does not say. */
#define HR_TYPE_MEMORY_CARD (hr_memory_card_get_type ())
G_DECLARE_FINAL_TYPE (HrMemoryCard, hr_memory_card, HR, MEMORY_CARD, GtkBox)

void hr_memory_card_refresh (HrMemoryCard    *self,
                             const HrReading *reading);

G_END_DECLS
