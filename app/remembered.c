/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/remembered.h"

#define TITLES "titles"
#define DEVICES "devices"

/* More phones than anybody has: the first ones make room. */
#define MAX_DEVICES 64

char *
hr_remembered_key (HrSource *source)
{
  if (hr_source_get_role (source) == HR_SOURCE_DEVICE)
    return g_strdup (hr_source_get_address (source));

  return g_strdup_printf ("%s %s", hr_source_get_address (source), hr_source_get_name (source));
}

/* Writes the titles anew, @key with @title, or without it where that is NULL. */
static void
set_title (GSettings  *settings,
           const char *key,
           const char *title)
{
  g_autoptr (GVariant) titles = g_settings_get_value (settings, TITLES);
  GVariantBuilder  builder;
  GVariantIter     entries;
  const char      *known, *value;
  g_autofree char *before = NULL;

  g_variant_lookup (titles, key, "s", &before);
  if (g_strcmp0 (before, title) == 0)
    return;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  g_variant_iter_init (&entries, titles);
  while (g_variant_iter_next (&entries, "{&s&s}", &known, &value))
    if (!g_str_equal (known, key))
      g_variant_builder_add (&builder, "{ss}", known, value);
  if (title != NULL)
    g_variant_builder_add (&builder, "{ss}", key, title);
  g_settings_set_value (settings, TITLES, g_variant_builder_end (&builder));
}

/* Writes the devices anew without @address, and with it as the last one where it is to be @kept. */
static void
set_device (GSettings  *settings,
            const char *address,
            gboolean    kept)
{
  g_auto (GStrv) devices = g_settings_get_strv (settings, DEVICES);
  g_autoptr (GPtrArray) next = g_ptr_array_new ();

  if (g_strv_contains ((const char *const *) devices, address) == kept)
    return;

  for (guint i = 0; devices[i] != NULL; i++)
    if (!g_str_equal (devices[i], address))
      g_ptr_array_add (next, devices[i]);
  if (kept)
    g_ptr_array_add (next, (gpointer) address);
  if (next->len > MAX_DEVICES)
    g_ptr_array_remove_index (next, 0);
  g_ptr_array_add (next, NULL);
  g_settings_set_strv (settings, DEVICES, (const char *const *) next->pdata);
}

/* Gives @source the title that its user once chose, and remembers it if it is a device. */
void
hr_remembered_restore (GSettings *settings,
                       HrSource  *source)
{
  g_autoptr (GVariant) titles = g_settings_get_value (settings, TITLES);
  g_autofree char *key = hr_remembered_key (source);
  g_autofree char *title = NULL;

  if (g_variant_lookup (titles, key, "s", &title))
    hr_source_set_title (source, title);
  if (hr_source_get_role (source) == HR_SOURCE_DEVICE)
    set_device (settings, hr_source_get_address (source), TRUE);
}

/* Calls @source @title from now on; by its own name again where that is NULL or empty. */
void
hr_remembered_rename (GSettings  *settings,
                      HrSource   *source,
                      const char *title)
{
  g_autofree char *key = hr_remembered_key (source);

  if (title != NULL && (*title == '\0' || g_str_equal (title, hr_source_get_name (source))))
    title = NULL;
  hr_source_set_title (source, title);
  set_title (settings, key, title);
}

/* Remembers @source no more. */
void
hr_remembered_forget (GSettings *settings,
                      HrSource  *source)
{
  g_autofree char *key = hr_remembered_key (source);

  set_title (settings, key, NULL);
  if (hr_source_get_role (source) == HR_SOURCE_DEVICE)
    set_device (settings, hr_source_get_address (source), FALSE);
}

/* Returns whether a device was ever attached, and not forgotten since. */
gboolean
hr_remembered_has_devices (GSettings *settings)
{
  g_auto (GStrv) devices = g_settings_get_strv (settings, DEVICES);

  return devices[0] != NULL;
}
