/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/json-text.h"

#include "engine/report/number.h"
#include "engine/report/utc.h"

#include <math.h>

static void
append_quoted (GString    *out,
               const char *text)
{
  g_autofree char *valid = g_utf8_validate (text, -1, NULL) ? NULL : g_utf8_make_valid (text, -1);

  g_string_append_c (out, '"');
  for (const char *at = valid != NULL ? valid : text; *at != '\0'; at++)
    if (*at == '"' || *at == '\\')
      g_string_append_printf (out, "\\%c", *at);
    else if ((guchar) *at < ' ' || *at == 0x7f)
      g_string_append_printf (out, "\\u%04x", (guint) *at);
    else
      g_string_append_c (out, *at);
  g_string_append_c (out, '"');
}

static void
begin_line (HrJsonText *self)
{
  if (self->in_lines)
    g_string_append_printf (self->out, "\n%*s", (int) (2 * self->depth), "");
}

/* What stands before a value. */
static void
begin (HrJsonText *self,
       const char *name)
{
  if (self->comma)
    g_string_append_c (self->out, ',');
  if (self->depth > 0)
    begin_line (self);
  if (name != NULL)
    {
      append_quoted (self->out, name);
      g_string_append (self->out, self->in_lines ? ": " : ":");
    }
  self->comma = TRUE;
}

/* Begins what stands alone: an object that says by which schema it is to be read.
 * @schema: "headroom.check" and the like; @version: of that schema: it rises when a field changes its meaning or goes, not when one comes along */
void
hr_json_open_document (HrJsonText *self,
                       const char *schema,
                       guint       version)
{
  hr_json_open (self, NULL, '{');
  hr_json_text (self, "schema", schema);
  hr_json_count (self, "schema_version", version);
}

/* Ends the object and its last line, so that another one may follow. */
void
hr_json_close_document (HrJsonText *self)
{
  hr_json_close (self, '}');
  g_string_append_c (self->out, '\n');
  self->comma = FALSE;
}

/* Begins an object or array. @name: (nullable); @bracket: { or [ */
void
hr_json_open (HrJsonText *self,
              const char *name,
              char        bracket)
{
  begin (self, name);
  g_string_append_c (self->out, bracket);
  self->comma = FALSE;
  self->depth++;
}

/* Ends what hr_json_open () began. @bracket: } or ] */
void
hr_json_close (HrJsonText *self,
               char        bracket)
{
  self->depth--;
  /* Where nothing stands in it, its brackets stay together. */
  if (self->comma)
    begin_line (self);
  g_string_append_c (self->out, bracket);
  self->comma = TRUE;
}

/* @text: (nullable): null. What is no UTF-8 in it is replaced. */
void
hr_json_text (HrJsonText *self,
              const char *name,
              const char *text)
{
  begin (self, name);
  if (text != NULL)
    append_quoted (self->out, text);
  else
    g_string_append (self->out, "null");
}

/* @value to its last digit; null for what is no finite number. */
void
hr_json_number (HrJsonText *self,
                const char *name,
                double      value)
{
  begin (self, name);
  if (isfinite (value))
    hr_number_append (self->out, value);
  else
    g_string_append (self->out, "null");
}

/* A whole number. */
void
hr_json_integer (HrJsonText *self,
                 const char *name,
                 gint64      value)
{
  begin (self, name);
  g_string_append_printf (self->out, "%" G_GINT64_FORMAT, value);
}

/* A whole number that is never below 0. */
void
hr_json_count (HrJsonText *self,
               const char *name,
               guint64     value)
{
  begin (self, name);
  g_string_append_printf (self->out, "%" G_GUINT64_FORMAT, value);
}

/* true or false. */
void
hr_json_flag (HrJsonText *self,
              const char *name,
              gboolean    value)
{
  begin (self, name);
  g_string_append (self->out, value ? "true" : "false");
}

/* "2026-03-01T12:00:00.250000Z"; null for 0, which is no time. */
void
hr_json_time (HrJsonText *self,
              const char *name,
              gint64      time_us)
{
  begin (self, name);
  if (time_us > 0)
    {
      g_string_append_c (self->out, '"');
      hr_utc_append_exact (self->out, time_us);
      g_string_append_c (self->out, '"');
    }
  else
    g_string_append (self->out, "null");
}
