/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/session-private.h"

G_BEGIN_DECLS

/* The snapshots of one chunk or batch, in the order in which they came; samples name metrics by their places among their source's. */
typedef struct
{
  HrPiece    piece;
  GPtrArray *snapshots;
  guint      next; /* that is handed out next */
  guint      end;
} HrPieceReader;

/* What a walk does with a chunk, or with a batch. FALSE, with @error set, ends it. */
typedef gboolean (*HrChunkFunc) (gint64   id,
                                 HrRange  span,
                                 gpointer user_data,
                                 GError **error);
typedef gboolean (*HrBatchFunc) (const HrPiece *piece,
                                 gpointer       user_data,
                                 GError       **error);

gboolean hr_session_walk_chunks (HrSession  *self,
                                 gint64      source,
                                 HrRange     range,
                                 HrChunkFunc func,
                                 gpointer    user_data,
                                 GError    **error);
gboolean hr_session_walk_batches (HrSession  *self,
                                  gint64      source,
                                  HrRange     range,
                                  HrBatchFunc func,
                                  gpointer    user_data,
                                  GError    **error);

/* @out->n is 0 when there is none. */
gboolean hr_session_find_piece (HrSession *self,
                                gint64     source,
                                gint64     number,
                                HrPiece   *out,
                                GError   **error);
gboolean hr_session_find_end (HrSession *self,
                              gint64     source,
                              gint64    *out_number,
                              GError   **error);
GArray  *hr_session_read_metrics (HrSession *self,
                                  gint64     source,
                                  GError   **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean hr_session_find_number (GArray *metrics,
                                 gint64  id,
                                 guint  *out);

gboolean    hr_piece_reader_open (HrPieceReader *self,
                                  HrSession     *session,
                                  const HrPiece *piece,
                                  GArray        *metrics,
                                  gboolean       salvage,
                                  GError       **error);
void        hr_piece_reader_close (HrPieceReader *self);
HrSnapshot *hr_piece_reader_next (HrPieceReader *self,
                                  HrRange        range);

G_END_DECLS
