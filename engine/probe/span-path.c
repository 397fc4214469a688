/* SPDX-License-Identifier: MIT */

#include "engine/probe/span-path.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Room for what stands in place of the spans left out: "/…(255)" is nine bytes. */
#define GAP_BYTES 16

/* Appends at @used where there is room. Returns how long the path would be with it. */
static size_t
append (char       *path,
        size_t      used,
        const char *text,
        size_t      length)
{
  if (used + length <= HR_SPAN_PATH_BYTES)
    memcpy (path + used, text, length);

  return used + length;
}

/* A slash within a name would look like one span in another: it becomes a division slash. */
static size_t
append_name (char       *path,
             size_t      used,
             const char *name)
{
  used = append (path, used, "/", 1);
  for (const char *at = name; *at != '\0'; at++)
    used = *at == '/' ? append (path, used, "∕", strlen ("∕")) : append (path, used, at, 1);

  return used;
}

/* Takes the last name and as many of the first ones as there is room for; the number between keeps the levels of a
 * recursion apart. Returns the length, 0 where even the last name has no room. */
static size_t
shorten (const char *const *names,
         uint32_t           n_names,
         char              *out)
{
  char     leaf[HR_SPAN_PATH_BYTES];
  size_t   leaf_bytes = append_name (leaf, 0, names[n_names - 1]);
  size_t   used = 0;
  uint32_t n_head = 0;

  if (leaf_bytes + GAP_BYTES > HR_SPAN_PATH_BYTES)
    return 0;

  for (; n_head + 1 < n_names; n_head++)
    {
      size_t with = append_name (out, used, names[n_head]);

      if (with > HR_SPAN_PATH_BYTES - GAP_BYTES - leaf_bytes)
        break;
      used = with;
    }
  if (n_head + 1 < n_names)
    used += (size_t) snprintf (out + used, GAP_BYTES, "/…(%u)", (unsigned) (n_names - 1 - n_head));

  return append (out, used, leaf, leaf_bytes);
}

/* Writes what the desktop calls the span that stands within @names, outermost first and its own name last:
 * "/outer/inner". @out has room for HR_SPAN_PATH_BYTES and a NUL; of a longer path the spans before the last are left
 * out, "/outer/…(9)/inner". Returns false, with "" in @out, when even the last name has no room. */
bool
hr_span_path (const char *const *names,
              uint32_t           n_names,
              char              *out)
{
  size_t used = 0;

  for (uint32_t i = 0; i < n_names; i++)
    used = append_name (out, used, names[i]);
  if (used > HR_SPAN_PATH_BYTES)
    used = shorten (names, n_names, out);
  out[used] = '\0';

  return used > 0;
}
