/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/device-wording.h"

#include "app/wording.h"
#include "engine/base/clock.h"

#include <glib/gi18n.h>
#include <math.h>

/* The last version whose figures can be read without an agent. */
#define LAST_OPEN_VERSION 16

/* Returns where a device stands, in a word or two. */
const char *
hr_word_device_state (HrDeviceState state)
{
  switch (state)
    {
    case HR_DEVICE_ASKING:
      return _ ("Asking who it is");
    case HR_DEVICE_READY:
      return _ ("Ready");
    case HR_DEVICE_NOT_PAIRED:
      return _ ("Not paired");
    case HR_DEVICE_REFUSED:
      return _ ("Trust refused");
    case HR_DEVICE_LOCKED:
      return _ ("Locked");
    case HR_DEVICE_UNREACHABLE:
      return _ ("No answer");
    case HR_DEVICE_DETACHED:
      return _ ("Not attached");
    case HR_N_DEVICE_STATES:
    default:
      return _ ("Unknown");
    }
}

const char *
hr_device_css_class (HrDeviceState state)
{
  switch (state)
    {
    case HR_DEVICE_READY:
      return "success";
    case HR_DEVICE_ASKING:
      return "accent";
    case HR_DEVICE_NOT_PAIRED:
    case HR_DEVICE_LOCKED:
      return "warning";
    case HR_DEVICE_REFUSED:
    case HR_DEVICE_UNREACHABLE:
      return "error";
    case HR_DEVICE_DETACHED:
    case HR_N_DEVICE_STATES:
    default:
      return "dim-label";
    }
}

const char *
hr_word_obstacle (HrDeviceState state)
{
  switch (state)
    {
    case HR_DEVICE_NOT_PAIRED:
      return _ ("This computer is not trusted yet");
    case HR_DEVICE_REFUSED:
      return _ ("The device refused to trust this computer");
    case HR_DEVICE_LOCKED:
      return _ ("The device is locked");
    case HR_DEVICE_UNREACHABLE:
      return _ ("The device does not answer");
    case HR_DEVICE_DETACHED:
      return _ ("The device is not attached");
    case HR_DEVICE_ASKING:
    case HR_DEVICE_READY:
    case HR_N_DEVICE_STATES:
    default:
      return NULL;
    }
}

static const char *
usual_advice (HrDeviceState state)
{
  switch (state)
    {
    case HR_DEVICE_NOT_PAIRED:
      return _ ("Press Pair, unlock the device, and choose Trust on its screen. Until then only programs with an agent in them can be seen.");
    case HR_DEVICE_REFUSED:
      return _ ("Press Pair to have it ask again, and choose Trust.");
    case HR_DEVICE_LOCKED:
      return _ ("Unlock it with its passcode.");
    case HR_DEVICE_UNREACHABLE:
      return _ ("Attach it again, or restart it. Headroom keeps trying.");
    case HR_DEVICE_DETACHED:
      return _ ("Attach it: it goes on where it was, and its agents still hold the last seconds.");
    case HR_DEVICE_ASKING:
    case HR_DEVICE_READY:
    case HR_N_DEVICE_STATES:
    default:
      return NULL;
    }
}

/* Returns what the user can do about what stands in the way of @device: what is known of this very case, else what usually helps. */
char *
hr_word_obstacle_advice (const HrDevice *device)
{
  return g_strdup (device->advice != NULL ? device->advice : usual_advice (device->state));
}

/* Returns what kind of device it is: "iPhone14,5". */
char *
hr_word_product (const HrDevice *device)
{
  return g_strdup (device->product_type != NULL ? device->product_type : HR_NO_VALUE);
}

static const char *
system_name (const HrDevice *device)
{
  return device->product_type != NULL && g_str_has_prefix (device->product_type, "iPad") ? "iPadOS" : "iOS";
}

/* Returns its system: "iOS 16.7.2 (20H115)". */
char *
hr_word_system (const HrDevice *device)
{
  if (device->product_version == NULL)
    return g_strdup (HR_NO_VALUE);
  if (device->build_version == NULL)
    return g_strdup_printf ("%s %s", system_name (device), device->product_version);

  return g_strdup_printf ("%s %s (%s)", system_name (device), device->product_version, device->build_version);
}

static const char *
word_no_battery (HrDeviceState state)
{
  switch (state)
    {
    case HR_DEVICE_NOT_PAIRED:
    case HR_DEVICE_REFUSED:
      return _ ("Known once the device trusts this computer");
    case HR_DEVICE_LOCKED:
      return _ ("Known once the device is unlocked");
    case HR_DEVICE_DETACHED:
    case HR_DEVICE_UNREACHABLE:
      return _ ("Not told while it was attached");
    case HR_DEVICE_ASKING:
    case HR_DEVICE_READY:
    case HR_N_DEVICE_STATES:
    default:
      return _ ("Not told yet");
    }
}

/* Returns what stands beside the charge: "charging", "on battery"; why there is none; NULL where nothing is to be said. */
char *
hr_word_battery_note (const HrDevice *device)
{
  if (device->battery < 0 || isnan (device->battery))
    return g_strdup (device->battery_refused != NULL ? device->battery_refused : word_no_battery (device->state));
  if (device->charging < 0)
    return NULL;

  return g_strdup (device->charging > 0 ? _ ("charging") : _ ("on battery"));
}

/* A newer system than the last open one hides them from everybody but a program's own agent. */
const char *
hr_word_no_figures (const HrDevice *device)
{
  if (hr_device_get_major_version (device) <= LAST_OPEN_VERSION)
    return NULL;

  return _ ("From iOS 17 on the system no longer tells a computer on the cable what its programs use. "
            "A program that has Headroom's agent in it does: link it in, and it appears here by itself.");
}

char *
hr_word_link_time (gint64 ns)
{
  return hr_word_value (ns < 0 ? (double) NAN : (double) ns / HR_NS_PER_MS, HR_UNIT_MILLISECONDS);
}

const char *
hr_source_icon (HrSource *source)
{
  const HrDevice *device = hr_source_get_device (source);

  switch (hr_source_get_role (source))
    {
    case HR_SOURCE_DEVICE:
      return device != NULL && device->product_type != NULL && g_str_has_prefix (device->product_type, "iPad") ? "tablet-symbolic" : "phone-symbolic";
    case HR_SOURCE_PROCESS:
      return "application-x-executable-symbolic";
    case HR_SOURCE_COMPUTER:
    case HR_N_SOURCE_ROLES:
    default:
      return hr_source_get_group (source) == HR_GROUP_NETWORK ? "network-server-symbolic" : "computer-symbolic";
    }
}
