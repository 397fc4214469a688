/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

/* A client of usbmuxd, and what it was told of devices: "+UDID " of one that came, "-UDID " of one that went. */

#include "engine/link/usbmux.h"
#include "tests/engine/link/wait.h"

typedef struct
{
  HrUsbmux *client;
  GString  *heard;
} Hearing;

static void
attached_cb (HrUsbmux             *client,
             const HrUsbmuxDevice *device,
             gpointer              user_data)
{
  g_string_append_printf (((Hearing *) user_data)->heard, "+%s ", device->udid);
}

static void
detached_cb (HrUsbmux   *client,
             const char *udid,
             gpointer    user_data)
{
  g_string_append_printf (((Hearing *) user_data)->heard, "-%s ", udid);
}

/* @address: NULL: what USBMUXD_SOCKET_ADDRESS says */
static void
hearing_begin (Hearing    *self,
               const char *address)
{
  self->heard = g_string_new (NULL);
  self->client = hr_usbmux_new (address);
  g_signal_connect (self->client, "attached", G_CALLBACK (attached_cb), self);
  g_signal_connect (self->client, "detached", G_CALLBACK (detached_cb), self);
  hr_usbmux_start (self->client);
}

static void
hearing_end (Hearing *self)
{
  g_assert_finalize_object (self->client);
  g_string_free (self->heard, TRUE);
}

static void
wait_until_heard (Hearing    *self,
                  const char *words)
{
  wait_until (g_str_equal (self->heard->str, words));
  g_string_truncate (self->heard, 0);
}
