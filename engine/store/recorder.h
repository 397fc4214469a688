/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/schema.h"
#include "engine/store/writer.h"

G_BEGIN_DECLS

/* How recording goes. */
typedef enum
{
  HR_RECORDER_OPENING,
  HR_RECORDER_WRITING,
  HR_RECORDER_TROUBLE, /* tried again by itself; the message says what and when */
  HR_RECORDER_CLOSED,
  HR_N_RECORDER_STATES
} HrRecorderState;

typedef struct
{
  HrRecorderState state;
  char           *message;    /* for people; NULL without trouble */
  HrStoreError    error;      /* what kind of trouble it is, if any */
  guint64         n_durable;  /* snapshots that a crash cannot take any more */
  guint64         n_waiting;  /* in the queue */
  guint64         n_lost;     /* that found the queue full */
  gint64          durable_us; /* end of the newest durable snapshot; 0: none */
  guint64         bytes;      /* of the file with its log */
} HrRecorderStatus;

typedef struct
{
  gboolean create_new;  /* refuse a file that is there */
  gint64   max_age_us;  /* 0: keep all */
  guint64  max_bytes;   /* 0: no bound */
  gsize    queue_bytes; /* 0: 64 MiB */
} HrRecorderOptions;

/* Writes what arrives into a session file, in a thread of its own: once a second whatever has come is one transaction, synced before it
 * counts as durable. Never blocks whoever hands things in: a full queue loses the newest, counted.
 *
 * Signal "changed" (main thread): the status. */
#define HR_TYPE_RECORDER (hr_recorder_get_type ())
G_DECLARE_FINAL_TYPE (HrRecorder, hr_recorder, HR, RECORDER, GObject)

HrRecorder *hr_recorder_new (const char              *path,
                             const HrRecorderOptions *options) G_GNUC_WARN_UNUSED_RESULT;

const char             *hr_recorder_get_path (HrRecorder *self);
const HrRecorderStatus *hr_recorder_get_status (HrRecorder *self);
void                    hr_recorder_set_limits (HrRecorder *self,
                                                gint64      max_age_us,
                                                guint64     max_bytes);
void                    hr_recorder_retry (HrRecorder *self);

/* @origin: (nullable): the computer or device that @source came with. */
void hr_recorder_add_snapshot (HrRecorder *self,
                               HrSource   *source,
                               HrSource   *origin,
                               HrSnapshot *snapshot);
void hr_recorder_add_alert (HrRecorder *self,
                            HrAlert    *alert);
void hr_recorder_add_mark (HrRecorder   *self,
                           const HrMark *mark);
void hr_recorder_add_contract (HrRecorder *self,
                               const char *file,
                               const char *text);
/* @window: (transfer full) */
void hr_recorder_add_raw (HrRecorder  *self,
                          HrSource    *source,
                          HrRawWindow *window);
/* Of an alert that was told of; 0: none such. */
guint64 hr_recorder_get_alert_id (HrRecorder *self,
                                  HrAlert    *alert);

/* Names a stretch of what is written: begins now, ends when it is told to. The identity is the file's. */
void     hr_recorder_begin_recording_async (HrRecorder         *self,
                                            const char         *name,
                                            GCancellable       *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer            user_data);
gint64   hr_recorder_begin_recording_finish (HrRecorder   *self,
                                             GAsyncResult *result,
                                             GError      **error);
void     hr_recorder_set_recording_async (HrRecorder         *self,
                                          gint64              id,
                                          const char         *name,
                                          gint64              begin_us,
                                          gint64              end_us,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data);
gboolean hr_recorder_set_recording_finish (HrRecorder   *self,
                                           GAsyncResult *result,
                                           GError      **error);
void     hr_recorder_remove_recording_async (HrRecorder         *self,
                                             gint64              id,
                                             GCancellable       *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer            user_data);
gboolean hr_recorder_remove_recording_finish (HrRecorder   *self,
                                              GAsyncResult *result,
                                              GError      **error);

/* Writes what waits, makes chunks of what stands singly, and leaves one file. */
void     hr_recorder_close_async (HrRecorder         *self,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data);
gboolean hr_recorder_close_finish (HrRecorder   *self,
                                   GAsyncResult *result,
                                   GError      **error);

G_END_DECLS
