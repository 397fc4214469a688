/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Lays its children out like words: each as wide as it wants to be, one after the other, in as many lines as it takes. */
#define HR_TYPE_FLOW (hr_flow_get_type ())
G_DECLARE_FINAL_TYPE (HrFlow, hr_flow, HR, FLOW, GtkWidget)

G_END_DECLS
