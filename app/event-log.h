/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/history.h"

G_BEGIN_DECLS

/* How many events are kept of each source. */
#define HR_EVENT_LOG_KEPT 50

typedef struct
{
  const char *source; /* interned, as the name */
  const char *name;
  gint64      time_us; /* UTC; end of the last interval that had it */
  guint64     count;
  gboolean    unwatched; /* it happened while nobody watched, at some time before @time_us */
} HrEvent;

/* The last events of every source, whichever is looked at. The same event again within a second adds to the one before. */
typedef struct _HrEventLog HrEventLog;

HrEventLog *hr_event_log_new (void) G_GNUC_WARN_UNUSED_RESULT;
void        hr_event_log_free (HrEventLog *self);

gboolean hr_event_log_add (HrEventLog       *self,
                           const char       *source,
                           HrHistory        *history,
                           const HrSnapshot *snapshot);
guint    hr_event_log_read (HrEventLog *self,
                            const char *source,
                            const char *other,
                            HrEvent    *out,
                            guint       max);

gboolean hr_history_has_events (HrHistory *history);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrEventLog, hr_event_log_free)

G_END_DECLS
