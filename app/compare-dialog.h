/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/session-item.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Two of the recordings and session files beside each other: which ones, then what became better or worse. */
#define HR_TYPE_COMPARE_DIALOG (hr_compare_dialog_get_type ())
G_DECLARE_FINAL_TYPE (HrCompareDialog, hr_compare_dialog, HR, COMPARE_DIALOG, AdwWindow)

/* @sessions: a GListModel of HrSessionItem; @now: (nullable): the one that is offered as the new one. */
GtkWindow *hr_compare_dialog_new (GtkWindow     *parent,
                                  GListModel    *sessions,
                                  HrSessionItem *now) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
