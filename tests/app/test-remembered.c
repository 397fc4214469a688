/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/remembered.h"

#include "settings.h"

static HrSource *
new_source (HrSourceRole role,
            const char  *name,
            const char  *address)
{
  HrSource *source = hr_source_new (role, name);

  hr_source_set_place (source, role == HR_SOURCE_DEVICE ? HR_GROUP_USB : HR_GROUP_NETWORK, address);

  return source;
}

/* A device keeps its title whatever it calls itself; another source only while address and name are the same. */
static void
test_titles_survive (void)
{
  g_autoptr (GSettings) settings = new_settings ();
  g_autoptr (HrSource) phone = new_source (HR_SOURCE_DEVICE, "iPhone", "usb:0011");
  g_autoptr (HrSource) later = new_source (HR_SOURCE_DEVICE, "Anna's iPhone", "usb:0011");
  g_autoptr (HrSource) ranker = new_source (HR_SOURCE_PROCESS, "ranker", "tcp:box:7777");
  g_autoptr (HrSource) same = new_source (HR_SOURCE_PROCESS, "ranker", "tcp:box:7777");
  g_autoptr (HrSource) elsewhere = new_source (HR_SOURCE_PROCESS, "ranker", "tcp:other:7777");

  hr_remembered_rename (settings, phone, "Test phone");
  hr_remembered_rename (settings, ranker, "The ranker");
  g_assert_cmpstr (hr_source_get_title (phone), ==, "Test phone");

  hr_remembered_restore (settings, later);
  hr_remembered_restore (settings, same);
  hr_remembered_restore (settings, elsewhere);
  g_assert_cmpstr (hr_source_get_title (later), ==, "Test phone");
  g_assert_cmpstr (hr_source_get_title (same), ==, "The ranker");
  g_assert_cmpstr (hr_source_get_title (elsewhere), ==, "ranker");
}

/* Its own name, or nothing, is no title. */
static void
test_title_is_taken_back (void)
{
  const char *const none[] = { "", "ranker", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autoptr (GSettings) settings = new_settings ();
      g_autoptr (GVariant) titles = NULL;
      g_autoptr (HrSource) ranker = new_source (HR_SOURCE_PROCESS, "ranker", "tcp:box:7777");

      hr_remembered_rename (settings, ranker, "The ranker");
      hr_remembered_rename (settings, ranker, none[i]);
      titles = g_settings_get_value (settings, "titles");
      g_assert_cmpstr (hr_source_get_title (ranker), ==, "ranker");
      g_assert_cmpuint (g_variant_n_children (titles), ==, 0);
    }
}

static void
test_devices (void)
{
  g_autoptr (GSettings) settings = new_settings ();
  g_autoptr (HrSource) phone = new_source (HR_SOURCE_DEVICE, "iPhone", "usb:0011");
  g_autoptr (HrSource) box = new_source (HR_SOURCE_COMPUTER, "box", "tcp:box:7777");

  hr_remembered_restore (settings, box);
  g_assert_false (hr_remembered_has_devices (settings));
  hr_remembered_restore (settings, phone);
  g_assert_true (hr_remembered_has_devices (settings));

  hr_remembered_rename (settings, phone, "Test phone");
  hr_remembered_forget (settings, phone);
  g_assert_false (hr_remembered_has_devices (settings));
  hr_source_set_title (phone, NULL);
  hr_remembered_restore (settings, phone);
  g_assert_cmpstr (hr_source_get_title (phone), ==, "iPhone");
}

/* However many there were. */
static void
test_devices_are_bounded (void)
{
  g_autoptr (GSettings) settings = new_settings ();
  g_auto (GStrv) devices = NULL;

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *address = g_strdup_printf ("usb:%04u", i);
      g_autoptr (HrSource) phone = new_source (HR_SOURCE_DEVICE, "iPhone", address);

      hr_remembered_restore (settings, phone);
    }
  devices = g_settings_get_strv (settings, "devices");
  g_assert_cmpuint (g_strv_length (devices), ==, 64);
  g_assert_cmpstr (devices[63], ==, "usb:0099");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/remembered/titles-survive", test_titles_survive);
  g_test_add_func ("/remembered/title-is-taken-back", test_title_is_taken_back);
  g_test_add_func ("/remembered/devices", test_devices);
  g_test_add_func ("/remembered/devices-are-bounded", test_devices_are_bounded);

  return g_test_run ();
}
