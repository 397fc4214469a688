/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The rows that a writer adds: what there is besides snapshots. */

#include "engine/store/writer-private.h"

#include "engine/store/raw.h"
#include "engine/store/words.h"

static gint64
insert_source (HrWriter           *self,
               const HrSourceNote *note,
               GError            **error)
{
  sqlite3_stmt *statement = hr_writer_statement (self, HR_STATEMENT_ADD_SOURCE, error);

  if (statement == NULL)
    return 0;

  hr_bind_text (statement, 1, note->name);
  hr_bind_text (statement, 2, note->title);
  hr_bind_text (statement, 3, note->detail);
  hr_bind_text (statement, 4, note->address);
  hr_bind_text (statement, 5, note->origin);
  hr_bind_text (statement, 6, hr_store_word (HR_WORDS_ROLE, note->role));
  hr_bind_text (statement, 7, hr_store_word (HR_WORDS_GROUP, note->group));

  return hr_writer_run_for_id (self, statement, error);
}

/* Says what a source is; one of that name that is there becomes what @note says. Returns the file's number of it; 0 with @error set. */
gint64
hr_writer_add_source (HrWriter           *self,
                      const HrSourceNote *note,
                      GError            **error)
{
  gint64 id = hr_writer_begin (self, error) ? insert_source (self, note, error) : 0;

  if (hr_writer_end (self, id != 0))
    g_hash_table_add (self->told, g_memdup2 (&id, sizeof id));

  return id;
}

static gint64
insert_metric (HrWriter           *self,
               gint64              source,
               const HrMetricInfo *metric,
               GError            **error)
{
  sqlite3_stmt *statement = hr_writer_statement (self, HR_STATEMENT_ADD_METRIC, error);

  if (statement == NULL)
    return 0;

  sqlite3_bind_int64 (statement, 1, source);
  hr_bind_text (statement, 2, metric->name);
  hr_bind_text (statement, 3, hr_store_word (HR_WORDS_KIND, metric->kind));
  hr_bind_text (statement, 4, hr_store_word (HR_WORDS_UNIT, metric->unit));
  hr_bind_text (statement, 5, hr_store_word (HR_WORDS_DIRECTION, metric->direction));

  return hr_writer_run_for_id (self, statement, error);
}

/* Says that @source has @metric. Returns the file's number of it; 0 with @error set. */
gint64
hr_writer_add_metric (HrWriter           *self,
                      gint64              source,
                      const HrMetricInfo *metric,
                      GError            **error)
{
  gint64 id = hr_writer_begin (self, error) ? insert_metric (self, source, metric, error) : 0;

  hr_writer_end (self, id != 0);

  return id;
}

static gboolean
insert_alert (HrWriter          *self,
              const HrAlertNote *alert,
              GError           **error)
{
  sqlite3_stmt *statement = hr_writer_statement (self, HR_STATEMENT_ADD_ALERT, error);

  if (statement == NULL)
    return FALSE;

  sqlite3_bind_int64 (statement, 1, self->run);
  sqlite3_bind_int64 (statement, 2, (gint64) alert->id);
  hr_bind_text (statement, 3, alert->source);
  hr_bind_text (statement, 4, alert->budget);
  hr_bind_text (statement, 5, alert->title);
  hr_bind_text (statement, 6, hr_store_word (HR_WORDS_ALERT_TYPE, alert->type));
  hr_bind_text (statement, 7, hr_store_word (HR_WORDS_SEVERITY, alert->severity));
  hr_bind_text (statement, 8, hr_store_word (HR_WORDS_UNIT, alert->unit));
  sqlite3_bind_double (statement, 9, alert->limit);
  sqlite3_bind_double (statement, 10, alert->worst);
  sqlite3_bind_int64 (statement, 11, alert->raised_us);
  if (alert->cleared_us != 0)
    sqlite3_bind_int64 (statement, 12, alert->cleared_us);

  return hr_writer_run (self, statement, error);
}

/* Adds @alert, or has it take the place of what was told of its id before. */
gboolean
hr_writer_add_alert (HrWriter          *self,
                     const HrAlertNote *alert,
                     GError           **error)
{
  return hr_writer_end (self, hr_writer_begin (self, error) && insert_alert (self, alert, error));
}

static gboolean
insert_mark (HrWriter     *self,
             const HrMark *mark,
             GError      **error)
{
  sqlite3_stmt *statement = hr_writer_statement (self, HR_STATEMENT_ADD_MARK, error);

  if (statement == NULL)
    return FALSE;

  sqlite3_bind_int64 (statement, 1, mark->time_us);
  hr_bind_text (statement, 2, hr_store_word (HR_WORDS_MARK, mark->kind));
  hr_bind_text (statement, 3, mark->source);
  hr_bind_text (statement, 4, mark->text != NULL ? mark->text : "");
  sqlite3_bind_int64 (statement, 5, (gint64) mark->n);
  sqlite3_bind_double (statement, 6, mark->value); /* NaN is NULL in SQLite */

  return hr_writer_run (self, statement, error);
}

