/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/block.h"
#include "engine/store/schema.h"
#include "engine/store/session.h"

G_BEGIN_DECLS

/* The longest text that is read: contracts are the longest there are. */
#define HR_SESSION_TEXT_MAX (1 << 20)

/* No time, interval or number of ours is beyond these, and sums of a few stay far from overflowing. */
#define HR_SESSION_TIME_MAX (G_GINT64_CONSTANT (1) << 60)

/* What is asked of a file. Compiled once, when it is first needed. */
typedef enum
{
  HR_QUERY_BEGIN,
  HR_QUERY_END,
  HR_QUERY_DATA_VERSION,
  HR_QUERY_CHUNKS,      /* source, begin, end -> id, begin, end: from the index alone */
  HR_QUERY_CHUNK,       /* id -> the columns of a piece */
  HR_QUERY_HEADS,       /* id -> heads */
  HR_QUERY_CHUNK_FROM,  /* source, number -> the first chunk that begins there or later */
  HR_QUERY_CHUNK_UNTIL, /* source, number -> the last chunk that begins there or earlier */
  HR_QUERY_BATCHES,     /* source -> id, run, number, n, begin, end */
  HR_QUERY_BATCH,       /* id -> data */
  HR_QUERY_BATCH_FROM,
  HR_QUERY_BATCH_UNTIL,
  HR_QUERY_TOTALS, /* metric, chunk -> count, sum, min, max */
  HR_QUERY_COARSE, /* metric, chunk -> coarse */
  HR_QUERY_FINE,
  HR_QUERY_SAMPLES,
  HR_QUERY_BUCKETS,
  HR_QUERY_SOURCE_OF, /* metric -> source, kind */
  HR_QUERY_METRICS,   /* source -> id, name, kind, unit, direction */
  HR_QUERY_SPAN,      /* source -> begin, end of its chunks and batches */
  HR_QUERY_ALERTS,
  HR_QUERY_MARKS,
  HR_QUERY_RAW,
  HR_N_QUERIES
} HrQuery;

/* A row of chunk or batch without its blob: snapshots of one source that stand together. */
typedef struct
{
  gboolean is_chunk;
  gint64   id;
  gint64   run;
  gint64   number; /* of the first among its source's */
  guint    n;      /* 0: what it says of itself cannot be */
  gint64   begin_us;
  gint64   end_us;
} HrPiece;

/* A chunk's times, as far as they were needed; none descend. */
typedef struct
{
  HrPiece piece;
  gint64 *edges; /* ends of each HR_TIER_FINE snapshots, after the beginning of the first; NULL: not needed yet */
  gint64 *times; /* ends of all snapshots, after the beginning of the first; NULL: not needed yet */
} HrChunkTimes;

/* A batch, read. */
typedef struct
{
  HrPiece    piece;
  GPtrArray *snapshots;  /* HrSnapshot, whose samples name metrics by their place in @metric_ids */
  GArray    *metric_ids; /* gint64 */
} HrBatch;

struct _HrSession
{
  char         *path;
  sqlite3      *db;
  sqlite3_stmt *statements[HR_N_QUERIES];
  gint64        data_version; /* of the tables below */

  GArray *sources;    /* HrSessionSource, by id */
  GArray *metrics;    /* HrSessionMetric, by source and id */
  GArray *recordings; /* HrSessionRecording */
  GArray *runs;       /* HrSessionRun */
  GArray *contracts;  /* HrSessionContract */

  GHashTable *damaged;     /* names of what was left out */
  GHashTable *chunks;      /* id -> HrChunkTimes */
  gsize       chunk_bytes; /* what these take */
  GHashTable *batches;     /* id -> HrBatch */
  gsize       batch_bytes; /* what these take */
};

sqlite3_stmt *hr_session_query (HrSession *self,
                                HrQuery    query,
                                GError   **error);
gboolean      hr_session_fail (HrSession *self,
                               int        result,
                               GError   **error);
gboolean      hr_session_fail_limit (HrSession  *self,
                                     const char *table,
                                     GError    **error);
gboolean      hr_session_fail_damaged (HrSession *self,
                                       GError   **error);
gboolean      hr_session_begin (HrSession *self,
                                GError   **error);
void          hr_session_end (HrSession *self);
void          hr_session_add_damaged (HrSession  *self,
                                      const char *table,
                                      gint64      metric,
                                      gint64      id);
gboolean      hr_session_resolve (HrSession *self,
                                  gint64     source,
                                  HrRange   *range,
                                  GError   **error);
gboolean      hr_session_find_metric (HrSession *self,
                                      gint64     metric,
                                      gint64    *out_source,
                                      HrKind    *out_kind,
                                      GError   **error);

void hr_session_init_tables (HrSession *self);
void hr_session_clear_tables (HrSession *self);
/* Whether @failure is of one row or blob alone, which is then counted and left out; else it is moved to @error. */
gboolean hr_session_leave_out (HrSession  *self,
                               const char *table,
                               gint64      metric,
                               gint64      id,
                               GError     *failure,
                               GError    **error);

/* NULL without @error: there is none. */
GBytes       *hr_session_read_blob (HrSession *self,
                                    HrQuery    query,
                                    gint64     first,
                                    gint64     second,
                                    GError   **error);
gboolean      hr_session_read_heads (HrSession     *self,
                                     const HrPiece *chunk,
                                     HrHeads       *out,
                                     GError       **error);
HrChunkTimes *hr_session_get_chunk (HrSession *self,
                                    gint64     id,
                                    HrRange    span,
                                    GError   **error);
gboolean      hr_session_load_times (HrSession    *self,
                                     HrChunkTimes *chunk,
                                     gboolean      all,
                                     GError      **error);
HrBatch      *hr_session_get_batch (HrSession     *self,
                                    const HrPiece *piece,
                                    GError       **error);
GPtrArray    *hr_session_read_batch (HrSession     *self,
                                     const HrPiece *piece,
                                     GArray        *metric_ids,
                                     GError       **error);
guint         hr_batch_find_metric (const HrBatch *self,
                                    gint64         metric);
void          hr_piece_read (HrPiece      *out,
                             sqlite3_stmt *row,
                             gboolean      is_chunk);

void hr_session_init_caches (HrSession *self);
void hr_session_clear_caches (HrSession *self);

const char *hr_session_get_source_name (HrSession *self,
                                        gint64     id);
gboolean    hr_session_read_metric (sqlite3_stmt    *row,
                                    HrSessionMetric *out);

char   *hr_session_column_text (sqlite3_stmt *statement,
                                int           column);
GBytes *hr_session_column_bytes (sqlite3_stmt *statement,
                                 int           column);

typedef gboolean (*HrRowFunc) (HrSession    *self,
                               sqlite3_stmt *row,
                               gpointer      user_data,
                               GError      **error);
gboolean hr_session_scan (HrSession  *self,
                          const char *table,
                          const char *columns,
                          gboolean    strict,
                          HrRowFunc   func,
                          gpointer    user_data,
                          GError    **error);

G_END_DECLS
