/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/recorder-queue.h"
#include "engine/store/recorder.h"
#include "engine/store/writer-private.h"

G_BEGIN_DECLS

/* What is to be done besides writing what waits, in the order in which it was asked for. */
typedef enum
{
  HR_ORDER_SET_RECORDING,
  HR_ORDER_REMOVE_RECORDING,
  HR_ORDER_CLOSE
} HrOrderType;

typedef struct
{
  HrOrderType type;
  GTask      *task;
  gint64      id; /* then what came of it */
  char       *name;
  gint64      begin_us;
  gint64      end_us;
  GError     *error;
} HrOrder;

/* What a recorder and its thread share; counted, since the thread may outlive whoever let go of the recorder without closing it. */
typedef struct
{
  gatomicrefcount count;

  /* Never change. */
  char         *path;
  gboolean      create_new;
  HrStoreClock  clock;
  gboolean      manual; /* the clock does not run by itself: who sets it wakes the thread */
  GMainContext *context;
  GWeakRef      recorder; /* who is told */

  GMutex mutex;
  GCond  wake;

  /* Guarded by @mutex. */
  HrQueue          queue;
  GQueue           orders; /* owned HrOrder */
  HrRecorderStatus status; /* n_waiting and n_lost are the queue's */
  gint64           max_age_us;
  guint64          max_bytes;
  gboolean         limits_changed;
  gboolean         retry;
  gboolean         leaving; /* nobody is left who could close it */
  gboolean         telling; /* a source that tells of the status stands in @context */

  /* The thread's. */
  HrWriter *writer;   /* NULL until it was opened once */
  gboolean  broken;   /* the writer has to be opened again */
  GError   *error;    /* why it does not write; NULL: it does */
  guint     n_failed; /* since something was committed */
  gint64    retry_us;
  gint64    due_us;     /* of what waits */
  gint64    expire_us;  /* when to look for what is too old */
  gboolean  unsettled;  /* there may be batches of other runs */
  gboolean  committing; /* @taken was about to be committed when it failed */
  guint     generation; /* how often the file was opened */
  GQueue    taken;      /* owned HrItem: what is being written */
} HrRecorderCore;

HrRecorderCore *hr_recorder_core_new (const char              *path,
                                      const HrRecorderOptions *options,
                                      const HrStoreClock      *clock,
                                      gboolean                 manual) G_GNUC_WARN_UNUSED_RESULT;
HrRecorderCore *hr_recorder_core_ref (HrRecorderCore *self);
void            hr_recorder_core_unref (HrRecorderCore *self);

void     hr_recorder_core_tell (HrRecorderCore *self);
gpointer hr_recorder_run (gpointer data);

/* With a clock that tests set; hr_recorder_wake () lets the thread look at it. */
HrRecorder *hr_recorder_new_with_clock (const char              *path,
                                        const HrRecorderOptions *options,
                                        const HrStoreClock      *clock) G_GNUC_WARN_UNUSED_RESULT;
void        hr_recorder_wake (HrRecorder *self);

G_END_DECLS
