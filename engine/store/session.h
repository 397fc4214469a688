/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/stats/bin.h"
#include "engine/stats/histogram.h"
#include "engine/store/writer.h"

G_BEGIN_DECLS

/* A session file that is read: one that is closed, or one that another thread or program is writing. Reading blocks, so it belongs in a
 * thread; one object is for one thread at a time. What others wrote since is seen by the next call. */
typedef struct _HrSession HrSession;

typedef struct
{
  gint64       id;
  HrSourceNote what;
  gint64       begin_us; /* of what is there of it; 0, 0: nothing */
  gint64       end_us;
  guint64      n_snapshots;
  guint        n_metrics;
} HrSessionSource;

typedef struct
{
  gint64       id;
  gint64       source;
  HrMetricInfo info;
} HrSessionMetric;

typedef struct
{
  gint64 id;
  char  *name;
  gint64 begin_us;
  gint64 end_us; /* 0: goes on */
} HrSessionRecording;

/* One opening of the file by a writer. */
typedef struct
{
  gint64 begin_us;
  gint64 end_us; /* 0: still written, or its writer was killed */
  char  *boot;
  char  *version;
  char  *host; /* JSON: name, system, kernel, processor, processors, memory_mb */
} HrSessionRun;

typedef struct
{
  gint64 from_us;
  char  *file;
  char  *text;
} HrSessionContract;

/* A stretch of time; 0, 0: all there is. */
typedef struct
{
  gint64 begin_us;
  gint64 end_us;
} HrRange;

/* How far something is, for people who wait. Return FALSE to have it given up: G_IO_ERROR_CANCELLED. */
typedef gboolean (*HrProgress) (double   share,
                                gpointer user_data);

HrSession *hr_session_open (const char *path,
                            GError    **error) G_GNUC_WARN_UNUSED_RESULT;
void       hr_session_close (HrSession *self);

const char *hr_session_get_path (HrSession *self);

/* Owned by the session until the next refresh. */
gboolean                  hr_session_refresh (HrSession *self,
                                              GError   **error);
guint                     hr_session_get_n_sources (HrSession *self);
const HrSessionSource    *hr_session_get_source (HrSession *self,
                                                 guint      index);
guint                     hr_session_get_n_metrics (HrSession *self,
                                                    gint64     source);
const HrSessionMetric    *hr_session_get_metric (HrSession *self,
                                                 gint64     source,
                                                 guint      index);
guint                     hr_session_get_n_recordings (HrSession *self);
const HrSessionRecording *hr_session_get_recording (HrSession *self,
                                                    guint      index);
guint                     hr_session_get_n_runs (HrSession *self);
const HrSessionRun       *hr_session_get_run (HrSession *self,
                                              guint      index);
guint                     hr_session_get_n_contracts (HrSession *self);
const HrSessionContract  *hr_session_get_contract (HrSession *self,
                                                   guint      index);
HrRange                   hr_session_get_range (HrSession *self);
/* How many blobs were damaged and left out so far. */
guint hr_session_get_n_damaged (HrSession *self);

/* What @metric came to in @range, in at most about 2 * @n_bins bins of even resolution, ascending; between two that do not touch nothing was measured.
 * From @range shorter than that there is each sample itself. */
GArray  *hr_session_read_bins (HrSession *self,
                               gint64     metric,
                               HrRange    range,
                               guint      n_bins,
                               GError   **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean hr_session_read_histogram (HrSession   *self,
                                    gint64       metric,
                                    HrRange      range,
                                    HrHistogram *out,
                                    GError     **error);

/* GPtrArray of HrAlertNote, GPtrArray of HrMark, GPtrArray of HrRawWindow, by time. */
GPtrArray *hr_session_read_alerts (HrSession *self,
                                   HrRange    range,
                                   GError   **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *hr_session_read_marks (HrSession *self,
                                  HrRange    range,
                                  GError   **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *hr_session_read_raw (HrSession *self,
                                gint64     source,
                                HrRange    range,
                                GError   **error) G_GNUC_WARN_UNUSED_RESULT;

/* Snapshots as they came, of all sources or one (@source 0: all), in order of time. */
typedef struct
{
  /* @history has the source's metrics, numbered as @snapshot's are, and already holds @snapshot. Return FALSE to stop. */
  gboolean (*snapshot) (const HrSessionSource *source,
                        HrHistory             *history,
                        HrSnapshot            *snapshot,
                        gpointer               user_data);
  HrProgress progress; /* or NULL */
} HrReplayEvents;

gboolean hr_session_replay (HrSession            *self,
                            gint64                source,
                            HrRange               range,
                            const HrReplayEvents *events,
                            gpointer              user_data,
                            GError              **error);

/* Writes a stretch of it into a new session file; with @salvage what is damaged is left out, counted, rather than refused. */
gboolean hr_session_save (HrSession  *self,
                          HrRange     range,
                          const char *path,
                          gboolean    salvage,
                          HrProgress  progress,
                          gpointer    user_data,
                          GError    **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrSession, hr_session_close)

G_END_DECLS
