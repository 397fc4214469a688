/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/lockdown-session.h"
#include "engine/link/lockdown.h"
#include "tests/engine/link/emulator.h"
#include "tests/engine/link/wait.h"

#include <math.h>
#include <string.h>

static const char *iphone;

typedef void (*Question) (const char         *udid,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data);

static HrDevice *
ask_once (Question    question,
          const char *udid)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  HrDevice *device;

  question (udid, NULL, result_cb, &result);
  wait_until (result != NULL);
  device = (question == hr_lockdown_pair_async ? hr_lockdown_pair_finish : hr_lockdown_ask_finish) (result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (device->udid, ==, udid);

  return device;
}

/* A phone that is there answers in the end, however busy the computer is. */
static HrDevice *
ask_until_reached (Question    question,
                   const char *udid)
{
  HrDevice *device = ask_once (question, udid);

  while (device->state == HR_DEVICE_UNREACHABLE)
    {
      hr_device_free (device);
      device = ask_once (question, udid);
    }

  return device;
}

static HrDevice *
ask (void)
{
  return ask_until_reached (hr_lockdown_ask_async, EMULATED_UDID);
}

static HrDevice *
ask_to_pair (void)
{
  return ask_until_reached (hr_lockdown_pair_async, EMULATED_UDID);
}

static void
phone_init (Emulator     *self,
            gconstpointer data)
{
  emulator_start (self, iphone, NULL, NULL);
}

static void
phone_clear (Emulator     *self,
             gconstpointer data)
{
  emulator_stop (self);
}

static void
assert_ready (const HrDevice *device)
{
  g_assert_cmpint (device->state, ==, HR_DEVICE_READY);
  g_assert_null (device->advice);
  g_assert_cmpstr (device->name, ==, "Emulated iPhone");
}

static void
test_ready (Emulator     *self,
            gconstpointer data)
{
  g_autoptr (HrDevice) device = NULL;

  emulator_do (self, "{'do': 'battery', 'level': 42, 'charging': true, 'Temperature': -150}");
  device = ask ();
  assert_ready (device);
  g_assert_cmpstr (device->product_type, ==, "iPhone12,1");
  g_assert_cmpstr (device->product_version, ==, "16.7");
  g_assert_cmpstr (device->build_version, ==, "EMULATED");
  g_assert_cmpfloat_with_epsilon (device->battery, 0.42, 1e-9);
  g_assert_cmpint (device->charging, ==, 1);
  g_assert_cmpfloat_with_epsilon (device->battery_celsius, -1.5, 1e-9);
  g_assert_cmpint (device->battery_cycles, ==, 12);
  g_assert_null (device->battery_refused);
}

/* What it tells anybody is known; its owner is not bothered by looking. */
static void
test_not_paired (Emulator     *self,
                 gconstpointer data)
{
  g_autoptr (HrDevice) stranger = NULL;
  g_autoptr (HrDevice) distrusted = NULL;
  g_autofree char *status = NULL;

  emulator_do (self, "{'do': 'trust', 'state': 'untrusted'}");
  distrusted = ask ();
  emulator_do (self, "{'do': 'fault', 'wrong': 'result', 'on': 'ReadPairRecord', 'number': 2, 'count': 1000}");
  stranger = ask ();
  status = emulator_ask (self, "{'do': 'status'}");
  g_assert_nonnull (strstr (status, "\"trust\": \"untrusted\""));
  g_assert_true (hr_device_equal (stranger, distrusted));
  g_assert_cmpint (stranger->state, ==, HR_DEVICE_NOT_PAIRED);
  g_assert_nonnull (strstr (stranger->advice, "Trust"));
  g_assert_cmpstr (stranger->name, ==, "Emulated iPhone");
  g_assert_cmpstr (stranger->product_version, ==, "16.7");
  g_assert_cmpfloat (stranger->battery, <, 0);
  g_assert_true (isnan (stranger->battery_celsius));
}

static void
test_locked (Emulator     *self,
             gconstpointer data)
{
  g_autoptr (HrDevice) locked = NULL;
  g_autoptr (HrDevice) unlocked = NULL;

  emulator_do (self, "{'do': 'lock'}");
  locked = ask ();
  g_assert_cmpint (locked->state, ==, HR_DEVICE_LOCKED);
  g_assert_nonnull (strstr (locked->advice, "passcode"));
  g_assert_cmpstr (locked->name, ==, "Emulated iPhone");
  emulator_do (self, "{'do': 'unlock'}");
  unlocked = ask ();
  assert_ready (unlocked);
}

/* Pairing is asked, refused, and then granted. */
static void
test_pair (Emulator     *self,
           gconstpointer data)
{
  g_autoptr (HrDevice) asked = NULL;
  g_autoptr (HrDevice) refused = NULL;
  g_autoptr (HrDevice) paired = NULL;

  emulator_do (self, "{'do': 'trust', 'state': 'untrusted'}");
  asked = ask_to_pair ();
  g_assert_cmpint (asked->state, ==, HR_DEVICE_NOT_PAIRED);
  g_assert_nonnull (strstr (asked->advice, "Trust"));
  g_assert_cmpstr (asked->name, ==, "Emulated iPhone");

  emulator_do (self, "{'do': 'trust', 'state': 'denied'}");
  refused = ask_to_pair ();
  g_assert_cmpint (refused->state, ==, HR_DEVICE_REFUSED);
  g_assert_nonnull (refused->advice);

  emulator_do (self, "{'do': 'trust', 'state': 'trusted'}");
  paired = ask_to_pair ();
  assert_ready (paired);
}

