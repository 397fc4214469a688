/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/archive.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* What can be set. Everything takes effect at once. */
#define HR_TYPE_PREFERENCES_WINDOW (hr_preferences_window_get_type ())
G_DECLARE_FINAL_TYPE (HrPreferencesWindow, hr_preferences_window, HR, PREFERENCES_WINDOW, AdwPreferencesWindow)

GtkWindow *hr_preferences_window_new (GtkWindow *parent,
                                      HrArchive *archive,
                                      GSettings *settings) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
