/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/agents/embed/embed.h"

/* A thread that ticks like a display and tells how far its ticks really lie apart, as ui_frame_time_ms. */
typedef struct _HrFrames HrFrames;

HrFrames *hr_frames_start (double   frames_per_second,
                           HrProbe *probe,
                           HrEmbed *embed);
void      hr_frames_stop (HrFrames *self);
