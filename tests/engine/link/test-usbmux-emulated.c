/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/link.h"
#include "tests/engine/link/emulator.h"
#include "tests/engine/link/hearing.h"

#include <glib/gstdio.h>

/* The client against a daemon that is a process of its own, and that other tools accept too. */

#define MODERN "00008030-0000000000000001"

static const char *iphone;

typedef struct
{
  Emulator emulator;
  Hearing  hearing;
} Bench;

static void
begin (Bench      *self,
       const char *address,
       const char *argument)
{
  emulator_start (&self->emulator, iphone, address, argument);
  hearing_begin (&self->hearing, NULL);
  g_assert_cmpstr (hr_usbmux_get_address (self->hearing.client), ==, self->emulator.address);
}

static void
finish (Bench *self)
{
  hearing_end (&self->hearing);
  emulator_stop (&self->emulator);
}

static GIOStream *
connect_to (Bench   *self,
            guint16  port,
            GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hr_usbmux_connect_async (self->hearing.client, EMULATED_UDID, port, NULL, result_cb, &result);
  wait_until (result != NULL);

  return hr_usbmux_connect_finish (self->hearing.client, result, error);
}

static void
test_comes_and_goes (void)
{
  Bench self;

  begin (&self, NULL, NULL);
  wait_until_heard (&self.hearing, "+" EMULATED_UDID " ");
  g_assert_cmpuint (hr_usbmux_find (self.hearing.client, EMULATED_UDID)->id, ==, 1);
  g_assert_cmpuint (hr_usbmux_find (self.hearing.client, EMULATED_UDID)->product_id, ==, 0x12a8);
  g_assert_true (hr_usbmux_find (self.hearing.client, EMULATED_UDID)->usb);

  emulator_do (&self.emulator, "{'do': 'replug'}");
  wait_until_heard (&self.hearing, "-" EMULATED_UDID " +" EMULATED_UDID " ");
  g_assert_cmpuint (hr_usbmux_find (self.hearing.client, EMULATED_UDID)->id, ==, 2);

  emulator_do (&self.emulator, "{'do': 'add', 'udid': '000080300000000000000001'}");
  wait_until_heard (&self.hearing, "+" MODERN " ");
  emulator_do (&self.emulator, "{'do': 'detach'}");
  wait_until_heard (&self.hearing, "-" EMULATED_UDID " ");
  finish (&self);
}

static void
test_late_and_restarted (void)
{
  Bench self;

  begin (&self, NULL, "--late");
  wait_until (hr_usbmux_get_trouble (self.hearing.client) != NULL);
  emulator_do (&self.emulator, "{'do': 'start'}");
  wait_until_heard (&self.hearing, "+" EMULATED_UDID " ");
  g_assert_null (hr_usbmux_get_trouble (self.hearing.client));
  for (guint i = 0; i < 3; i++)
    {
      emulator_do (&self.emulator, "{'do': 'restart'}");
      wait_until_heard (&self.hearing, "-" EMULATED_UDID " +" EMULATED_UDID " ");
    }
  emulator_do (&self.emulator, "{'do': 'stop'}");
  wait_until_heard (&self.hearing, "-" EMULATED_UDID " ");
  finish (&self);
}

static void
test_network (void)
{
  Bench self;

  begin (&self, "127.0.0.1:0", NULL);
  wait_until_heard (&self.hearing, "+" EMULATED_UDID " ");
  emulator_do (&self.emulator, "{'do': 'restart'}");
  wait_until_heard (&self.hearing, "-" EMULATED_UDID " +" EMULATED_UDID " ");
  finish (&self);
}

static void
test_manners (void)
{
  const char *manners[] = {
    "{'do': 'manner', 'split': -1}",
    "{'do': 'manner', 'split': 21}",
    "{'do': 'manner', 'binary': true}",
    "{'do': 'manner', 'binary': true, 'split': -1}",
  };
  Bench self;

  begin (&self, NULL, NULL);
  wait_until_heard (&self.hearing, "+" EMULATED_UDID " ");
  for (gsize i = 0; i < G_N_ELEMENTS (manners); i++)
    {
      emulator_do (&self.emulator, manners[i]);
      emulator_do (&self.emulator, "{'do': 'restart'}");
      wait_until_heard (&self.hearing, "-" EMULATED_UDID " +" EMULATED_UDID " ");
    }
  finish (&self);
}

