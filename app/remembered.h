/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/source.h"

G_BEGIN_DECLS

/* What settings remember of sources: what their user calls them, and which devices were ever attached. */

/* What a source is known by from one run to the next: a device by its UDID, whatever it is called; anything else by address and name. */
char *hr_remembered_key (HrSource *source) G_GNUC_WARN_UNUSED_RESULT;

void hr_remembered_restore (GSettings *settings,
                            HrSource  *source);
void hr_remembered_rename (GSettings  *settings,
                           HrSource   *source,
                           const char *title);
void hr_remembered_forget (GSettings *settings,
                           HrSource  *source);

gboolean hr_remembered_has_devices (GSettings *settings);

G_END_DECLS
