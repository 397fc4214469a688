/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/syslog-line.h"

#include <string.h>

/* "Nov 21 16:00:00" */
#define TIME_BYTES 15u
#define PID_DIGITS 10u

/* A text of the device as ours: valid UTF-8, no control characters but tabs and line feeds (a terminal may show it), at most HR_LOG_TEXT_BYTES. */
static char *
make_text (const char *bytes,
           gsize       size)
{
  char *text = g_utf8_make_valid (bytes, (gssize) size);
  gsize length = strlen (text);

  for (gsize i = 0; i < length; i++)
    if (g_ascii_iscntrl (text[i]) && text[i] != '\t' && text[i] != '\n')
      text[i] = ' ';

  if (length > HR_LOG_TEXT_BYTES)
    *g_utf8_find_prev_char (text, text + HR_LOG_TEXT_BYTES + 1) = '\0';

  return text;
}

/* Whether the time stands at the beginning: two spaces and two colons where they belong. */
static gboolean
begins_with_time (const char *bytes,
                  gsize       size)
{
  return size > TIME_BYTES && bytes[3] == ' ' && bytes[6] == ' ' && bytes[9] == ':' && bytes[12] == ':' && bytes[TIME_BYTES] == ' ';
}

/* Reads "[123] <Notice>: " at @bytes; sets how long that is. */
static gboolean
read_mark (const char *bytes,
           gsize       size,
           HrLogLine  *line,
           gsize      *out_length)
{
  guint64     pid = 0;
  gsize       i = 1;
  const char *level, *end;

  while (i < size && i <= PID_DIGITS && g_ascii_isdigit (bytes[i]))
    pid = 10 * pid + (guint64) g_ascii_digit_value (bytes[i++]);
  if (i == 1 || size - i < 3 || memcmp (bytes + i, "] <", 3) != 0)
    return FALSE;

  level = bytes + i + 3;
  end = memchr (level, '>', size - i - 3);
  if (end == NULL || end + 1 == bytes + size || end[1] != ':')
    return FALSE;

  line->pid = pid;
  line->level = make_text (level, (gsize) (end - level));
  *out_length = (gsize) (end + 2 - bytes);
  if (*out_length < size && bytes[*out_length] == ' ')
    ++*out_length;

  return TRUE;
}

/* Reads the host, which says nothing, the process and the mark behind it. Returns how long they are; 0 when they are not there. */
static gsize
read_process (const char *bytes,
              gsize       size,
              HrLogLine  *line)
{
  const char *host_end = memchr (bytes, ' ', size);
  const char *process = host_end != NULL ? host_end + 1 : bytes + size;
  gsize       length;

  for (const char *mark = process; mark < bytes + size && *mark != '\n'; mark++)
    if (*mark == '[' && read_mark (mark, (gsize) (bytes + size - mark), line, &length))
      {
        line->process = make_text (process, (gsize) (mark - process));
        return (gsize) (mark - bytes) + length;
      }

  return 0;
}

/* Parses a line without its end. What cannot be understood is text. Returns: (transfer full) */
HrLogLine *
hr_log_line_parse (const guint8 *bytes,
                   gsize         size)
{
  HrLogLine  *line = g_new0 (HrLogLine, 1);
  const char *rest = (const char *) bytes;
  gsize       n = 0;

  if (begins_with_time (rest, size))
    n = read_process (rest + TIME_BYTES + 1, size - TIME_BYTES - 1, line);
  if (n > 0)
    {
      line->time = make_text (rest, TIME_BYTES);
      n += TIME_BYTES + 1;
    }

  line->time = line->time != NULL ? line->time : g_strdup ("");
  line->process = line->process != NULL ? line->process : g_strdup ("");
  line->level = line->level != NULL ? line->level : g_strdup ("");
  line->text = make_text (rest + n, size - n);

  return line;
}

/* Returns: (transfer full): a copy of @self. */
HrLogLine *
hr_log_line_copy (const HrLogLine *self)
{
  HrLogLine *copy = g_memdup2 (self, sizeof *self);

  copy->time = g_strdup (self->time);
  copy->process = g_strdup (self->process);
  copy->level = g_strdup (self->level);
  copy->text = g_strdup (self->text);

  return copy;
}

/* Frees @self. Accepts NULL. */
void
hr_log_line_free (HrLogLine *self)
{
  if (self == NULL)
    return;

  g_free (self->time);
  g_free (self->process);
  g_free (self->level);
  g_free (self->text);
  g_free (self);
}

static gboolean
holds (const char *text,
       const char *folded_filter)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);

  return strstr (folded, folded_filter) != NULL;
}

/* Returns whether process or text hold @folded_filter, which went through g_utf8_casefold (); "" is in all. */
gboolean
hr_log_line_matches (const HrLogLine *self,
                     const char      *folded_filter)
{
  return *folded_filter == '\0' || holds (self->process, folded_filter) || holds (self->text, folded_filter);
}

/* Delivers the line that is there, without its line feed. */
static void
deliver (HrLogCutter  *self,
         HrLogLineFunc func,
         gpointer      user_data)
{
  g_autoptr (HrLogLine) line = NULL;

  if (self->size > 0 && self->bytes[self->size - 1] == '\n')
    self->size--;
  if (self->size > 0)
    {
      line = hr_log_line_parse (self->bytes, self->size);
      func (line, user_data);
    }
  self->size = 0;
}

/* Takes the next bytes, however they were cut, and delivers each line that they end. */
void
hr_log_cutter_push (HrLogCutter  *self,
                    const guint8 *bytes,
                    gsize         size,
                    HrLogLineFunc func,
                    gpointer      user_data)
{
  for (gsize i = 0; i < size; i++)
    {
      self->last = bytes[i];
      if (bytes[i] == '\0')
        deliver (self, func, user_data);
      else if (self->size < sizeof self->bytes)
        self->bytes[self->size++] = bytes[i];
    }
}

/* Nothing came for a moment. A line that ends with a line feed is whole then: some devices send the NUL only before the next one. */
void
hr_log_cutter_rest (HrLogCutter  *self,
                    HrLogLineFunc func,
                    gpointer      user_data)
{
  if (self->last == '\n')
    deliver (self, func, user_data);
}

/* Returns whether one more line may pass at @now_us. */
gboolean
hr_log_rate_take (HrLogRate *self,
                  gint64     now_us)
{
  if (self->n == 0 || now_us - self->since_us >= G_USEC_PER_SEC)
    {
      self->since_us = now_us;
      self->n = 0;
    }
  if (self->n >= HR_LOG_LINES_PER_SECOND)
    return FALSE;
  self->n++;

  return TRUE;
}
