/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The lines of a contract file. UTF-8, at most HR_CONTRACT_MAX_BYTES; lines end with LF or CR LF:
 *
 *     # comment                  from the first character that is no blank
 *     [group name]               no brackets inside
 *     key=value                  blanks around "=" and at both ends do not count
 *
 * Nothing else, and no control character but tab. A byte order mark in front is skipped. */

#include "engine/budget/contract-scanner.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define BLANKS " \t\r"

/* Sets @error to "FILE:LINE: " and the formatted message. Returns FALSE, so that callers can return it. */
gboolean
hr_contract_fail (GError        **error,
                  HrContractError code,
                  HrContractPlace place,
                  const char     *format,
                  ...)
{
  g_autofree char *message = NULL;
  va_list          arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, HR_CONTRACT_ERROR, (int) code, "%s:%u: %s", place.file, place.line, message);

  return FALSE;
}

/* The line that byte @offset of @data stands in, from 1. */
static guint
line_at (const char *data,
         gsize       offset)
{
  guint line = 1;

  for (gsize i = 0; i < offset; i++)
    if (data[i] == '\n')
      line++;

  return line;
}

/* Refuses bytes that have no place in any line, so that names and values can be shown as they are. */
static gboolean
check_bytes (const char *data,
             gsize       size,
             const char *file,
             GError    **error)
{
  HrContractPlace place = { file, 1 };
  const char     *invalid;

  if (size > HR_CONTRACT_MAX_BYTES)
    return hr_contract_fail (error, HR_CONTRACT_ERROR_LIMIT, place, "the file is larger than %d KiB", HR_CONTRACT_MAX_BYTES / 1024);

  for (gsize i = 0; i < size; i++)
    if (g_ascii_iscntrl (data[i]) && (data[i] == '\0' || strchr ("\t\r\n", data[i]) == NULL))
      {
        place.line = line_at (data, i);
        return hr_contract_fail (error, HR_CONTRACT_ERROR_SYNTAX, place, "a control character (0x%02x)", (guint) data[i]);
      }

  if (!g_utf8_validate_len (data, size, &invalid))
    {
      place.line = line_at (data, (gsize) (invalid - data));
      return hr_contract_fail (error, HR_CONTRACT_ERROR_SYNTAX, place, "not UTF-8");
    }

  return TRUE;
}

/* Starts reading @size bytes at @data, which are copied.
 * @file: (transfer none): named in messages; outlives @self
 * Fails with HR_CONTRACT_ERROR_LIMIT or _SYNTAX and leaves @self alone when the bytes as a whole are no contract. */
gboolean
hr_contract_scanner_init (HrContractScanner *self,
                          const char        *data,
                          gsize              size,
                          const char        *file,
                          GError           **error)
{
  if (!check_bytes (data, size, file, error))
    return FALSE;

  self->text = g_strndup (data, size);
  self->next = self->text;
  self->file = file;
  self->line = 0;
  if (g_str_has_prefix (self->text, BYTE_ORDER_MARK))
    self->next += strlen (BYTE_ORDER_MARK);

  return TRUE;
}

/* Frees what @self owns; what it handed out is gone with it. */
void
hr_contract_scanner_clear (HrContractScanner *self)
{
  g_clear_pointer (&self->text, g_free);
  self->next = NULL;
}

/* Cuts the blanks off both ends of @text, in place. */
static char *
trim (char *text)
{
  char *end;

  text += strspn (text, BLANKS);
  end = text + strlen (text);
  while (end > text && strchr (BLANKS, end[-1]) != NULL)
    end--;
  *end = '\0';

  return text;
}

/* Takes the next line off the text; NULL after the last. */
static char *
take_line (HrContractScanner *self)
{
  char *line = self->next;
  char *end;

  if (*line == '\0')
    return NULL;

  end = strchr (line, '\n');
  self->next = end != NULL ? end + 1 : line + strlen (line);
  if (end != NULL)
    *end = '\0';
  self->line++;

  return trim (line);
}

/* "[name]": @text begins with its bracket. */
static gboolean
scan_group (char           *text,
            HrContractLine *out,
            GError        **error)
{
  gsize length = strlen (text);
  char *name;

  if (length < 2 || text[length - 1] != ']')
    return hr_contract_fail (error, HR_CONTRACT_ERROR_SYNTAX, out->place, "a group reads “[name]”");

  text[length - 1] = '\0';
  name = trim (text + 1);
  if (*name == '\0' || strpbrk (name, "[]") != NULL)
    return hr_contract_fail (error, HR_CONTRACT_ERROR_SYNTAX, out->place, "a group needs a name without brackets");

  out->kind = HR_CONTRACT_LINE_GROUP;
  out->name = name;

  return TRUE;
}

/* "key=value". */
static gboolean
scan_key (char           *text,
          HrContractLine *out,
          GError        **error)
{
  char *equals = strchr (text, '=');

  if (equals == NULL || equals == text)
    return hr_contract_fail (error, HR_CONTRACT_ERROR_SYNTAX, out->place, "neither “[group]” nor “key=value”");

  *equals = '\0';
  out->kind = HR_CONTRACT_LINE_KEY;
  out->name = trim (text);
  out->value = trim (equals + 1);

  return TRUE;
}

/* Writes the next line that is neither empty nor a comment to @out; HR_CONTRACT_LINE_END when there is none.
 * Fails with HR_CONTRACT_ERROR_SYNTAX and leaves @out alone. */
gboolean
hr_contract_scanner_next (HrContractScanner *self,
                          HrContractLine    *out,
                          GError           **error)
{
  HrContractLine line = { HR_CONTRACT_LINE_END, { self->file, 1 }, NULL, NULL };
  char          *text;

  do
    text = take_line (self);
  while (text != NULL && (*text == '\0' || *text == '#'));

  line.place.line = MAX (self->line, 1);
  if (text != NULL && !(*text == '[' ? scan_group : scan_key) (text, &line, error))
    return FALSE;

  *out = line;

  return TRUE;
}
