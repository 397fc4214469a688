/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The longest name that the wire carries whole. */
#define HR_SPAN_PATH_BYTES 255

char *hr_span_path (const char *const *names,
                    guint              n_names) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
