/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Text from anywhere in a document in Markdown. */
void hr_markdown_append (GString    *out,
                         const char *text);
void hr_markdown_append_row (GString           *out,
                             const char *const *cells,
                             gsize              n_cells);

G_END_DECLS
