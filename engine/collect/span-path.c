/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/span-path.h"

#include <string.h>

/* Room for what stands in place of the spans left out: "/…(255)" is nine bytes. */
#define GAP_BYTES 16

/* A slash within a name would look like one span in another: it becomes a division slash. */
static void
append_name (GString    *path,
             const char *name)
{
  g_string_append_c (path, '/');
  for (const char *at = name; *at != '\0'; at++)
    if (*at == '/')
      g_string_append (path, "∕");
    else
      g_string_append_c (path, *at);
}

/* Takes the last name and as many of the first ones as there is room for; the number between keeps the levels of a
 * recursion apart. */
static char *
shorten (const char *const *names,
         guint              n_names)
{
  g_autoptr (GString) head = g_string_new (NULL);
  g_autoptr (GString) leaf = g_string_new (NULL);
  gsize room, length = 0;
  guint n_head = 0;

  append_name (leaf, names[n_names - 1]);
  if (leaf->len + GAP_BYTES > HR_SPAN_PATH_BYTES)
    return NULL;

  room = HR_SPAN_PATH_BYTES - GAP_BYTES - leaf->len;
  for (; n_head + 1 < n_names; n_head++)
    {
      append_name (head, names[n_head]);
      if (head->len > room)
        break;
      length = head->len;
    }

  g_string_truncate (head, length);
  if (n_head + 1 < n_names)
    g_string_append_printf (head, "/…(%u)", n_names - 1 - n_head);
  g_string_append (head, leaf->str);

  return g_string_free (g_steal_pointer (&head), FALSE);
}

/* Returns (transfer full) (nullable) what the desktop calls the span that stands within @names, outermost first and its
 * own name last: "/outer/inner". At most HR_SPAN_PATH_BYTES long; of a longer one the spans before the last are left
 * out, "/outer/…(9)/inner". NULL when even the last name has no room. */
char *
hr_span_path (const char *const *names,
              guint              n_names)
{
  g_autoptr (GString) path = g_string_new (NULL);

  for (guint i = 0; i < n_names; i++)
    append_name (path, names[i]);

  return path->len <= HR_SPAN_PATH_BYTES ? g_string_free (g_steal_pointer (&path), FALSE) : shorten (names, n_names);
}