/* Adds @mark. */
gboolean
hr_writer_add_mark (HrWriter     *self,
                    const HrMark *mark,
                    GError      **error)
{
  return hr_writer_end (self, hr_writer_begin (self, error) && insert_mark (self, mark, error));
}

static gboolean
insert_contract (HrWriter   *self,
                 gint64      from_us,
                 const char *file,
                 const char *text,
                 GError    **error)
{
  sqlite3_stmt *statement = hr_writer_statement (self, HR_STATEMENT_ADD_CONTRACT, error);

  if (statement == NULL)
    return FALSE;

  sqlite3_bind_int64 (statement, 1, from_us);
  hr_bind_text (statement, 2, file);
  hr_bind_text (statement, 3, text);

  return hr_writer_run (self, statement, error);
}

/* Says that sources are judged by the contract @text, called @file in messages, from @from_us on. */
gboolean
hr_writer_add_contract (HrWriter   *self,
                        gint64      from_us,
                        const char *file,
                        const char *text,
                        GError    **error)
{
  return hr_writer_end (self, hr_writer_begin (self, error) && insert_contract (self, from_us, file, text, error));
}

static gboolean
insert_raw (HrWriter          *self,
            gint64             source,
            const HrRawWindow *window,
            const gint64      *metric_ids,
            GError           **error)
{
  sqlite3_stmt *statement = hr_writer_statement (self, HR_STATEMENT_ADD_RAW, error);
  g_autoptr (GBytes) bytes = NULL;

  if (statement == NULL)
    return FALSE;

  bytes = hr_raw_write (window, metric_ids);
  sqlite3_bind_int64 (statement, 1, source);
  sqlite3_bind_int64 (statement, 2, self->run);
  sqlite3_bind_int64 (statement, 3, (gint64) window->alert);
  sqlite3_bind_int64 (statement, 4, window->begin_us);
  sqlite3_bind_int64 (statement, 5, window->end_us);
  sqlite3_bind_int64 (statement, 6, window->n);
  sqlite3_bind_int64 (statement, 7, (gint64) window->n_lost);
  hr_bind_bytes (statement, 8, bytes);

  return hr_writer_run (self, statement, error);
}

/* Adds records of @source. @metric_ids: the file's number of each metric of the source's history */
gboolean
hr_writer_add_raw (HrWriter          *self,
                   gint64             source,
                   const HrRawWindow *window,
                   const gint64      *metric_ids,
                   GError           **error)
{
  return hr_writer_end (self, hr_writer_begin (self, error) && insert_raw (self, source, window, metric_ids, error));
}

static gint64
put_recording (HrWriter   *self,
               gint64      id,
               const char *name,
               gint64      begin_us,
               gint64      end_us,
               GError    **error)
{
  sqlite3_stmt *statement = hr_writer_statement (self, id == 0 ? HR_STATEMENT_ADD_RECORDING : HR_STATEMENT_SET_RECORDING, error);

  if (statement == NULL)
    return 0;

  if (id != 0)
    sqlite3_bind_int64 (statement, 1, id);
  hr_bind_text (statement, 2, name);
  sqlite3_bind_int64 (statement, 3, begin_us);
  if (end_us != 0)
    sqlite3_bind_int64 (statement, 4, end_us);

  return hr_writer_run_for_id (self, statement, error);
}

/* Gives the stretch from @begin_us to @end_us (0: goes on) the name @name. @id: 0 for a new recording
 * Returns the file's number of it; 0 with @error, HR_STORE_ERROR_NOT_FOUND when there is none of that number */
gint64
hr_writer_set_recording (HrWriter   *self,
                         gint64      id,
                         const char *name,
                         gint64      begin_us,
                         gint64      end_us,
                         GError    **error)
{
  gint64 put = hr_writer_begin (self, error) ? put_recording (self, id, name, begin_us, end_us, error) : 0;

  hr_writer_end (self, put != 0);

  return put;
}

static gboolean
delete_recording (HrWriter *self,
                  gint64    id,
                  GError  **error)
{
  sqlite3_stmt *statement = hr_writer_statement (self, HR_STATEMENT_REMOVE_RECORDING, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, id);

  return hr_writer_run_for_id (self, statement, error) != 0;
}

/* Takes the name away; what was measured goes with its age. HR_STORE_ERROR_NOT_FOUND when there is no such recording. */
gboolean
hr_writer_remove_recording (HrWriter *self,
                            gint64    id,
                            GError  **error)
{
  return hr_writer_end (self, hr_writer_begin (self, error) && delete_recording (self, id, error));
}
