/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/lockdown-session.h"

#include "engine/link/usbmux.h"

#define LABEL "headroom"
#define MUX_TRIES 3u
#define MUX_REST_US 100000u

static void
record_read_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  GAsyncResult **out = user_data;

  *out = g_object_ref (result);
}

/* Whether usbmuxd has a pairing record for @udid. libimobiledevice would ask the device to pair where there is none, and its owner would have a
 * question on the screen whenever we look. */
static lockdownd_error_t
find_record (const char *udid)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (HrUsbmux) usbmux = hr_usbmux_new (NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) record = NULL;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (context);
  hr_usbmux_read_pair_record_async (usbmux, udid, NULL, record_read_cb, &result);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  record = hr_usbmux_read_pair_record_finish (usbmux, result, &error);
  g_main_context_pop_thread_default (context);

  if (record != NULL)
    return LOCKDOWN_E_SUCCESS;

  return g_error_matches (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_NO_RECORD) ? LOCKDOWN_E_MISSING_PAIR_RECORD : LOCKDOWN_E_MUX_ERROR;
}

/* libusbmuxd fails to list devices once when its daemon has just been started anew, and asks another way the next time. */
static lockdownd_error_t
find_device (idevice_t  *out,
             const char *udid)
{
  idevice_error_t error = IDEVICE_E_NO_DEVICE;

  for (guint i = 0; i < MUX_TRIES && error != IDEVICE_E_SUCCESS; i++)
    {
      if (i > 0)
        g_usleep (MUX_REST_US);
      error = idevice_new_with_options (out, udid, (enum idevice_options) (IDEVICE_LOOKUP_USBMUX | IDEVICE_LOOKUP_NETWORK));
    }

  return error == IDEVICE_E_SUCCESS ? LOCKDOWN_E_SUCCESS : LOCKDOWN_E_MUX_ERROR;
}

/* Opens an encrypted session with a device that is paired. @self, which is zeroed, is to be cleared in any case. Returns LOCKDOWN_E_SUCCESS, or
 * what the device or usbmuxd answered. */
lockdownd_error_t
hr_lockdown_session_open (HrLockdownSession *self,
                          const char        *udid)
{
  lockdownd_error_t error = find_record (udid);

  if (error == LOCKDOWN_E_SUCCESS)
    error = find_device (&self->device, udid);
  if (error == LOCKDOWN_E_SUCCESS)
    error = lockdownd_client_new_with_handshake (self->device, &self->client, LABEL);

  return error;
}

/* Opens a connection to a device as if it were not paired: it tells a few things of itself, and can be asked to pair. As hr_lockdown_session_open ()
 * else. */
lockdownd_error_t
hr_lockdown_session_open_unpaired (HrLockdownSession *self,
                                   const char        *udid)
{
  lockdownd_error_t error = find_device (&self->device, udid);

  return error == LOCKDOWN_E_SUCCESS ? lockdownd_client_new (self->device, &self->client, LABEL) : error;
}

/* Ends the session. */
void
hr_lockdown_session_clear (HrLockdownSession *self)
{
  if (self->client != NULL)
    lockdownd_client_free (self->client);
  if (self->device != NULL)
    idevice_free (self->device);
  self->client = NULL;
  self->device = NULL;
}

/* Returns how a device stands that answers with @error. */
HrDeviceState
hr_lockdown_error_to_state (lockdownd_error_t error)
{
  switch ((int) error)
    {
    case LOCKDOWN_E_SUCCESS:
      return HR_DEVICE_READY;

    case LOCKDOWN_E_PASSWORD_PROTECTED:
    case LOCKDOWN_E_ESCROW_LOCKED:
      return HR_DEVICE_LOCKED;

    case LOCKDOWN_E_USER_DENIED_PAIRING:
      return HR_DEVICE_REFUSED;

    case LOCKDOWN_E_PAIRING_DIALOG_RESPONSE_PENDING:
    case LOCKDOWN_E_PAIRING_FAILED:
    case LOCKDOWN_E_MISSING_HOST_ID:
    case LOCKDOWN_E_INVALID_HOST_ID:
    case LOCKDOWN_E_MISSING_PAIR_RECORD:
    case LOCKDOWN_E_INVALID_PAIR_RECORD:
    case LOCKDOWN_E_INVALID_CONF:
    case LOCKDOWN_E_SSL_ERROR:
      return HR_DEVICE_NOT_PAIRED;

    default:
      return HR_DEVICE_UNREACHABLE;
    }
}

/* Returns: (transfer none) (nullable): what the user can do about @state; NULL when there is nothing to do. */
const char *
hr_device_state_advice (HrDeviceState state)
{
  switch (state)
    {
    case HR_DEVICE_NOT_PAIRED:
      return "Unlock the device, and tap “Trust” when it asks";

    case HR_DEVICE_REFUSED:
      return "The device was told not to trust this computer. Plug it in again, and tap “Trust”";

    case HR_DEVICE_LOCKED:
      return "Unlock the device with its passcode";

    case HR_DEVICE_UNREACHABLE:
      return "The device does not answer. Unlock it, or plug it in again";

    case HR_DEVICE_ASKING:
    case HR_DEVICE_READY:
    case HR_DEVICE_DETACHED:
    case HR_N_DEVICE_STATES:
    default:
      return NULL;
    }
}
