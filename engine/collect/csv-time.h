/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean hr_csv_date_read (const char *text,
                           gint64     *out_us);
gboolean hr_csv_number_read (const char *text,
                             gboolean    decimal_comma,
                             double     *out);

G_END_DECLS
