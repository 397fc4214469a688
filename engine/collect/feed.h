/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/source.h"
#include "engine/probe/record-keeper.h"

G_BEGIN_DECLS

/* A source in the making, on the agent's side: collectors add what they measured, the agent cuts it into
 * snapshots. Counted, not thread safe. */
typedef struct _HrFeed HrFeed;

#define HR_FEED_NO_METRIC G_MAXUINT

/* What whoever stands behind a feed can be asked to do. Any of them may be NULL. */
typedef struct
{
  void (*set_sampling) (gpointer owner,
                        gboolean sampling);
  void (*set_interval) (gpointer owner,
                        guint    interval_ms);
  void (*request_cleanup) (gpointer owner);
} HrFeedControls;

HrFeed *hr_feed_new (const HrStreamName *name,
                     HrSourceRole        role,
                     const char         *title,
                     gint64              begin_ns) G_GNUC_WARN_UNUSED_RESULT;
HrFeed *hr_feed_ref (HrFeed *self);
void    hr_feed_unref (HrFeed *self);

const HrStreamName *hr_feed_get_name (const HrFeed *self);
HrSourceRole        hr_feed_get_role (const HrFeed *self);
const char         *hr_feed_get_title (const HrFeed *self);
const char         *hr_feed_get_detail (const HrFeed *self);
void                hr_feed_set_detail (HrFeed     *self,
                                        const char *detail);
guint64             hr_feed_get_pid (const HrFeed *self);
guint64             hr_feed_get_start_time (const HrFeed *self);
void                hr_feed_set_process (HrFeed *self,
                                         guint64 pid,
                                         guint64 start_time);
guint               hr_feed_get_generation (const HrFeed *self);

void     hr_feed_set_controls (HrFeed               *self,
                               const HrFeedControls *controls,
                               gpointer              owner);
gboolean hr_feed_get_sampling (const HrFeed *self);
void     hr_feed_set_sampling (HrFeed  *self,
                               gboolean sampling);
void     hr_feed_note_sampling (HrFeed  *self,
                                gboolean sampling);
void     hr_feed_set_interval (HrFeed *self,
                               guint   interval_ms);
void     hr_feed_request_cleanup (HrFeed *self);

void     hr_feed_set_keeper (HrFeed         *self,
                             HrRecordKeeper *keeper);
gboolean hr_feed_keeps_records (const HrFeed *self);
gboolean hr_feed_read_records (const HrFeed        *self,
                               const HrRecordQuery *query,
                               HrRecordPage        *page);

const char *hr_feed_get_ended (const HrFeed *self);
void        hr_feed_end (HrFeed     *self,
                         const char *reason);

guint               hr_feed_get_n_metrics (const HrFeed *self);
const HrMetricInfo *hr_feed_get_metrics (const HrFeed *self);
const HrTotals     *hr_feed_get_totals (const HrFeed *self,
                                        guint         metric);
guint               hr_feed_add_metric (HrFeed             *self,
                                        const HrMetricInfo *metric);

void hr_feed_preload (HrFeed         *self,
                      const HrSample *sample);
void hr_feed_add (HrFeed         *self,
                  const HrSample *sample);
void hr_feed_measure (HrFeed             *self,
                      const HrMetricInfo *metric,
                      double              value);
void hr_feed_add_lost (HrFeed *self,
                       guint64 lost);

guint64     hr_feed_get_sequence (const HrFeed *self);
HrSnapshot *hr_feed_cut (HrFeed *self,
                         gint64  end_ns) G_GNUC_WARN_UNUSED_RESULT;
HrSnapshot *hr_feed_totals (HrFeed *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrFeed, hr_feed_unref)

G_END_DECLS
