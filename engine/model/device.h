/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* What stands between us and a device that hangs on a cable. */
typedef enum
{
  HR_DEVICE_ASKING,      /* attached; its identity is being asked for */
  HR_DEVICE_READY,       /* paired and answering */
  HR_DEVICE_NOT_PAIRED,  /* it asks its owner to trust this computer, or has not been asked yet */
  HR_DEVICE_REFUSED,     /* its owner chose not to trust this computer */
  HR_DEVICE_LOCKED,      /* a passcode is wanted first */
  HR_DEVICE_UNREACHABLE, /* attached, but lockdown does not answer */
  HR_DEVICE_DETACHED,
  HR_N_DEVICE_STATES
} HrDeviceState;

/* What a device says of itself. A text that it did not tell is NULL, a number negative. */
typedef struct
{
  char         *udid;
  HrDeviceState state;
  char         *advice; /* what the user can do about @state; NULL when there is nothing to do */

  char *name;            /* "Anna's iPhone" */
  char *product_type;    /* "iPhone14,5" */
  char *product_version; /* "16.7.2" */
  char *build_version;

  double battery;         /* 0..1 */
  int    charging;        /* 0, 1 */
  double battery_celsius; /* NaN: not told */
  int    battery_cycles;
  char  *battery_refused; /* why there is no battery, where the services do not allow it */
} HrDevice;

#define HR_TYPE_DEVICE (hr_device_get_type ())

GType     hr_device_get_type (void);
HrDevice *hr_device_new (const char *udid) G_GNUC_WARN_UNUSED_RESULT;
HrDevice *hr_device_copy (const HrDevice *self) G_GNUC_WARN_UNUSED_RESULT;
void      hr_device_free (HrDevice *self);
gboolean  hr_device_equal (const HrDevice *self,
                           const HrDevice *other);

/* The number before the first dot of its version; 0 while unknown. */
guint hr_device_get_major_version (const HrDevice *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrDevice, hr_device_free)

G_END_DECLS
