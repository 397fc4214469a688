/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/markdown.h"

#include "engine/report/plain-text.h"

#include <string.h>

/* What would be taken for anything else than a letter within a line. */
#define MARKS "\\`*_[]<>|~&"

/* Appends @text as nothing but text, in one line. */
void
hr_markdown_append (GString    *out,
                    const char *text)
{
  g_autofree char *clean = hr_text_clean (text);

  for (const char *at = clean; *at != '\0'; at++)
    {
      if (strchr (MARKS, *at) != NULL)
        g_string_append_c (out, '\\');
      g_string_append_c (out, *at);
    }
}

/* Appends a row of a table, as nothing but text. @cells: NULL among them are empty */
void
hr_markdown_append_row (GString           *out,
                        const char *const *cells,
                        gsize              n_cells)
{
  g_string_append_c (out, '|');
  for (gsize i = 0; i < n_cells; i++)
    {
      g_string_append_c (out, ' ');
      hr_markdown_append (out, cells[i] != NULL ? cells[i] : "");
      g_string_append (out, " |");
    }
  g_string_append_c (out, '\n');
}
