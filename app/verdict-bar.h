/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/monitor.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* One sentence about how a source stands, in the colour of its worst budget. */
#define HR_TYPE_VERDICT_BAR (hr_verdict_bar_get_type ())
G_DECLARE_FINAL_TYPE (HrVerdictBar, hr_verdict_bar, HR, VERDICT_BAR, GtkBox)

void hr_verdict_bar_refresh (HrVerdictBar *self,
                             HrMonitor    *monitor,
                             HrSource     *source);

G_END_DECLS
