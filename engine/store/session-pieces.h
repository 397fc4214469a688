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
