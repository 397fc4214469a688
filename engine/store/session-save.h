/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/session-private.h"
#include "engine/store/writer-private.h"

G_BEGIN_DECLS

/* What a chunk is made of, in the order in which it is copied. */
enum
{
  HR_SAVE_CHUNK,
  HR_SAVE_TIER,
  HR_SAVE_BLOCK,
  HR_SAVE_HISTOGRAM,
  HR_SAVE_N_PARTS
};

/* A stretch on its way into another file. */
typedef struct
{
  HrSession    *session;
  HrRange       range;
  HrRange       extent; /* of what there is within @range */
  gboolean      salvage;
  HrWriter     *writer; /* of no run: those of the stretch are copied */
  HrProgress    progress;
  gpointer      user_data;
  GHashTable   *metrics; /* gint64 source -> GArray of HrSessionMetric */
  sqlite3_stmt *selects[HR_SAVE_N_PARTS];
  sqlite3_stmt *inserts[HR_SAVE_N_PARTS];
  sqlite3_stmt *last_chunk;
  gint64        next_chunk;    /* the id of the next that is copied */
  guint64       n_done;        /* snapshots */
  guint64       n_all;         /* snapshots, about */
  guint         n_uncommitted; /* chunks */
} HrSave;

typedef struct
{
  HrSave  *save;
  gboolean are_chunks;
} HrSavePieces;

gboolean hr_save_bind (HrSave       *self,
                       sqlite3_stmt *row,
                       sqlite3_stmt *insertion,
                       int           first,
                       GError      **error);
gboolean hr_save_insert (HrSave       *self,
                         sqlite3_stmt *insertion,
                         GError      **error);
gboolean hr_save_take_pieces (HrSave  *self,
                              GError **error);
gboolean hr_save_take_tables (HrSave  *self,
                              GError **error);

G_END_DECLS
