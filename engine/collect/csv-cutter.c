/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which delimiter a table has shows in its first row, so that is kept until it is whole; from then on every byte is looked at once. */

#include "engine/collect/csv-cutter.h"

#include "engine/collect/csv-intake.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef enum
{
  STATE_CELL,   /* at the beginning of one */
  STATE_PLAIN,  /* in one */
  STATE_QUOTED, /* in one, between quotes */
  STATE_QUOTE,  /* behind a quote in there */
} State;

/* @row: told of every row that is not empty; its cells are there until it returns. FALSE with @error set ends all of it. */
void
hr_csv_cutter_init (HrCsvCutter *self,
                    gboolean (*row) (gpointer user_data,
                                     GError **error),
                    gpointer user_data)
{
  *self = (HrCsvCutter){ .row = row, .user_data = user_data, .line = 1, .first_line = 1 };
  self->head = g_byte_array_new ();
  self->text = g_string_new (NULL);
  self->cells = g_array_new (FALSE, FALSE, sizeof (gsize));
}

/* Frees what @self holds. */
void
hr_csv_cutter_clear (HrCsvCutter *self)
{
  g_clear_pointer (&self->head, g_byte_array_unref);
  g_string_free (self->text, TRUE);
  g_array_unref (self->cells);
}

/* Returns: (transfer none): the text of a cell of the row that is told of */
char *
hr_csv_cutter_get_cell (HrCsvCutter *self,
                        guint        column)
{
  return self->text->str + g_array_index (self->cells, gsize, column);
}

/* Ends a cell. Returns FALSE with @error where there are too many. */
static gboolean
end_cell (HrCsvCutter *self,
          GError     **error)
{
  g_string_append_c (self->text, '\0');
  self->state = STATE_CELL;
  if (self->cells->len > HR_CSV_MAX_COLUMNS)
    {
      g_set_error (error, HR_CSV_ERROR, HR_CSV_ERROR_LIMIT, _ ("Line %" G_GUINT64_FORMAT " has more than %d cells"), self->first_line, HR_CSV_MAX_COLUMNS);
      return FALSE;
    }

  return TRUE;
}

static gboolean
end_row (HrCsvCutter *self,
         GError     **error)
{
  gboolean empty = self->cells->len == 0 || (self->cells->len == 1 && *hr_csv_cutter_get_cell (self, 0) == '\0');
  gboolean done = empty || self->row (self->user_data, error);

  g_string_truncate (self->text, 0);
  g_array_set_size (self->cells, 0);
  self->first_line = self->line;

  return done;
}

static void
begin_cell (HrCsvCutter *self)
{
  g_array_append_val (self->cells, self->text->len);
}

/* Takes one byte of a table whose delimiter is known. */
static gboolean
take_byte (HrCsvCutter *self,
           char         c,
           GError     **error)
{
  gboolean quoted = self->state == STATE_QUOTED;

  /* A line feed behind a carriage return ends nothing more. */
  if (self->after_cr && c == '\n')
    {
      self->after_cr = FALSE;
      return TRUE;
    }
  self->after_cr = c == '\r' && !quoted;
  self->line += c == '\n' || self->after_cr ? 1 : 0;

  if (self->state == STATE_CELL)
    begin_cell (self);
  if (self->state == STATE_CELL && c == '"')
    self->state = STATE_QUOTED;
  else if (quoted && c == '"')
    self->state = STATE_QUOTE;
  else if (self->state == STATE_QUOTE && c == '"')
    {
      g_string_append_c (self->text, '"');
      self->state = STATE_QUOTED;
    }
  else if (!quoted && c == self->delimiter)
    return end_cell (self, error);
  else if (!quoted && (c == '\n' || c == '\r'))
    return end_cell (self, error) && end_row (self, error);
  else
    {
      g_string_append_c (self->text, c);
      self->state = quoted ? STATE_QUOTED : STATE_PLAIN;
    }

  return TRUE;
}

