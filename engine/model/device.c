/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/device.h"

#include <math.h>
#include <stdlib.h>

G_DEFINE_BOXED_TYPE (HrDevice, hr_device, hr_device_copy, hr_device_free)

/* Makes a device that was attached and has told nothing yet. Returns: (transfer full) */
HrDevice *
hr_device_new (const char *udid)
{
  HrDevice *self = g_new0 (HrDevice, 1);

  self->udid = g_strdup (udid);
  self->battery = -1;
  self->charging = -1;
  self->battery_celsius = NAN;
  self->battery_cycles = -1;

  return self;
}

/* Returns: (transfer full) (nullable): a copy; NULL of NULL. */
HrDevice *
hr_device_copy (const HrDevice *self)
{
  HrDevice *copy;

  if (self == NULL)
    return NULL;

  copy = g_memdup2 (self, sizeof *self);
  copy->udid = g_strdup (self->udid);
  copy->advice = g_strdup (self->advice);
  copy->name = g_strdup (self->name);
  copy->product_type = g_strdup (self->product_type);
  copy->product_version = g_strdup (self->product_version);
  copy->build_version = g_strdup (self->build_version);
  copy->battery_refused = g_strdup (self->battery_refused);

  return copy;
}

/* Frees @self. Accepts NULL. */
void
hr_device_free (HrDevice *self)
{
  if (self == NULL)
    return;

  g_free (self->udid);
  g_free (self->advice);
  g_free (self->name);
  g_free (self->product_type);
  g_free (self->product_version);
  g_free (self->build_version);
  g_free (self->battery_refused);
  g_free (self);
}

/* Equal, or neither known. */
static gboolean
same_number (double a,
             double b)
{
  return (isnan (a) && isnan (b)) || (a <= b && a >= b);
}

/* Returns whether both say the same; NULL says nothing, and equals NULL. */
gboolean
hr_device_equal (const HrDevice *self,
                 const HrDevice *other)
{
  if (self == NULL || other == NULL)
    return self == other;

  return self->state == other->state && self->charging == other->charging && self->battery_cycles == other->battery_cycles &&
         same_number (self->battery, other->battery) && same_number (self->battery_celsius, other->battery_celsius) &&
         g_strcmp0 (self->udid, other->udid) == 0 && g_strcmp0 (self->advice, other->advice) == 0 &&
         g_strcmp0 (self->name, other->name) == 0 && g_strcmp0 (self->product_type, other->product_type) == 0 &&
         g_strcmp0 (self->product_version, other->product_version) == 0 &&
         g_strcmp0 (self->build_version, other->build_version) == 0 &&
         g_strcmp0 (self->battery_refused, other->battery_refused) == 0;
}

/* Returns the number before the first dot of its version (16 of "16.7.2"); 0 while unknown. */
guint
hr_device_get_major_version (const HrDevice *self)
{
  return self->product_version != NULL ? (guint) g_ascii_strtoull (self->product_version, NULL, 10) : 0;
}
