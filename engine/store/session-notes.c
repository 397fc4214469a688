/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a session says beside its samples: alerts, marks, raw records. */

#include "engine/store/session-pieces.h"

#include "engine/store/raw.h"
#include "engine/store/words.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* What is read of one table in one call; the newest beyond it stay unread. */
#define MAX_NOTES 100000

/* Makes a note of a row; NULL when it is damaged. */
typedef gpointer (*NoteFunc) (HrSession    *self,
                              sqlite3_stmt *row);

static double
column_number (sqlite3_stmt *row,
               int           column)
{
  return sqlite3_column_type (row, column) == SQLITE_NULL ? (double) NAN : sqlite3_column_double (row, column);
}

static void
alert_note_free (gpointer data)
{
  hr_alert_note_clear (data);
  g_free (data);
}

static void
mark_free (gpointer data)
{
  hr_mark_clear (data);
  g_free (data);
}

static gboolean
column_word (sqlite3_stmt *row,
             int           column,
             HrWords       words,
             guint        *out)
{
  return hr_store_find_word (words, (const char *) sqlite3_column_text (row, column), out);
}

static gpointer
read_alert (HrSession    *self,
            sqlite3_stmt *row)
{
  HrAlertNote *note;
  guint        type, severity, unit;

  if (!column_word (row, 1, HR_WORDS_ALERT_TYPE, &type) || !column_word (row, 2, HR_WORDS_SEVERITY, &severity) ||
      !column_word (row, 3, HR_WORDS_UNIT, &unit))
    return NULL;

  note = g_new0 (HrAlertNote, 1);
  *note = (HrAlertNote){
    .id = (guint64) sqlite3_column_int64 (row, 0),
    .type = (HrAlertType) type,
    .severity = (HrSeverity) severity,
    .unit = (HrUnit) unit,
    .source = hr_session_column_text (row, 4),
    .budget = hr_session_column_text (row, 5),
    .title = hr_session_column_text (row, 6),
    .limit = column_number (row, 7),
    .worst = column_number (row, 8),
    .raised_us = sqlite3_column_int64 (row, 9),
    .cleared_us = sqlite3_column_int64 (row, 10),
  };
  if (note->source != NULL && note->budget != NULL && note->title != NULL)
    return note;
  alert_note_free (note);

  return NULL;
}

static gpointer
read_mark (HrSession    *self,
           sqlite3_stmt *row)
{
  HrMark *mark;
  guint   kind;

  if (!column_word (row, 1, HR_WORDS_MARK, &kind))
    return NULL;

  mark = g_new0 (HrMark, 1);
  *mark = (HrMark){
    .kind = (HrMarkKind) kind,
    .time_us = sqlite3_column_int64 (row, 2),
    .source = hr_session_column_text (row, 3),
    .text = hr_session_column_text (row, 4),
    .n = (guint64) sqlite3_column_int64 (row, 5),
    .value = column_number (row, 6),
  };
  if (mark->text != NULL)
    return mark;
  mark_free (mark);

  return NULL;
}

/* Gathers what @func makes of the rows that @query finds for @parameters. */
static GPtrArray *
read_notes (HrSession     *self,
            HrQuery        query,
            const gint64  *parameters,
            int            n_parameters,
            const char    *table,
            NoteFunc       func,
            GDestroyNotify free_note,
            GError       **error)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (free_note);
  sqlite3_stmt *row;
  int           result = SQLITE_ERROR;

  if (!hr_session_begin (self, error))
    return NULL;

  row = hr_session_query (self, query, error);
  for (int i = 0; row != NULL && i < n_parameters; i++)
    sqlite3_bind_int64 (row, i + 1, parameters[i]);
  while (row != NULL && notes->len < MAX_NOTES && (result = sqlite3_step (row)) == SQLITE_ROW)
    {
      gpointer note = func (self, row);

      if (note != NULL)
        g_ptr_array_add (notes, note);
      else
        hr_session_add_damaged (self, table, 0, sqlite3_column_int64 (row, 0));
    }
  if (row != NULL && result != SQLITE_DONE && result != SQLITE_ROW)
    hr_session_fail (self, result, error);
  hr_session_end (self);

  return row != NULL && (result == SQLITE_DONE || result == SQLITE_ROW) ? g_steal_pointer (&notes) : NULL;
}

static HrRange
open_ended (HrRange range)
{
  return range.begin_us == 0 && range.end_us == 0 ? (HrRange){ G_MININT64, G_MAXINT64 } : range;
}

/* Returns the alerts that stood at any time in @range (0, 0: all), in the order in which they were raised, at most 100 000. Their ids are the
 * file's, which raw windows name them by.
 * Returns: (transfer full) (nullable) (element-type HrAlertNote): NULL with @error set */
