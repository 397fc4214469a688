/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gint64 hr_cadence_after (gint64 deadline_us,
                         gint64 interval_us,
                         gint64 now_us);

GSource *hr_cadence_source_new (guint interval_ms) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
