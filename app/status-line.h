/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/monitor.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The bottom line: what monitoring costs, how often it looks, what arrived and was lost, how sure the source's clock is. */
#define HR_TYPE_STATUS_LINE (hr_status_line_get_type ())
G_DECLARE_FINAL_TYPE (HrStatusLine, hr_status_line, HR, STATUS_LINE, GtkWidget)

/* @source: the selected one, or NULL. */
void hr_status_line_refresh (HrStatusLine *self,
                             HrMonitor    *monitor,
                             HrSource     *source);

G_END_DECLS
