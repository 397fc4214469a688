/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What the desktop knows of an app that goes on without a window: the portal is asked whether it may, and tells its user what it does. Its signal "refused"
 * comes when it may not, and the system may then end the app at any time. Where there is no portal nobody is asked. */

#define HR_TYPE_BACKGROUND (hr_background_get_type ())
G_DECLARE_FINAL_TYPE (HrBackground, hr_background, HR, BACKGROUND, GObject)

HrBackground *hr_background_new (GDBusConnection *bus) G_GNUC_WARN_UNUSED_RESULT;

void hr_background_enter (HrBackground *self,
                          const char   *reason,
                          const char   *status);
void hr_background_leave (HrBackground *self);

G_END_DECLS
