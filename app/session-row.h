/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/session-item.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A recording or an opened session file in the sidebar: its name, when it was and how long, or why it cannot be read. */
#define HR_TYPE_SESSION_ROW (hr_session_row_get_type ())
G_DECLARE_FINAL_TYPE (HrSessionRow, hr_session_row, HR, SESSION_ROW, GtkListBoxRow)

GtkWidget *hr_session_row_new (HrSessionItem *item) G_GNUC_WARN_UNUSED_RESULT;

HrSessionItem *hr_session_row_get_item (HrSessionRow *self);

G_END_DECLS
