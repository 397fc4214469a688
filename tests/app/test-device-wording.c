/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/device-wording.h"

#include "app/wording.h"

/* Each state has its own words, and whatever stands in the way says what to do. */
static void
test_states (void)
{
  g_autoptr (GHashTable) words = g_hash_table_new (g_str_hash, g_str_equal);

  for (int i = 0; i < HR_N_DEVICE_STATES; i++)
    {
      g_autoptr (HrDevice) device = hr_device_new ("0011");
      g_autofree char *advice = NULL;

      device->state = (HrDeviceState) i;
      advice = hr_word_obstacle_advice (device);
      g_assert_true (g_hash_table_add (words, (gpointer) hr_word_device_state (device->state)));
      g_assert_true ((hr_word_obstacle (device->state) != NULL) == (advice != NULL));
    }
  g_assert_null (hr_word_obstacle (HR_DEVICE_READY));
  g_assert_null (hr_word_obstacle (HR_DEVICE_ASKING));
}

static void
test_own_advice_comes_first (void)
{
  g_autoptr (HrDevice) device = hr_device_new ("0011");
  g_autofree char *advice = NULL;

  device->state = HR_DEVICE_LOCKED;
  device->advice = g_strdup ("Enter the passcode of Anna's iPhone");
  advice = hr_word_obstacle_advice (device);
  g_assert_cmpstr (advice, ==, "Enter the passcode of Anna's iPhone");
}

static void
test_identity (void)
{
  g_autoptr (HrDevice) device = hr_device_new ("0011");
  g_autofree char *unknown = hr_word_system (device);
  g_autofree char *phone = NULL;
  g_autofree char *tablet = NULL;

  g_assert_cmpstr (unknown, ==, HR_NO_VALUE);
  device->product_type = g_strdup ("iPhone14,5");
  device->product_version = g_strdup ("16.7.2");
  phone = hr_word_system (device);
  g_assert_cmpstr (phone, ==, "iOS 16.7.2");

  g_free (device->product_type);
  device->product_type = g_strdup ("iPad13,1");
  device->build_version = g_strdup ("20H115");
  tablet = hr_word_system (device);
  g_assert_cmpstr (tablet, ==, "iPadOS 16.7.2 (20H115)");
}

static void
assert_battery_note (const HrDevice *device,
                     const char     *expected)
{
  g_autofree char *note = hr_word_battery_note (device);

  g_assert_cmpstr (note, ==, expected);
}

/* A battery that nobody told of is no empty one: it says why. */
static void
test_battery (void)
{
  g_autoptr (HrDevice) device = hr_device_new ("0011");

  device->state = HR_DEVICE_NOT_PAIRED;
  assert_battery_note (device, "Known once the device trusts this computer");
  device->state = HR_DEVICE_READY;
  assert_battery_note (device, "Not told yet");
  device->battery_refused = g_strdup ("The service is not there");
  assert_battery_note (device, "The service is not there");

  device->battery = 0.5;
  assert_battery_note (device, NULL);
  device->charging = 1;
  assert_battery_note (device, "charging");
  device->charging = 0;
  assert_battery_note (device, "on battery");
}

/* Only systems that hide their figures say so. */
static void
test_figures (void)
{
  static const struct
  {
    const char *version;
    gboolean    hides;
  } versions[] = { { NULL, FALSE }, { "12.5.7", FALSE }, { "16.7.2", FALSE }, { "17.0", TRUE }, { "26.1", TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autoptr (HrDevice) device = hr_device_new ("0011");

      device->product_version = g_strdup (versions[i].version);
      g_assert_true ((hr_word_no_figures (device) != NULL) == versions[i].hides);
    }
}

static void
test_link_time (void)
{
  g_autofree char *none = hr_word_link_time (-1);
  g_autofree char *some = hr_word_link_time (900000);

  g_assert_cmpstr (none, ==, HR_NO_VALUE);
  g_assert_cmpstr (some, ==, "900 us");
}

static void
test_icons (void)
{
  g_autoptr (HrSource) here = hr_source_new (HR_SOURCE_COMPUTER, "atlas");
  g_autoptr (HrSource) there = hr_source_new (HR_SOURCE_COMPUTER, "box");
  g_autoptr (HrSource) phone = hr_source_new (HR_SOURCE_DEVICE, "iPhone");

  hr_source_set_place (there, HR_GROUP_NETWORK, "tcp:box:7777");
  g_assert_cmpstr (hr_source_icon (here), ==, "computer-symbolic");
  g_assert_cmpstr (hr_source_icon (there), ==, "network-server-symbolic");
  g_assert_cmpstr (hr_source_icon (phone), ==, "phone-symbolic");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/device-wording/states", test_states);
  g_test_add_func ("/device-wording/own-advice-comes-first", test_own_advice_comes_first);
  g_test_add_func ("/device-wording/identity", test_identity);
  g_test_add_func ("/device-wording/battery", test_battery);
  g_test_add_func ("/device-wording/figures", test_figures);
  g_test_add_func ("/device-wording/link-time", test_link_time);
  g_test_add_func ("/device-wording/icons", test_icons);

  return g_test_run ();
}
