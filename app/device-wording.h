/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/source.h"

G_BEGIN_DECLS

/* How the window words devices, and what links to them are like. */

const char *hr_word_device_state (HrDeviceState state);
const char *hr_device_css_class (HrDeviceState state);
/* What stands in the way: a heading and what to do about it; NULL where nothing does. */
const char *hr_word_obstacle (HrDeviceState state);
char       *hr_word_obstacle_advice (const HrDevice *device) G_GNUC_WARN_UNUSED_RESULT;

char *hr_word_product (const HrDevice *device) G_GNUC_WARN_UNUSED_RESULT;
char *hr_word_system (const HrDevice *device) G_GNUC_WARN_UNUSED_RESULT;
char *hr_word_battery_note (const HrDevice *device) G_GNUC_WARN_UNUSED_RESULT;

/* Why a device's figures come from its programs alone; NULL where they need not. */
const char *hr_word_no_figures (const HrDevice *device);

/* "0.9 ms", "–" for a time that is negative because nobody knows it. */
char *hr_word_link_time (gint64 ns) G_GNUC_WARN_UNUSED_RESULT;

/* The symbolic icon of what kind of source it is. */
const char *hr_source_icon (HrSource *source);

G_END_DECLS
