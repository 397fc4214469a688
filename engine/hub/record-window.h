/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/record-page.h"
#include "engine/hub/clock-map.h"
#include "engine/hub/stream.h"

G_BEGIN_DECLS

/* Records a window holds; what comes beyond them is counted as lost. */
#define HR_RECORD_WINDOW_MAX (1 << 20)
#define HR_RECORD_WINDOW_OPEN (G_GINT64_CONSTANT (1) << 61)

/* The records of one source in a stretch of our monotonic time, as they are fetched: how far each of its instances was asked, so that fetching
 * again goes on from there. Counted, not thread safe. */
typedef struct _HrRecordWindow HrRecordWindow;

/* What a window came to: column arrays of @n, ascending by time. Plain memory, each to be given to g_free (). */
typedef struct
{
  gint64   begin_us; /* UTC; between the two every record stands here or is counted as lost */
  gint64   end_us;
  gint64   error_ns; /* of the times, either way */
  guint64  n_lost;
  guint    n;
  gint64  *times_us;
  guint32 *metrics; /* numbers in the source's history */
  double  *values;  /* in the metric's unit, an item */
  guint64 *items;
} HrRecordColumns;

HrRecordWindow *hr_record_window_new (HrSource *source,
                                      gint64    begin_ns,
                                      gint64    end_ns) G_GNUC_WARN_UNUSED_RESULT;
HrRecordWindow *hr_record_window_new_after (HrRecordWindow *before) G_GNUC_WARN_UNUSED_RESULT;
HrRecordWindow *hr_record_window_ref (HrRecordWindow *self);
void            hr_record_window_unref (HrRecordWindow *self);

HrSource *hr_record_window_get_source (HrRecordWindow *self);
gint64    hr_record_window_get_begin (HrRecordWindow *self);
gint64    hr_record_window_get_until (HrRecordWindow *self);

/* For whoever fetches. */
HrRecordQuery hr_record_window_get_query (HrRecordWindow   *self,
                                          const guint8     *uuid,
                                          const HrClockMap *clock);
void          hr_record_window_take (HrRecordWindow     *self,
                                     HrStream           *stream,
                                     const HrRecordPage *page,
                                     const HrClockMap   *clock);

gboolean hr_record_window_finish (HrRecordWindow  *self,
                                  gint64           now_ns,
                                  gint64           now_us,
                                  HrRecordColumns *out);
void     hr_record_columns_clear (HrRecordColumns *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrRecordColumns, hr_record_columns_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrRecordWindow, hr_record_window_unref)

G_END_DECLS