static gboolean
take_bytes (HrCsvCutter *self,
            const char  *data,
            gsize        size,
            GError     **error)
{
  for (gsize i = 0; i < size && !self->stopped; i++)
    {
      if (data[i] == '\0')
        {
          g_set_error (error, HR_CSV_ERROR, HR_CSV_ERROR_ENCODING, _ ("Line %" G_GUINT64_FORMAT " is no text in UTF-8"), self->line);
          return FALSE;
        }
      if (!take_byte (self, data[i], error))
        return FALSE;
      if (self->text->len > HR_CSV_MAX_LINE)
        {
          g_set_error (error, HR_CSV_ERROR, HR_CSV_ERROR_LIMIT, _ ("Line %" G_GUINT64_FORMAT " is longer than %d bytes"), self->first_line, HR_CSV_MAX_LINE);
          return FALSE;
        }
    }

  return TRUE;
}

/* Returns what parts the cells of the row of names that @data begins with: what there is most of outside quotes. */
static char
find_delimiter (const char *data,
                gsize       size)
{
  static const char candidates[] = { '\t', ';', ',' };
  gsize             counts[G_N_ELEMENTS (candidates)] = { 0 };
  guint             best = G_N_ELEMENTS (candidates) - 1;
  gboolean          quoted = FALSE;
  gsize             first = 0;

  while (first < size && (data[first] == '\n' || data[first] == '\r'))
    first++;
  for (gsize i = first; i < size && (quoted || strchr ("\r\n", data[i]) == NULL); i++)
    {
      quoted = quoted != (data[i] == '"');
      for (guint k = 0; !quoted && k < G_N_ELEMENTS (candidates); k++)
        counts[k] += data[i] == candidates[k] ? 1 : 0;
    }
  for (guint k = 0; k < G_N_ELEMENTS (candidates); k++)
    best = counts[k] > counts[best] ? k : best;

  return candidates[best];
}

/* Whether the row of names is whole, by the bytes that are new. */
static gboolean
has_row (HrCsvCutter *self)
{
  for (; self->scanned < self->head->len; self->scanned++)
    {
      guint8 c = self->head->data[self->scanned];

      self->scan_quoted = self->scan_quoted != (c == '"');
      if (self->scan_text && !self->scan_quoted && (c == '\n' || c == '\r'))
        return TRUE;
      self->scan_text = self->scan_text || (c != '\n' && c != '\r');
    }

  return FALSE;
}

/* Finds out how the table is written, and takes in what came so far. */
static gboolean
take_head (HrCsvCutter *self,
           GError     **error)
{
  static const char mark[] = "\xef\xbb\xbf";
  g_autoptr (GByteArray) head = g_steal_pointer (&self->head);
  const char *data = (const char *) head->data;
  gsize       size = head->len, skipped = size >= 3 && memcmp (data, mark, 3) == 0 ? 3 : 0;

  self->delimiter = find_delimiter (data + skipped, size - skipped);

  return take_bytes (self, data + skipped, size - skipped, error);
}

/* Cuts the next bytes. Returns FALSE with HR_CSV_ERROR, or what @row said. */
gboolean
hr_csv_cutter_push (HrCsvCutter *self,
                    const char  *data,
                    gsize        size,
                    GError     **error)
{
  if (self->head == NULL)
    return take_bytes (self, data, size, error);

  g_byte_array_append (self->head, (const guint8 *) data, (guint) size);
  if (self->head->len <= HR_CSV_MAX_LINE && !has_row (self))
    return TRUE;

  return take_head (self, error);
}

/* Cuts the last row, where no line ends it. Returns FALSE with HR_CSV_ERROR, or what @row said. */
gboolean
hr_csv_cutter_finish (HrCsvCutter *self,
                      GError     **error)
{
  if (self->head != NULL && !take_head (self, error))
    return FALSE;
  if (self->stopped)
    return TRUE;
  if (self->state == STATE_QUOTED)
    {
      g_set_error (error, HR_CSV_ERROR, HR_CSV_ERROR_ROWS, _ ("Line %" G_GUINT64_FORMAT ": a quote is never closed"), self->first_line);
      return FALSE;
    }

  return (self->cells->len == 0 && self->text->len == 0) || take_byte (self, '\n', error);
}
