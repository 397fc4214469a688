/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/sample.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define HR_TYPE_SNAPSHOT (hr_snapshot_get_type ())

/* All samples of one source for one interval. Immutable once made; one block of memory, counted, by any thread. */
typedef struct
{
  guint64  sequence; /* 1, 2, 3, … within the stream */
  gint64   end_ns;   /* monotonic; the agent's clock on the wire, this computer's after the hub */
  gint64   interval_ns;
  gint64   time_us;  /* UTC of @end_ns since 1970; 0 before the hub */
  guint64  lost;     /* records overtaken in this interval */
  gboolean catch_up; /* makes up for a stretch that nobody watched, of whatever length */
  guint    n_samples;
  HrSample samples[]; /* ascending by metric */
} HrSnapshot;

GType hr_snapshot_get_type (void);

HrSnapshot *hr_snapshot_new (const HrSnapshot *head,
                             const HrSample   *samples,
                             guint             n_samples) G_GNUC_WARN_UNUSED_RESULT;
HrSnapshot *hr_snapshot_ref (HrSnapshot *self);
void        hr_snapshot_unref (HrSnapshot *self);

const HrSample *hr_snapshot_find (const HrSnapshot *self,
                                  guint             metric);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrSnapshot, hr_snapshot_unref)

G_END_DECLS