static void
test_detached (Emulator     *self,
               gconstpointer data)
{
  g_autoptr (HrDevice) device = NULL;

  emulator_do (self, "{'do': 'detach'}");
  device = ask_once (hr_lockdown_ask_async, EMULATED_UDID);
  g_assert_cmpint (device->state, ==, HR_DEVICE_UNREACHABLE);
  g_assert_nonnull (device->advice);
  g_assert_null (device->name);
}

/* The library must not remember that its daemon was away, restarted or wrong once. */
static void
test_restart (Emulator     *self,
              gconstpointer data)
{
  const char *troubles[] = {
    "{'do': 'stop'}",
    "{'do': 'fault', 'wrong': 'cut', 'on': 'ListDevices', 'size': 7}",
    "{'do': 'fault', 'wrong': 'cut', 'on': 'Listen', 'size': 20, 'count': 2}",
    "{'do': 'fault', 'wrong': 'result', 'on': 'Connect', 'number': 3}",
    "{'do': 'replug'}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (troubles); i++)
    {
      g_autoptr (HrDevice) troubled = NULL;
      g_autoptr (HrDevice) later = NULL;

      emulator_do (self, troubles[i]);
      troubled = ask_once (hr_lockdown_ask_async, EMULATED_UDID);
      g_test_message ("%s: state %d", troubles[i], troubled->state);
      emulator_do (self, "{'do': 'faultless'}");
      emulator_do (self, "{'do': 'restart'}");
      later = ask ();
      assert_ready (later);
    }
}

/* Many at a time, and each its own. */
static void
test_many (Emulator     *self,
           gconstpointer data)
{
  const char   *udids[] = { EMULATED_UDID, "00008030-0000000000000001", "00008030-0000000000000002" };
  GAsyncResult *results[G_N_ELEMENTS (udids)] = { 0 };

  emulator_do (self, "{'do': 'add', 'udid': '00008030-0000000000000001', 'name': 'One'}");
  emulator_do (self, "{'do': 'add', 'udid': '00008030-0000000000000002', 'name': 'Two'}");
  for (gsize i = 0; i < G_N_ELEMENTS (udids); i++)
    hr_lockdown_ask_async (udids[i], NULL, result_cb, &results[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (udids); i++)
    {
      g_autoptr (HrDevice) device = NULL;

      wait_until (results[i] != NULL);
      device = hr_lockdown_ask_finish (results[i], NULL);
      g_assert_cmpint (device->state, ==, HR_DEVICE_READY);
      g_assert_cmpstr (device->udid, ==, udids[i]);
      g_assert_cmpstr (device->name, ==, ((const char *[]){ "Emulated iPhone", "One", "Two" })[i]);
      g_object_unref (results[i]);
    }
}

static void
test_states (void)
{
  g_assert_cmpint (hr_lockdown_error_to_state (LOCKDOWN_E_PAIRING_DIALOG_RESPONSE_PENDING), ==, HR_DEVICE_NOT_PAIRED);
  g_assert_cmpint (hr_lockdown_error_to_state (LOCKDOWN_E_INVALID_HOST_ID), ==, HR_DEVICE_NOT_PAIRED);
  g_assert_cmpint (hr_lockdown_error_to_state (LOCKDOWN_E_USER_DENIED_PAIRING), ==, HR_DEVICE_REFUSED);
  g_assert_cmpint (hr_lockdown_error_to_state (LOCKDOWN_E_PASSWORD_PROTECTED), ==, HR_DEVICE_LOCKED);
  g_assert_cmpint (hr_lockdown_error_to_state (LOCKDOWN_E_RECEIVE_TIMEOUT), ==, HR_DEVICE_UNREACHABLE);
  g_assert_cmpint (hr_lockdown_error_to_state (LOCKDOWN_E_UNKNOWN_ERROR), ==, HR_DEVICE_UNREACHABLE);
  for (HrDeviceState i = 0; i < HR_N_DEVICE_STATES; i++)
    g_assert_true ((hr_device_state_advice (i) != NULL) == (i == HR_DEVICE_NOT_PAIRED || i == HR_DEVICE_REFUSED || i == HR_DEVICE_LOCKED || i == HR_DEVICE_UNREACHABLE));
}

#define ADD(name, func) g_test_add ("/link/lockdown/" name, Emulator, NULL, phone_init, func, phone_clear)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  iphone = argv[1];
  g_test_add_func ("/link/lockdown/states", test_states);
  ADD ("ready", test_ready);
  ADD ("not-paired", test_not_paired);
  ADD ("locked", test_locked);
  ADD ("pair", test_pair);
  ADD ("detached", test_detached);
  ADD ("restart", test_restart);
  ADD ("many", test_many);

  return g_test_run ();
}
