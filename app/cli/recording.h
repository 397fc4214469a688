/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/cli/live.h"

G_BEGIN_DECLS

/* A session file that is written while something is measured. */
typedef struct _HrRecording HrRecording;

HrRecording *hr_recording_new (HrLive     *live,
                               const char *path) G_GNUC_WARN_UNUSED_RESULT;
HrExit       hr_recording_finish (HrRecording *self);

G_END_DECLS
