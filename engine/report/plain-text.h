/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Text on a grid of columns, as terminals show it. */
char *hr_text_clean (const char *text) G_GNUC_WARN_UNUSED_RESULT;
guint hr_text_width (const char *text);
char *hr_text_fit (const char *text,
                   guint       width) G_GNUC_WARN_UNUSED_RESULT;
char *hr_text_squeeze (const char *text,
                       guint       width) G_GNUC_WARN_UNUSED_RESULT;
void  hr_text_append_padded (GString    *out,
                             const char *text,
                             guint       width,
                             gboolean    right);

G_END_DECLS
