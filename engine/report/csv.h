/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/source.h"

G_BEGIN_DECLS

/* The kept snapshots of @history as RFC 4180 text: column time (UTC ISO 8601, milliseconds), then per metric the columns of its
 * kind, METRIC.mean and METRIC.max first, with the unit in the column's name; C-locale numbers; an empty cell where nothing was
 * measured; of spans the 32 with the most self time. The format stands at the top of csv.c. */
GBytes *hr_csv_format (HrHistory *history) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
