/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/source.h"

G_BEGIN_DECLS

/* The last snapshots of @history as RFC 4180 text: column time (UTC ISO 8601, milliseconds), then per metric
 * NAME_mean and NAME_max with the unit in the column name, and for durations NAME_count, NAME_p50, NAME_p99,
 * NAME_cumulative_count; C-locale numbers; an empty cell where nothing was measured. */
GBytes *hr_csv_format (HrHistory *history) G_GNUC_WARN_UNUSED_RESULT;

/* Writes @bytes beside @path, syncs it and renames it into place, in a thread. */
void     hr_csv_save_async (GBytes             *bytes,
                            const char         *path,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data);
gboolean hr_csv_save_finish (GAsyncResult *result,
                             GError      **error);

G_END_DECLS