static void
test_faults (void)
{
  const char *faults[] = {
    "{'do': 'fault', 'wrong': 'garbage', 'on': 'Listen', 'size': 40}",
    "{'do': 'fault', 'wrong': 'length', 'on': 'Listen'}",
    "{'do': 'fault', 'wrong': 'cut', 'on': 'Listen', 'size': 7}",
    "{'do': 'fault', 'wrong': 'result', 'on': 'Listen', 'number': 1}",
    "{'do': 'fault', 'wrong': 'length', 'on': 'event', 'length': 1000000000}",
  };
  Bench self;

  begin (&self, NULL, NULL);
  wait_until_heard (&self.hearing, "+" EMULATED_UDID " ");
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      emulator_do (&self.emulator, faults[i]);
      emulator_do (&self.emulator, "{'do': 'restart'}");
      wait_until_heard (&self.hearing, "-" EMULATED_UDID " +" EMULATED_UDID " ");
    }
  finish (&self);
}

static void
message_cb (HrLink          *link,
            const HrMessage *message,
            gpointer         user_data)
{
  if (message->type == HR_MESSAGE_PING)
    *(gint64 *) user_data = message->ping.sent_ns;
}

static void
closed_cb (HrLink       *link,
           const GError *error,
           gpointer      user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
link_cb (HrListener *listener,
         HrLink     *link,
         gpointer    user_data)
{
  g_set_object ((HrLink **) user_data, link);
}

/* A link over the cable: refused, then there, in one piece with the answer, and gone with the cable. */
static void
test_link (void)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-agent-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "agent", NULL);
  g_autofree char *lead = g_strdup_printf ("{'do': 'port', 'port': 7777, 'target': 'unix:%s'}", path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) stream = NULL;
  g_autoptr (HrLink) ours = NULL;
  g_autoptr (HrLink) theirs = NULL;
  HrListener *listener;
  HrMessage   ping = { .type = HR_MESSAGE_PING };
  gint64      heard = 0, heard_there = 0;
  gboolean    closed = FALSE;
  Bench       self;

  begin (&self, NULL, NULL);
  wait_until_heard (&self.hearing, "+" EMULATED_UDID " ");
  g_assert_null (connect_to (&self, 7777, &error));
  g_assert_error (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_REFUSED);
  g_clear_error (&error);

  listener = hr_listener_new_unix (path, &error);
  g_assert_no_error (error);
  g_signal_connect (listener, "link", G_CALLBACK (link_cb), &theirs);
  emulator_do (&self.emulator, lead);
  emulator_do (&self.emulator, "{'do': 'manner', 'coalesce': true}");
  stream = connect_to (&self, 7777, &error);
  g_assert_no_error (error);
  wait_until (theirs != NULL);

  ours = hr_link_new (stream);
  g_signal_connect (ours, "message", G_CALLBACK (message_cb), &heard);
  g_signal_connect (ours, "closed", G_CALLBACK (closed_cb), &closed);
  g_signal_connect (theirs, "message", G_CALLBACK (message_cb), &heard_there);
  hr_link_start (theirs);
  hr_link_start (ours);
  ping.ping.sent_ns = 5;
  hr_link_send (theirs, &ping);
  ping.ping.sent_ns = 7;
  hr_link_send (ours, &ping);
  wait_until (heard == 5 && heard_there == 7);

  emulator_do (&self.emulator, "{'do': 'detach'}");
  wait_until (closed);
  g_assert_finalize_object (listener);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  finish (&self);
}

static void
test_pair_record (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) record = NULL;
  Bench self;

  begin (&self, NULL, NULL);
  hr_usbmux_read_pair_record_async (self.hearing.client, EMULATED_UDID, NULL, result_cb, &result);
  wait_until (result != NULL);
  record = hr_usbmux_read_pair_record_finish (self.hearing.client, result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (record, NULL), (gssize) g_bytes_get_size (record), "HostID"));
  g_clear_object (&result);
  finish (&self);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  iphone = argv[1];
  g_test_add_func ("/link/usbmux-emulated/comes-and-goes", test_comes_and_goes);
  g_test_add_func ("/link/usbmux-emulated/late-and-restarted", test_late_and_restarted);
  g_test_add_func ("/link/usbmux-emulated/network", test_network);
  g_test_add_func ("/link/usbmux-emulated/manners", test_manners);
  g_test_add_func ("/link/usbmux-emulated/faults", test_faults);
  g_test_add_func ("/link/usbmux-emulated/link", test_link);
  g_test_add_func ("/link/usbmux-emulated/pair-record", test_pair_record);

  return g_test_run ();
}
