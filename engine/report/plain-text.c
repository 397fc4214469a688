/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/plain-text.h"

#include <string.h>

/* Returns: (transfer full): @text without what a terminal would obey: names are given by programs and devices. */
char *
hr_text_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) clean = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar letter = g_utf8_get_char (at);

      /* Marks that turn the direction of writing are formats too. */
      if (g_unichar_iscntrl (letter) || g_unichar_type (letter) == G_UNICODE_FORMAT || g_unichar_type (letter) == G_UNICODE_LINE_SEPARATOR ||
          g_unichar_type (letter) == G_UNICODE_PARAGRAPH_SEPARATOR)
        letter = ' ';
      g_string_append_unichar (clean, letter);
    }

  return g_string_free (g_steal_pointer (&clean), FALSE);
}

static guint
letter_width (gunichar letter)
{
  if (g_unichar_iszerowidth (letter))
    return 0;

  return g_unichar_iswide (letter) ? 2 : 1;
}

/* Returns how many columns @text takes in a terminal. */
guint
hr_text_width (const char *text)
{
  guint width = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    width += letter_width (g_utf8_get_char (text));

  return width;
}

/* Returns: (transfer full): @text, cut with an ellipsis where it takes more than @width columns. */
char *
hr_text_fit (const char *text,
             guint       width)
{
  const char *at = text;
  guint       used = 0;

  if (hr_text_width (text) <= width)
    return g_strdup (text);
  if (width == 0)
    return g_strdup ("");

  for (;; at = g_utf8_next_char (at))
    {
      used += letter_width (g_utf8_get_char (at));
      if (used > width - 1)
        break;
    }

  return g_strdup_printf ("%.*s…", (int) (at - text), text);
}

/* Returns: (transfer full): @text, of which the middle gives way where it takes more than @width columns: names differ at their ends. */
char *
hr_text_squeeze (const char *text,
                 guint       width)
{
  guint            tail_width = width > 0 ? (width - 1) / 2 : 0;
  const char      *tail = text + strlen (text);
  g_autofree char *head = NULL;

  if (hr_text_width (text) <= width || width == 0)
    return hr_text_fit (text, width);

  while (tail > text && hr_text_width (g_utf8_find_prev_char (text, tail)) <= tail_width)
    tail = g_utf8_find_prev_char (text, tail);
  head = hr_text_fit (text, width - hr_text_width (tail));

  return g_strconcat (head, tail, NULL);
}

/* Appends @text with spaces up to @width columns: before it where it is to stand on the @right. */
void
hr_text_append_padded (GString    *out,
                       const char *text,
                       guint       width,
                       gboolean    right)
{
  guint used = hr_text_width (text);
  int   padding = used < width ? (int) (width - used) : 0;

  if (right)
    g_string_append_printf (out, "%*s%s", padding, "", text);
  else
    g_string_append_printf (out, "%s%*s", text, padding, "");
}
