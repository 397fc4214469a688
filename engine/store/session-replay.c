/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Snapshots of several sources in order of time. Of each source one chunk or batch is in memory, so a replay of days needs no more than one of
 * minutes; and it holds no transaction while it hands out, so that whoever writes can tidy up meanwhile. */

#include "engine/store/session-pieces.h"

#include <glib/gi18n-lib.h>

/* Snapshots from one look at the progress to the next. */
#define PROGRESS_EVERY 1024

/* One source. */
typedef struct
{
  const HrSessionSource *source;
  GArray                *metrics; /* HrSessionMetric, as they were at the beginning */
  HrHistory             *history; /* of @run; NULL before the first */
  gint64                 run;
  gint64                 next; /* number of the next snapshot to be read */
  gint64                 end;  /* number behind the last, as it was at the beginning */
  gboolean               is_open;
  HrPieceReader          reader;
  HrSnapshot            *snapshot; /* of @reader, that comes next; NULL: done */
} Lane;

typedef struct
{
  HrSession            *session;
  HrRange               range;
  const HrReplayEvents *events;
  gpointer              user_data;
  GArray               *lanes;
  HrRange               extent; /* of what there is, within @range */
  guint64               n_done;
} Replay;

static void
lane_clear (gpointer data)
{
  Lane *self = data;

  if (self->is_open)
    hr_piece_reader_close (&self->reader);
  g_clear_pointer (&self->history, hr_history_free);
  g_clear_pointer (&self->metrics, g_array_unref);
}

/* A run is another boot, maybe: its monotonic times go with no other's. */
static void
begin_run (Lane  *self,
           gint64 run)
{
  if (self->history != NULL && self->run == run)
    return;

  hr_history_free (self->history);
  self->history = hr_history_new ();
  self->run = run;
  for (guint i = 0; i < self->metrics->len; i++)
    hr_history_add_metric (self->history, &g_array_index (self->metrics, HrSessionMetric, i).info);
}

/* Opens the next chunk or batch that has to do with the range; there may be none. */
static gboolean
open_next (Lane    *self,
           Replay  *replay,
           GError **error)
{
  HrPiece piece;

  while (!self->is_open && self->next < self->end)
    {
      if (!hr_session_find_piece (replay->session, self->source->id, self->next, &piece, error))
        return FALSE;
      if (piece.n == 0 || piece.number >= self->end)
        {
          self->next = self->end;
          return TRUE;
        }

      if (piece.end_us > replay->range.begin_us && piece.begin_us <= replay->range.end_us)
        {
          if (!hr_piece_reader_open (&self->reader, replay->session, &piece, self->metrics, FALSE, error))
            return FALSE;
          self->is_open = TRUE;
          self->reader.next = (guint) MAX (0, self->next - piece.number);
          self->reader.end = (guint) MIN (piece.n, self->end - piece.number);
          begin_run (self, piece.run);
        }
      self->next = piece.number + piece.n;
    }

  return TRUE;
}

/* Takes the next snapshot of the lane, if there is one. */
static gboolean
advance (Lane    *self,
         Replay  *replay,
         GError **error)
{
  gboolean ok = TRUE;

  self->snapshot = NULL;
  while (ok && self->snapshot == NULL)
    {
      if (self->is_open)
        {
          self->snapshot = hr_piece_reader_next (&self->reader, replay->range);
          if (self->snapshot != NULL)
            break;
          hr_piece_reader_close (&self->reader);
          self->is_open = FALSE;
        }
      if (self->next >= self->end)
        break;
      ok = hr_session_begin (replay->session, error);
      if (ok)
        {
          ok = open_next (self, replay, error);
          hr_session_end (replay->session);
        }
    }

  return ok;
}

/* Takes down what is there of the sources to be replayed, all as of one moment. */
static gboolean
open_lanes (Replay  *self,
            gint64   source,
            GError **error)
{
  gboolean ok = hr_session_begin (self->session, error);

  if (!ok)
    return FALSE;

  for (guint i = 0; ok && i < hr_session_get_n_sources (self->session); i++)
    {
      Lane lane = { .source = hr_session_get_source (self->session, i) };

      if (source != 0 && lane.source->id != source)
        continue;

      lane.metrics = hr_session_read_metrics (self->session, lane.source->id, error);
      ok = lane.metrics != NULL && hr_session_find_end (self->session, lane.source->id, &lane.end, error);
      g_array_append_val (self->lanes, lane);
    }
  hr_session_end (self->session);

  return ok;
}

