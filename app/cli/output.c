/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/output.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEFAULT_WIDTH 80
#define DEFAULT_HEIGHT 24

/* Writes to @fd from now on. Only a terminal that can be drawn on is drawn on, and none whose user wants no colours (no-color.org). */
void
hr_output_init (HrOutput *self,
                int       fd,
                gboolean  quiet)
{
  const char *no_color = g_getenv ("NO_COLOR");
  const char *terminal = g_getenv ("TERM");

  *self = (HrOutput){ .fd = fd, .quiet = quiet };
  self->live = isatty (fd) && (no_color == NULL || *no_color == '\0') && terminal != NULL && *terminal != '\0' && !g_str_equal (terminal, "dumb");
}

/* Writes @length bytes of @text (-1: all) in one piece where that is possible. Returns FALSE once that is of no use any more. */
gboolean
hr_output_write (HrOutput   *self,
                 const char *text,
                 gssize      length)
{
  const char *at = text;
  const char *end = text + (length >= 0 ? (gsize) length : strlen (text));

  while (at < end && !self->closed && !self->failed)
    {
      ssize_t n = write (self->fd, at, (gsize) (end - at));

      if (n >= 0)
        at += n;
      else if (errno == EPIPE)
        self->closed = TRUE;
      else if (errno != EINTR)
        {
          hr_output_complain ("cannot write: %s", g_strerror (errno));
          self->failed = TRUE;
        }
    }

  return !self->closed && !self->failed;
}

/* Writes how many columns and rows the terminal has; without one as many as is usual. */
void
hr_output_get_size (const HrOutput *self,
                    guint          *out_width,
                    guint          *out_height)
{
  struct winsize size = { 0 };

  if (ioctl (self->fd, TIOCGWINSZ, &size) < 0)
    size.ws_col = size.ws_row = 0;
  *out_width = size.ws_col > 0 ? size.ws_col : DEFAULT_WIDTH;
  *out_height = size.ws_row > 0 ? size.ws_row : DEFAULT_HEIGHT;
}

static void say (const char *format,
                 va_list     arguments) G_GNUC_PRINTF (1, 0);

static void
say (const char *format,
     va_list     arguments)
{
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  g_autofree char *clean = hr_text_clean (text);

  g_printerr ("headroom-cli: %s\n", clean);
}

/* Tells the user something on standard error, unless they want to be told nothing. */
void
hr_output_say (const HrOutput *self,
               const char     *format,
               ...)
{
  va_list arguments;

  if (self->quiet)
    return;

  va_start (arguments, format);
  say (format, arguments);
  va_end (arguments);
}

/* Tells the user on standard error what is wrong. */
void
hr_output_complain (const char *format,
                    ...)
{
  va_list arguments;

  va_start (arguments, format);
  say (format, arguments);
  va_end (arguments);
}

/* Returns (transfer full) @why with what it is about before it, unless it says that itself. */
char *
hr_text_about (const char *what,
               const char *why)
{
  return strstr (why, what) != NULL ? g_strdup (why) : g_strdup_printf ("%s: %s", what, why);
}

/* Returns (transfer full) @text without what a terminal would obey: names are given by programs and devices. */
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

/* Returns (transfer full) @text, cut with an ellipsis where it takes more than @width columns. */
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

/* Returns (transfer full) @text, of which the middle gives way where it takes more than @width columns: names differ at their ends. */
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
