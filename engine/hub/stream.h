/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/hub/clock-map.h"
#include "engine/link/message.h"
#include "engine/model/source.h"

G_BEGIN_DECLS

/* What the hub knows of one instance of a source (one run of a program), across the links and agent runs that brought
 * it: how far it has been read, and what it had counted by then, so that a stretch that was missed is made up for exactly
 * once. It turns messages into snapshots of its source's history. */
typedef struct _HrStream HrStream;

HrStream *hr_stream_new (HrSource           *source,
                         const HrStreamName *name) G_GNUC_WARN_UNUSED_RESULT;
void      hr_stream_free (HrStream *self);

HrSource *hr_stream_get_source (HrStream *self);
gboolean  hr_stream_is (HrStream           *self,
                        const HrStreamName *name);
void      hr_stream_get_position (HrStream   *self,
                                  HrPosition *out);
gboolean  hr_stream_is_begun (HrStream *self);
gboolean  hr_stream_is_resumed (HrStream *self);
void      hr_stream_leave (HrStream *self);

void     hr_stream_note_records (HrStream *self,
                                 gboolean  kept);
gboolean hr_stream_keeps_records (HrStream *self);
gboolean hr_stream_kept_records (HrStream *self);
gint64   hr_stream_get_heard (HrStream *self);
gboolean hr_stream_find_metric (HrStream *self,
                                guint     number,
                                guint    *out_metric);

void hr_stream_hello (HrStream           *self,
                      const HrStreamName *name,
                      const HrMetricInfo *metrics,
                      guint               n_metrics);

HrSnapshot *hr_stream_snapshot (HrStream         *self,
                                const HrSnapshot *snapshot,
                                const HrClockMap *clock,
                                gint64            now_ns,
                                gint64            now_us) G_GNUC_WARN_UNUSED_RESULT;
HrSnapshot *hr_stream_totals (HrStream         *self,
                              const HrSnapshot *totals,
                              guint             n_left,
                              const HrClockMap *clock,
                              gint64            now_ns,
                              gint64            now_us) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrStream, hr_stream_free)

G_END_DECLS