/* Returns: (transfer none) (nullable): the lane whose snapshot is the oldest; NULL when all are done. */
static Lane *
find_oldest (Replay *self)
{
  Lane *oldest = NULL;

  for (guint i = 0; i < self->lanes->len; i++)
    {
      Lane *lane = &g_array_index (self->lanes, Lane, i);

      if (lane->snapshot != NULL && (oldest == NULL || lane->snapshot->time_us < oldest->snapshot->time_us))
        oldest = lane;
    }

  return oldest;
}

static gboolean
tell_progress (Replay  *self,
               gint64   time_us,
               GError **error)
{
  double length = (double) (self->extent.end_us - self->extent.begin_us);
  double share = length > 0 ? CLAMP ((double) (time_us - self->extent.begin_us) / length, 0.0, 1.0) : 1.0;

  if (self->events->progress == NULL || self->events->progress (share, self->user_data))
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Given up"));

  return FALSE;
}

/* Hands out all snapshots. */
static gboolean
run (Replay  *self,
     GError **error)
{
  Lane *lane;

  for (guint i = 0; i < self->lanes->len; i++)
    if (!advance (&g_array_index (self->lanes, Lane, i), self, error))
      return FALSE;

  while ((lane = find_oldest (self)) != NULL)
    {
      if (self->n_done++ % PROGRESS_EVERY == 0 && !tell_progress (self, lane->snapshot->time_us, error))
        return FALSE;

      hr_history_append (lane->history, lane->snapshot);
      if (!self->events->snapshot (lane->source, lane->history, lane->snapshot, self->user_data))
        return TRUE;
      if (!advance (lane, self, error))
        return FALSE;
    }

  return tell_progress (self, self->extent.end_us, error);
}

/* The stretch that @range has in common with what there is. */
static HrRange
find_extent (Replay *self)
{
  HrRange extent = { G_MAXINT64, G_MININT64 };

  for (guint i = 0; i < self->lanes->len; i++)
    {
      const HrSessionSource *source = g_array_index (self->lanes, Lane, i).source;

      if (source->n_snapshots == 0)
        continue;
      extent.begin_us = MIN (extent.begin_us, source->begin_us);
      extent.end_us = MAX (extent.end_us, source->end_us);
    }
  extent.begin_us = CLAMP (extent.begin_us, self->range.begin_us, self->range.end_us);
  extent.end_us = CLAMP (extent.end_us, extent.begin_us, self->range.end_us);

  return extent;
}

/* Hands out the snapshots that ended within @range (0, 0: all), after its beginning, of source @source (0: of all that there were at the last refresh), in
 * order of time, as they came: each in a history of its source, which begins anew with each run of the writer. What is written
 * meanwhile is not in it, and the session is not to be refreshed meanwhile. Damage is an error, HR_STORE_ERROR_CORRUPTED; so is giving up by
 * @events->progress, G_IO_ERROR_CANCELLED, but not stopping by @events->snapshot. */
gboolean
hr_session_replay (HrSession            *self,
                   gint64                source,
                   HrRange               range,
                   const HrReplayEvents *events,
                   gpointer              user_data,
                   GError              **error)
{
  Replay   replay = { .session = self, .range = range, .events = events, .user_data = user_data };
  gboolean ok;

  if (range.begin_us == 0 && range.end_us == 0)
    replay.range = (HrRange){ -HR_SESSION_TIME_MAX - 1, HR_SESSION_TIME_MAX };
  replay.lanes = g_array_new (FALSE, TRUE, sizeof (Lane));
  g_array_set_clear_func (replay.lanes, lane_clear);
  ok = hr_session_resolve (self, source, &replay.range, error) && open_lanes (&replay, source, error);
  replay.extent = find_extent (&replay);
  ok = ok && run (&replay, error);
  g_array_unref (replay.lanes);

  return ok;
}
