/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/reading.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Frame times of the source, or of Headroom's own window (labelled so) where the source brings none. Its own frames
 * are only ever shown here: they never reach the monitor, a verdict or a file. */
#define HR_TYPE_FRAMES_CARD (hr_frames_card_get_type ())
G_DECLARE_FINAL_TYPE (HrFramesCard, hr_frames_card, HR, FRAMES_CARD, GtkBox)

void hr_frames_card_refresh (HrFramesCard    *self,
                             const HrReading *reading);

G_END_DECLS
