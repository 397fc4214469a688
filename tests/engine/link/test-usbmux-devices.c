/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/usbmux-devices.h"

typedef struct
{
  HrUsbmuxDevices *devices;
  GString         *heard;
  gboolean         detach_all; /* by whoever hears of a device */
} Table;

static void
attached_cb (const HrUsbmuxDevice *device,
             gpointer              user_data)
{
  Table *self = user_data;

  g_string_append_printf (self->heard, "+%s%u%s ", device->udid, device->id, device->usb ? "" : "n");
  if (self->detach_all)
    hr_usbmux_devices_detach_all (self->devices);
}

static void
detached_cb (const char *udid,
             gpointer    user_data)
{
  Table *self = user_data;

  g_assert_null (hr_usbmux_devices_find (self->devices, udid));
  g_string_append_printf (self->heard, "-%s ", udid);
  if (self->detach_all)
    hr_usbmux_devices_detach_all (self->devices);
}

static const HrUsbmuxDevicesFuncs funcs = { attached_cb, detached_cb };

static void
table_init (Table        *self,
            gconstpointer data)
{
  self->devices = hr_usbmux_devices_new (&funcs, self);
  self->heard = g_string_new (NULL);
}

static void
table_clear (Table        *self,
             gconstpointer data)
{
  hr_usbmux_devices_free (self->devices);
  g_string_free (self->heard, TRUE);
}

static gboolean
attach (Table      *self,
        const char *udid,
        guint       id,
        gboolean    usb)
{
  g_autofree char     *copy = g_strdup (udid);
  const HrUsbmuxDevice device = { .udid = copy, .id = id, .usb = usb };

  return hr_usbmux_devices_attach (self->devices, &device);
}

static void
test_named_again (Table        *self,
                  gconstpointer data)
{
  attach (self, "a", 1, TRUE);
  attach (self, "b", 2, TRUE);
  attach (self, "a", 1, TRUE);
  hr_usbmux_devices_detach (self->devices, 7);
  hr_usbmux_devices_detach (self->devices, 1);
  hr_usbmux_devices_detach (self->devices, 1);
  g_assert_cmpstr (self->heard->str, ==, "+a1 +b2 -a ");
  g_assert_null (hr_usbmux_devices_find (self->devices, "a"));
  g_assert_cmpuint (hr_usbmux_devices_find (self->devices, "b")->id, ==, 2);
  g_assert_cmpstr (hr_usbmux_devices_get_udid (self->devices, 2), ==, "b");
  g_assert_null (hr_usbmux_devices_get_udid (self->devices, 1));
}

/* Its old number's end comes late or never. */
static void
test_new_number (Table        *self,
                 gconstpointer data)
{
  attach (self, "a", 1, TRUE);
  attach (self, "a", 2, TRUE);
  hr_usbmux_devices_detach (self->devices, 1);
  g_assert_cmpstr (self->heard->str, ==, "+a1 -a +a2 ");
  g_assert_cmpuint (hr_usbmux_devices_find (self->devices, "a")->id, ==, 2);
}

static void
test_number_of_another (Table        *self,
                        gconstpointer data)
{
  attach (self, "a", 1, TRUE);
  attach (self, "b", 1, TRUE);
  g_assert_cmpstr (self->heard->str, ==, "+a1 -a +b1 ");
}

static void
test_cable_wins (Table        *self,
                 gconstpointer data)
{
  attach (self, "a", 1, FALSE);
  attach (self, "a", 2, TRUE);
  attach (self, "a", 3, FALSE);
  g_assert_cmpstr (self->heard->str, ==, "+a1n -a +a2 ");

  g_string_truncate (self->heard, 0);
  hr_usbmux_devices_detach (self->devices, 3);
  g_assert_cmpstr (self->heard->str, ==, "");
  attach (self, "a", 4, FALSE);
  hr_usbmux_devices_detach (self->devices, 2);
  g_assert_cmpstr (self->heard->str, ==, "-a +a4n ");
}

static void
test_all (Table        *self,
          gconstpointer data)
{
  attach (self, "a", 1, FALSE);
  attach (self, "a", 2, TRUE);
  hr_usbmux_devices_detach_all (self->devices);
  hr_usbmux_devices_detach_all (self->devices);
  g_assert_cmpstr (self->heard->str, ==, "+a1n -a +a2 -a ");
}

/* Who hears of a device may end everything. */
static void
test_ended_meanwhile (Table        *self,
                      gconstpointer data)
{
  attach (self, "a", 1, FALSE);
  self->detach_all = TRUE;
  attach (self, "a", 2, TRUE);
  attach (self, "b", 3, TRUE);
  g_assert_cmpstr (self->heard->str, ==, "+a1n -a +b3 -b ");
}

static void
test_too_many (Table        *self,
               gconstpointer data)
{
  guint n = 0;

  for (guint i = 1; i <= 1000; i++)
    {
      g_autofree char *udid = g_strdup_printf ("device%u-", i);

      n += attach (self, udid, i, TRUE);
    }
  g_assert_cmpuint (n, ==, 256);
  g_assert_true (attach (self, "device1-", 2000, TRUE));
}

#define ADD(name, func) g_test_add ("/link/usbmux-devices/" name, Table, NULL, table_init, func, table_clear)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("named-again", test_named_again);
  ADD ("new-number", test_new_number);
  ADD ("number-of-another", test_number_of_another);
  ADD ("cable-wins", test_cable_wins);
  ADD ("all", test_all);
  ADD ("ended-meanwhile", test_ended_meanwhile);
  ADD ("too-many", test_too_many);

  return g_test_run ();
}
