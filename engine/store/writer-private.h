/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/writer-lock.h"
#include "engine/store/writer.h"

#include <sqlite3.h>
#include <sys/stat.h>

G_BEGIN_DECLS

/* What time it is, for whoever writes: UTC and the clock that never jumps, both in microseconds. */
typedef struct
{
  gint64 (*utc_us) (gpointer data);
  gint64 (*monotonic_us) (gpointer data);
  gpointer data;
} HrStoreClock;

/* The system's. */
extern const HrStoreClock hr_store_clock;

/* What a writer says again and again; the words stand in writer-statements.c. */
typedef enum
{
  HR_STATEMENT_ADD_RUN,
  HR_STATEMENT_COUNT_COMMIT,
  HR_STATEMENT_END_RUN,
  HR_STATEMENT_ADD_SOURCE,
  HR_STATEMENT_ADD_METRIC,
  HR_STATEMENT_ADD_ALERT,
  HR_STATEMENT_ADD_MARK,
  HR_STATEMENT_ADD_CONTRACT,
  HR_STATEMENT_ADD_RAW,
  HR_STATEMENT_ADD_BATCH,
  HR_STATEMENT_ADD_CHUNK,
  HR_STATEMENT_ADD_TIER,
  HR_STATEMENT_ADD_BLOCK,
  HR_STATEMENT_ADD_HISTOGRAM,
  HR_STATEMENT_FIND_NUMBER,
  HR_STATEMENT_FIND_BATCHES,
  HR_STATEMENT_REMOVE_BATCHES,
  HR_STATEMENT_FIND_UNSETTLED,
  HR_STATEMENT_ADD_RECORDING,
  HR_STATEMENT_SET_RECORDING,
  HR_STATEMENT_REMOVE_RECORDING,
  HR_N_STATEMENTS
} HrStatement;

/* Where a source stands in the file. */
typedef struct
{
  gint64 number;    /* of its next snapshot */
  guint  n_pending; /* snapshots of this run that are in batches */
  gint64 end_ns;    /* of its last snapshot, with the next two */
  gint64 time_us;
  gint64 interval_ns;
} HrWriterSource;

struct _HrWriter
{
  char         *path;
  HrStoreClock  clock;
  HrWriterLock  lock;
  gboolean      alone; /* nobody else knows of the file: it takes no lock */
  struct stat   file;  /* what @db has open */
  sqlite3      *db;    /* NULL: closed, or to be opened again */
  sqlite3_stmt *statements[HR_N_STATEMENTS];

  gint64   run;
  gint64   run_begin_us;
  gint64   n_commits; /* of this run */
  gboolean writing;   /* within a transaction */

  GHashTable *sources; /* gint64 -> HrWriterSource, of what came snapshots from since the file was opened or something was rolled back */
  GHashTable *told;    /* gint64: of sources that were told of since the file was opened */
};

HrWriter *hr_writer_open_with_clock (const char         *path,
                                     gboolean            create_new,
                                     const HrStoreClock *clock,
                                     GError            **error) G_GNUC_WARN_UNUSED_RESULT;
HrWriter *hr_writer_open_alone (const char *path,
                                GError    **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean  hr_writer_reopen (HrWriter *self,
                            gboolean *out_committed,
                            GError  **error);
gboolean  hr_writer_settle (HrWriter *self,
                            gboolean  all,
                            gboolean *out_more,
                            GError  **error);
guint64   hr_writer_get_bytes (HrWriter *self);

/* Between the writer's files. Nothing of it rolls back: what the header promises is done where it is called. */
gboolean hr_writer_begin (HrWriter *self,
                          GError  **error);
gboolean hr_writer_end (HrWriter *self,
                        gboolean  done);

sqlite3_stmt *hr_writer_statement (HrWriter   *self,
                                   HrStatement which,
                                   GError    **error);
gboolean      hr_writer_fail (HrWriter *self,
                              int       result,
                              GError  **error);
gboolean      hr_writer_run (HrWriter     *self,
                             sqlite3_stmt *statement,
                             GError      **error);
gint64        hr_writer_run_for_id (HrWriter     *self,
                                    sqlite3_stmt *statement,
                                    GError      **error);
gboolean      hr_writer_run_sql (HrWriter   *self,
                                 const char *sql,
                                 GError    **error);
void          hr_bind_text (sqlite3_stmt *statement,
                            int           index,
                            const char   *text);
void          hr_bind_bytes (sqlite3_stmt *statement,
                             int           index,
                             GBytes       *bytes);

G_END_DECLS
