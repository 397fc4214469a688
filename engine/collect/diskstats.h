/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean hr_diskstats_parse (const char *text,
                             guint64    *out_read_bytes,
                             guint64    *out_written_bytes);

G_END_DECLS