GPtrArray *
hr_session_read_alerts (HrSession *self,
                        HrRange    range,
                        GError   **error)
{
  HrRange bounds = open_ended (range);

  return read_notes (self, HR_QUERY_ALERTS, (gint64[]){ bounds.begin_us, bounds.end_us }, 2, "alert", read_alert, alert_note_free, error);
}

/* Returns the marks within @range (0, 0: all), in order of time, at most 100 000.
 * Returns: (transfer full) (nullable) (element-type HrMark): NULL with @error set */
GPtrArray *
hr_session_read_marks (HrSession *self,
                       HrRange    range,
                       GError   **error)
{
  HrRange bounds = open_ended (range);

  return read_notes (self, HR_QUERY_MARKS, (gint64[]){ bounds.begin_us, bounds.end_us }, 2, "mark", read_mark, mark_free, error);
}

/* Turns the places in @ids that @window's records name metrics by into the numbers of these in the source's history. */
static gboolean
number_metrics (HrRawWindow *window,
                GArray      *ids,
                GArray      *metrics)
{
  g_autofree guint32 *numbers = g_new0 (guint32, ids->len);

  for (guint i = 0; i < ids->len; i++)
    {
      guint number;

      if (!hr_session_find_number (metrics, g_array_index (ids, gint64, i), &number))
        return FALSE;
      numbers[i] = number;
    }
  for (guint i = 0; i < window->n; i++)
    window->metrics[i] = numbers[window->metrics[i]];

  return TRUE;
}

/* Reads a row of HR_QUERY_RAW. Returns: (transfer full) (nullable): NULL when it is damaged */
static HrRawWindow *
read_window (sqlite3_stmt *row,
             GArray       *metrics)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GBytes) bytes = hr_session_column_bytes (row, 6);
  HrRawWindow *window = g_new0 (HrRawWindow, 1);

  *window = (HrRawWindow){
    .alert = (guint64) sqlite3_column_int64 (row, 1),
    .begin_us = sqlite3_column_int64 (row, 2),
    .end_us = sqlite3_column_int64 (row, 3),
    .n_lost = (guint64) sqlite3_column_int64 (row, 5),
  };
  if (hr_raw_read (bytes, window, ids, NULL) && number_metrics (window, ids, metrics))
    return window;
  hr_raw_window_free (window);

  return NULL;
}

static gboolean
read_windows (HrSession *self,
              gint64     source,
              HrRange    range,
              GPtrArray *windows,
              GError   **error)
{
  g_autoptr (GArray) metrics = hr_session_read_metrics (self, source, error);
  sqlite3_stmt *row = metrics != NULL ? hr_session_query (self, HR_QUERY_RAW, error) : NULL;
  guint64       n_records = 0;
  int           result;

  if (row == NULL)
    return FALSE;

  sqlite3_bind_int64 (row, 1, source);
  sqlite3_bind_int64 (row, 2, range.begin_us);
  sqlite3_bind_int64 (row, 3, range.end_us);
  while ((result = sqlite3_step (row)) == SQLITE_ROW && windows->len < MAX_NOTES)
    {
      HrRawWindow *window = read_window (row, metrics);

      if (window == NULL)
        {
          hr_session_add_damaged (self, "raw", 0, sqlite3_column_int64 (row, 0));
          continue;
        }
      window->source = g_strdup (hr_session_get_source_name (self, source));
      g_ptr_array_add (windows, window);
      n_records += window->n;
      if (n_records > HR_RAW_MAX)
        {
          g_set_error_literal (error, HR_STORE_ERROR, HR_STORE_ERROR_LIMIT, _ ("There are too many records in that stretch to be read at once"));
          return FALSE;
        }
    }

  return result == SQLITE_ROW || result == SQLITE_DONE || hr_session_fail (self, result, error);
}

/* Returns the stretches of @source's records that reach into @range (0, 0: all), by their beginning. Their metrics are numbered as those of
 * the source, see hr_session_get_metric (), and those that came since the last refresh behind these. Damaged ones are left out, and counted; more than
 * HR_RAW_MAX records are refused, HR_STORE_ERROR_LIMIT.
 * Returns: (transfer full) (nullable) (element-type HrRawWindow): NULL with @error set */
GPtrArray *
hr_session_read_raw (HrSession *self,
                     gint64     source,
                     HrRange    range,
                     GError   **error)
{
  g_autoptr (GPtrArray) windows = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_raw_window_free);
  gboolean ok;

  if (!hr_session_begin (self, error))
    return NULL;

  ok = read_windows (self, source, open_ended (range), windows, error);
  hr_session_end (self);

  return ok ? g_steal_pointer (&windows) : NULL;
}
