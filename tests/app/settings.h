/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/places.h"

/* Fresh settings of the app, in memory alone. */
static inline GSettings *
new_settings (void)
{
  g_autoptr (GError) error = NULL;
  GSettings *settings = hr_places_settings (g_getenv ("HEADROOM_BUILD_DIR"), &error);

  g_assert_no_error (error);
  for (const char *const *key = (const char *const[]){ "titles", "devices", "peers", NULL }; *key != NULL; key++)
    g_settings_reset (settings, *key);

  return settings;
}
