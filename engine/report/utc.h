/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Times as programs read them, the same in every language and place. */
void hr_utc_append (GString *out,
                    gint64   time_us);
void hr_utc_append_exact (GString *out,
                          gint64   time_us);

G_END_DECLS
