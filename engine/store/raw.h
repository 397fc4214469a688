/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/writer.h"

G_BEGIN_DECLS

/* Records of a window that a reader accepts. */
#define HR_RAW_MAX (16 * 1024 * 1024)

/* The records of a raw window as a blob; metrics are named by the file's numbers of them. The bytes are specified at the top of raw.c. */
GBytes  *hr_raw_write (const HrRawWindow *window,
                       const gint64      *metric_ids) G_GNUC_WARN_UNUSED_RESULT;
gboolean hr_raw_read (GBytes      *bytes,
                      HrRawWindow *out,
                      GArray      *metric_ids,
                      GError     **error);

G_END_DECLS
