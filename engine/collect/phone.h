/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/feed.h"
#include "engine/model/phone.h"

G_BEGIN_DECLS

/* The intake of a phone that is measured without an agent in it: what it tells becomes samples of feeds.
 *
 * Of the phone: cpu_usage, gpu_usage, gpu_renderer_usage, gpu_tiler_usage, frames_per_second (of the whole screen; how long each frame took
 * nobody says), process_count. Of a watched process, as of those of a computer: process_cpu_usage (share of the whole phone) and
 * memory_usage_mb (its footprint, which is what the system kills by). */
typedef struct _HrPhone HrPhone;

HrPhone *hr_phone_new (HrFeed *feed) G_GNUC_WARN_UNUSED_RESULT;
void     hr_phone_free (HrPhone *self);

void hr_phone_watch (HrPhone    *self,
                     HrFeed     *feed,
                     guint64     pid,
                     const char *name);
void hr_phone_unwatch (HrPhone *self,
                       guint64  pid);

void hr_phone_add (HrPhone             *self,
                   const HrPhoneSample *sample);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrPhone, hr_phone_free)

G_END_DECLS
