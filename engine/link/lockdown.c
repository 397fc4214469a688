/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/lockdown.h"

#include "engine/link/lockdown-session.h"
#include "engine/link/plist.h"
#include "engine/link/questions.h"

#include <libimobiledevice/diagnostics_relay.h>

#define N_THREADS 16u
#define LIMIT_MS 15000u

#define BATTERY_DOMAIN "com.apple.mobile.battery"
#define POWER_CLASS "IOPMPowerSource"

static void
set_state (HrDevice     *device,
           HrDeviceState state)
{
  device->state = state;
  g_free (device->advice);
  device->advice = g_strdup (hr_device_state_advice (state));
}

/* What a device tells anybody, or, in a session, those it trusts. */
static lockdownd_error_t
ask_identity (HrDevice          *device,
              lockdownd_client_t client)
{
  plist_t           values = NULL;
  lockdownd_error_t error = lockdownd_get_value (client, NULL, NULL, &values);

  if (error == LOCKDOWN_E_SUCCESS)
    {
      device->name = hr_plist_dup_string (values, "DeviceName");
      device->product_type = hr_plist_dup_string (values, "ProductType");
      device->product_version = hr_plist_dup_string (values, "ProductVersion");
      device->build_version = hr_plist_dup_string (values, "BuildVersion");
    }
  plist_free (values);

  return error;
}

/* How full the battery is, from lockdown itself. */
static void
ask_battery (HrDevice          *device,
             lockdownd_client_t client)
{
  plist_t           values = NULL;
  lockdownd_error_t error = lockdownd_get_value (client, BATTERY_DOMAIN, NULL, &values);
  guint64           percent;
  gboolean          charging;

  if (hr_plist_get_uint (values, "BatteryCurrentCapacity", 100, &percent))
    device->battery = (double) percent / 100;
  else
    device->battery_refused = error == LOCKDOWN_E_SUCCESS ? g_strdup ("The device says nothing of a battery")
                                                          : g_strdup_printf ("The device does not tell of its battery (lockdown error %d)", error);
  if (hr_plist_get_bool (values, "BatteryIsCharging", &charging))
    device->charging = charging;
  plist_free (values);
}

/* Temperature and cycles, where the device's diagnostics still tell them. Else both stay unknown. */
static void
read_power (HrDevice                  *device,
            diagnostics_relay_client_t relay)
{
  plist_t result = NULL;
  plist_t registry;
  gint64  hundredths, cycles;

  if (diagnostics_relay_query_ioregistry_entry (relay, NULL, POWER_CLASS, &result) == DIAGNOSTICS_RELAY_E_SUCCESS)
    {
      registry = PLIST_IS_DICT (result) ? plist_dict_get_item (result, "IORegistry") : NULL;
      if (hr_plist_get_int (registry, "Temperature", &hundredths))
        device->battery_celsius = (double) hundredths / 100;
      if (hr_plist_get_int (registry, "CycleCount", &cycles) && cycles >= 0 && cycles <= G_MAXINT)
        device->battery_cycles = (int) cycles;
    }
  plist_free (result);
  diagnostics_relay_goodbye (relay);
}

static void
ask_power (HrDevice                *device,
           const HrLockdownSession *session)
{
  lockdownd_service_descriptor_t service = NULL;
  diagnostics_relay_client_t     relay = NULL;

  if (lockdownd_start_service (session->client, DIAGNOSTICS_RELAY_SERVICE_NAME, &service) == LOCKDOWN_E_SUCCESS &&
      diagnostics_relay_client_new (session->device, service, &relay) == DIAGNOSTICS_RELAY_E_SUCCESS)
    {
      read_power (device, relay);
      diagnostics_relay_client_free (relay);
    }
  if (service != NULL)
    lockdownd_service_descriptor_free (service);
}

/* The name and model of a device that does not trust us; if even these do not come, it cannot be reached. */
static void
ask_unpaired (HrDevice *device)
{
  g_auto (HrLockdownSession) session = { 0 };

  if (hr_lockdown_session_open_unpaired (&session, device->udid) != LOCKDOWN_E_SUCCESS ||
      ask_identity (device, session.client) != LOCKDOWN_E_SUCCESS)
    set_state (device, HR_DEVICE_UNREACHABLE);
}

static void
ask (HrDevice *device)
{
  g_auto (HrLockdownSession) session = { 0 };
  lockdownd_error_t error = hr_lockdown_session_open (&session, device->udid);

  if (error == LOCKDOWN_E_SUCCESS)
    error = ask_identity (device, session.client);
  set_state (device, hr_lockdown_error_to_state (error));

  if (error == LOCKDOWN_E_SUCCESS)
    {
      ask_battery (device, session.client);
      ask_power (device, &session);
    }
  else if (device->state != HR_DEVICE_UNREACHABLE)
    {
      hr_lockdown_session_clear (&session);
      ask_unpaired (device);
    }
}

/* Pairing that is under way on the device's screen is said as it is; what it says after it succeeded, or of its name, is asked as ever. */
static void
pair (HrDevice *device)
{
  g_auto (HrLockdownSession) session = { 0 };
  lockdownd_error_t error = hr_lockdown_session_open_unpaired (&session, device->udid);

  if (error == LOCKDOWN_E_SUCCESS)
    error = lockdownd_pair (session.client, NULL);
  if (error == LOCKDOWN_E_SUCCESS)
    {
      hr_lockdown_session_clear (&session);
      ask (device);
      return;
    }

  set_state (device, hr_lockdown_error_to_state (error));
  if (session.client != NULL && device->state != HR_DEVICE_UNREACHABLE)
    ask_identity (device, session.client);
}

/* In a thread of the pool. */
static HrDevice *
question_cb (const char *udid,
             HrQuestion  question)
{
  HrDevice *device = hr_device_new (udid);

  if (question == HR_QUESTION_PAIR)
    pair (device);
  else
    ask (device);

  return device;
}

/* libimobiledevice is one for the whole process, and so are the questions. */
static HrQuestions *
get_questions (void)
{
  static gsize        initialized;
  static HrQuestions *questions;

  if (g_once_init_enter (&initialized))
    {
      questions = hr_questions_new (question_cb, N_THREADS, LIMIT_MS);
      g_once_init_leave (&initialized, 1);
    }

  return questions;
}

/* Asks @udid what it is and how its battery is, through the usbmuxd of USBMUXD_SOCKET_ADDRESS. */
void
hr_lockdown_ask_async (const char         *udid,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  hr_questions_ask_async (get_questions (), udid, HR_QUESTION_ASK, cancellable, callback, user_data);
}

/* Returns: (transfer full): the device in the state that its answer shows; one that has not answered after 15 s is HR_DEVICE_UNREACHABLE. NULL
 * with G_IO_ERROR_CANCELLED as the only @error. */
HrDevice *
hr_lockdown_ask_finish (GAsyncResult *result,
                        GError      **error)
{
  return hr_questions_ask_finish (result, error);
}

/* Asks @udid to trust this computer. */
void
hr_lockdown_pair_async (const char         *udid,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  hr_questions_ask_async (get_questions (), udid, HR_QUESTION_PAIR, cancellable, callback, user_data);
}

/* Returns: (transfer full): as hr_lockdown_ask_finish (). A device whose owner has not answered yet is HR_DEVICE_NOT_PAIRED: the usbmuxd client's
 * "paired" tells when to ask again. */
HrDevice *
hr_lockdown_pair_finish (GAsyncResult *result,
                         GError      **error)
{
  return hr_questions_ask_finish (result, error);
}
