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
