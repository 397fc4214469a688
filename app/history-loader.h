/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/history-reader.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Has queries answered by a thread, one at a time: of those that are asked meanwhile the newest wins, and the one under way is given up.
 *
 * Signals: "answered" (HrHistoryAnswer *), valid during the signal; "failed" (GError *). */
#define HR_TYPE_HISTORY_LOADER (hr_history_loader_get_type ())
G_DECLARE_FINAL_TYPE (HrHistoryLoader, hr_history_loader, HR, HISTORY_LOADER, GObject)

HrHistoryLoader *hr_history_loader_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* @query: (transfer full) */
void     hr_history_loader_ask (HrHistoryLoader *self,
                                HrHistoryQuery  *query);
gboolean hr_history_loader_is_busy (HrHistoryLoader *self);
void     hr_history_loader_drop (HrHistoryLoader *self);

G_END_DECLS
