/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/usbmux-exchange.h"
#include "engine/link/usbmux.h"
#include "tests/engine/link/fake-usbmuxd.h"
#include "tests/engine/link/wait.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  FakeUsbmuxd fake;
  HrUsbmux   *client;
  GString    *heard;
  guint       n_changed;
  guint       stop_at; /* bytes heard, at which the client is stopped */
} Bench;

static void
hear (Bench      *self,
      const char *sign,
      const char *udid)
{
  g_string_append_printf (self->heard, "%s%s ", sign, udid);
  if (self->stop_at > 0 && self->heard->len >= self->stop_at)
    {
      self->stop_at = 0;
      hr_usbmux_stop (self->client);
    }
}

static void
attached_cb (HrUsbmux             *client,
             const HrUsbmuxDevice *device,
             gpointer              user_data)
{
  g_assert_true (hr_usbmux_find (client, device->udid) == device);
  hear (user_data, "+", device->udid);
}

static void
detached_cb (HrUsbmux   *client,
             const char *udid,
             gpointer    user_data)
{
  hear (user_data, "-", udid);
}

static void
paired_cb (HrUsbmux   *client,
           const char *udid,
           gpointer    user_data)
{
  hear (user_data, "=", udid);
}

static void
changed_cb (HrUsbmux *client,
            gpointer  user_data)
{
  ((Bench *) user_data)->n_changed++;
}

static HrUsbmux *
new_client (Bench      *self,
            const char *address)
{
  HrUsbmux *client = hr_usbmux_new (address);

  g_signal_connect (client, "attached", G_CALLBACK (attached_cb), self);
  g_signal_connect (client, "detached", G_CALLBACK (detached_cb), self);
  g_signal_connect (client, "paired", G_CALLBACK (paired_cb), self);
  g_signal_connect (client, "changed", G_CALLBACK (changed_cb), self);

  return client;
}

static void
bench_init (Bench        *self,
            gconstpointer data)
{
  fake_usbmuxd_init (&self->fake);
  self->heard = g_string_new (NULL);
  self->client = new_client (self, self->fake.address);
}

static void
bench_clear (Bench        *self,
             gconstpointer data)
{
  if (self->client != NULL)
    g_assert_finalize_object (self->client);
  fake_usbmuxd_clear (&self->fake);
  g_string_free (self->heard, TRUE);
}

static gboolean
heard (Bench      *self,
       const char *words)
{
  return g_str_equal (self->heard->str, words);
}

/* The daemon runs, and has one device. */
static void
begin (Bench *self)
{
  fake_usbmuxd_answer_listen (&self->fake);
  fake_usbmuxd_start (&self->fake);
  hr_usbmux_start (self->client);
  wait_until (heard (self, "+" FAKE_UDID " "));
}

static GIOStream *
connect_to (Bench   *self,
            guint16  port,
            GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hr_usbmux_connect_async (self->client, FAKE_UDID, port, NULL, result_cb, &result);
  wait_until (result != NULL);

  return hr_usbmux_connect_finish (self->client, result, error);
}

static GBytes *
read_record (Bench   *self,
             GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hr_usbmux_read_pair_record_async (self->client, FAKE_UDID, NULL, result_cb, &result);
  wait_until (result != NULL);

  return hr_usbmux_read_pair_record_finish (self->client, result, error);
}

static void
test_events (Bench        *self,
             gconstpointer data)
{
  begin (self);
  g_assert_null (hr_usbmux_get_trouble (self->client));
  g_assert_cmpstr (hr_usbmux_get_address (self->client), ==, self->fake.address);
  fake_usbmuxd_tell (&self->fake, 0, FAKE_PAIRED (5));
  fake_usbmuxd_tell (&self->fake, 0, "<key>MessageType</key><string>Weather</string>");
  fake_usbmuxd_tell (&self->fake, 0, FAKE_ATTACHED (6, "b"));
  fake_usbmuxd_tell (&self->fake, 0, FAKE_DETACHED (5));
  wait_until (heard (self, "+" FAKE_UDID " =" FAKE_UDID " +b -" FAKE_UDID " "));
  g_assert_null (hr_usbmux_find (self->client, FAKE_UDID));
  g_assert_cmpuint (hr_usbmux_find (self->client, "b")->id, ==, 6);
  g_assert_cmpuint (self->n_changed, ==, 0);
}

/* Both in one burst, and the old number's end behind them. */
static void
test_new_number (Bench        *self,
                 gconstpointer data)
{
  begin (self);
  fake_usbmuxd_tell (&self->fake, 0, FAKE_ATTACHED (6, FAKE_UDID));
  fake_usbmuxd_tell (&self->fake, 0, FAKE_DETACHED (5));
  fake_usbmuxd_tell (&self->fake, 0, FAKE_PAIRED (6));
  wait_until (heard (self, "+" FAKE_UDID " -" FAKE_UDID " +" FAKE_UDID " =" FAKE_UDID " "));
}

/* The answer to Listen and the first event, in two pieces, cut everywhere. */
static void
test_split (Bench        *self,
            gconstpointer data)
{
  gsize size;

  fake_usbmuxd_start (&self->fake);
  fake_usbmuxd_answer_listen (&self->fake);
  size = g_bytes_get_size (g_queue_peek_head (&self->fake.answers));
  for (gsize i = 1; i < size; i++)
    {
      if (i > 1)
        fake_usbmuxd_answer_listen (&self->fake);
      self->fake.split = i;
      g_string_truncate (self->heard, 0);
      hr_usbmux_start (self->client);
      wait_until (heard (self, "+" FAKE_UDID " "));
      hr_usbmux_stop (self->client);
    }
  g_assert_cmpuint (self->n_changed, ==, 0);
}

/* What comes in one piece with the answer is the stream's, wherever it is cut. */
static void
test_coalesced (Bench        *self,
                gconstpointer data)
{
  const char text[] = "first words of the stream";
  gsize      size;

  begin (self);
  fake_usbmuxd_answer (&self->fake, FAKE_RESULT (0), text);
  size = g_bytes_get_size (g_queue_peek_head (&self->fake.answers));
  for (gsize i = 0; i < size; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GIOStream) stream = NULL;
      char  buffer[sizeof text] = "";
      gsize n = 0;

      if (i > 0)
        fake_usbmuxd_answer (&self->fake, FAKE_RESULT (0), text);
      self->fake.split = i;
      stream = connect_to (self, 7777, &error);
      g_assert_no_error (error);
      while (n < strlen (text))
        {
          g_autoptr (GAsyncResult) result = NULL;
          gssize n_read;

          g_input_stream_read_async (g_io_stream_get_input_stream (stream), buffer + n, strlen (text) - n, 0, NULL, result_cb, &result);
          wait_until (result != NULL);
          n_read = g_input_stream_read_finish (g_io_stream_get_input_stream (stream), result, &error);
          g_assert_no_error (error);
          g_assert_cmpint (n_read, >, 0);
          n += (gsize) n_read;
        }
      g_assert_cmpstr (buffer, ==, text);
    }
}

static void
test_stream (Bench        *self,
             gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) stream = NULL;
  char buffer[4] = "";

  begin (self);
  fake_usbmuxd_answer (&self->fake, FAKE_RESULT (0), "");
  stream = connect_to (self, 7777, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (self->fake.requests->pdata[1], "<integer>24862</integer>"));
  g_assert_true (G_IS_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream)));
  g_assert_true (g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream))));
  g_assert_true (G_IS_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream)));

  g_output_stream_write (g_io_stream_get_output_stream (stream), "abc", 3, NULL, &error);
  g_assert_no_error (error);
  g_input_stream_read (g_io_stream_get_input_stream (self->fake.connections->pdata[1]), buffer, 3, NULL, &error);
  g_assert_cmpstr (buffer, ==, "abc");
}

static void
test_refusals (Bench        *self,
               gconstpointer data)
{
  const struct
  {
    const char *answer;
    int         code;
  } cases[] = {
    { FAKE_RESULT (3), HR_USBMUX_ERROR_REFUSED },
    { FAKE_RESULT (2), HR_USBMUX_ERROR_NO_DEVICE },
    { FAKE_RESULT (1), HR_USBMUX_ERROR_FAILED },
    { FAKE_DETACHED (5), HR_USBMUX_ERROR_PROTOCOL },
  };

  begin (self);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      fake_usbmuxd_answer (&self->fake, cases[i].answer, "");
      g_assert_null (connect_to (self, 1, &error));
      g_assert_error (error, HR_USBMUX_ERROR, cases[i].code);
    }
}

static void
test_not_attached (Bench        *self,
                   gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (connect_to (self, 1, &error));
  g_assert_error (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_NO_DEVICE);
}

static void
test_cancelled (Bench        *self,
                gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  begin (self);
  fake_usbmuxd_answer_bytes (&self->fake, "", 0);
  hr_usbmux_connect_async (self->client, FAKE_UDID, 1, cancellable, result_cb, &result);
  wait_until (self->fake.requests->len == 2);
  g_cancellable_cancel (cancellable);
  wait_until (result != NULL);
  g_assert_null (hr_usbmux_connect_finish (self->client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Not only at the time limit. */
static void
test_cancelled_at_once (Bench        *self,
                        gconstpointer data)
{
  g_autoptr (HrUsbmuxAddress) address = hr_usbmux_address_new (self->fake.address);
  g_autoptr (GBytes) request = hr_usbmux_pack_listen (1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  HrUsbmuxPacket reply;

  fake_usbmuxd_start (&self->fake);
  fake_usbmuxd_answer_bytes (&self->fake, "", 0);
  hr_usbmux_exchange_async (address, request, G_MAXUINT, cancellable, result_cb, &result);
  wait_until (self->fake.requests->len == 1);
  g_cancellable_cancel (cancellable);
  wait_until (result != NULL);
  g_assert_null (hr_usbmux_exchange_finish (result, &reply, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_record (Bench        *self,
             gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) record = NULL;

  fake_usbmuxd_start (&self->fake);
  fake_usbmuxd_answer (&self->fake, "<key>PairRecordData</key><data>AAEC</data>", "");
  record = read_record (self, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (record, NULL), g_bytes_get_size (record), "\0\1\2", 3);
  g_assert_nonnull (strstr (self->fake.requests->pdata[0], FAKE_UDID));

  fake_usbmuxd_answer (&self->fake, FAKE_RESULT (2), "");
  g_assert_null (read_record (self, &error));
  g_assert_error (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_NO_RECORD);
}

/* Late, gone, and back: devices go with the daemon. */
static void
test_restart (Bench        *self,
              gconstpointer data)
{
  hr_usbmux_start (self->client);
  wait_until (hr_usbmux_get_trouble (self->client) != NULL);
  g_assert_nonnull (strstr (hr_usbmux_get_trouble (self->client), "Install"));
  g_assert_cmpuint (self->n_changed, ==, 1);

  fake_usbmuxd_answer_listen (&self->fake);
  fake_usbmuxd_start (&self->fake);
  wait_until (heard (self, "+" FAKE_UDID " "));
  g_assert_null (hr_usbmux_get_trouble (self->client));
  g_assert_cmpuint (self->n_changed, ==, 2);

  fake_usbmuxd_stop (&self->fake);
  wait_until (heard (self, "+" FAKE_UDID " -" FAKE_UDID " "));
  wait_until (hr_usbmux_get_trouble (self->client) != NULL);

  fake_usbmuxd_answer_listen (&self->fake);
  fake_usbmuxd_start (&self->fake);
  wait_until (heard (self, "+" FAKE_UDID " -" FAKE_UDID " +" FAKE_UDID " "));
}

/* What answers badly is left alone for a moment, and asked again. */
static void
test_nonsense (Bench        *self,
               gconstpointer data)
{
  const char *answers[] = { "HTTP/1.1 400 Bad Request\r\n\r\n", "\xff\xff\xff\xff\1\0\0\0\x8\0\0\0TAG!<plist>", "\x15\0\0\0\1\0\0\0\x8\0\0\0TAG!hello" };
  const gsize sizes[] = { 28, 23, 21 };

  fake_usbmuxd_start (&self->fake);
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    fake_usbmuxd_answer_bytes (&self->fake, answers[i], sizes[i]);
  fake_usbmuxd_answer_another (&self->fake, FAKE_RESULT (0));
  fake_usbmuxd_answer (&self->fake, FAKE_RESULT (1), "");
  fake_usbmuxd_answer_listen (&self->fake);
  hr_usbmux_start (self->client);
  wait_until (heard (self, "+" FAKE_UDID " "));
  g_assert_cmpuint (self->fake.requests->len, ==, 6);
  g_assert_null (hr_usbmux_get_trouble (self->client));

  /* Also in the middle of events. */
  g_output_stream_write (g_io_stream_get_output_stream (self->fake.connections->pdata[5]), "nonsense nonsense nonsense", 26, NULL, NULL);
  fake_usbmuxd_answer_listen (&self->fake);
  wait_until (heard (self, "+" FAKE_UDID " -" FAKE_UDID " +" FAKE_UDID " "));
}

/* A daemon that hangs does not hang us. */
static void
test_silence (Bench        *self,
              gconstpointer data)
{
  g_autoptr (HrUsbmuxAddress) address = hr_usbmux_address_new (self->fake.address);
  g_autoptr (GBytes) request = hr_usbmux_pack_listen (1);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  HrUsbmuxPacket reply;

  fake_usbmuxd_start (&self->fake);
  fake_usbmuxd_answer_bytes (&self->fake, "\x20\0", 2);
  hr_usbmux_exchange_async (address, request, 20, NULL, result_cb, &result);
  wait_until (result != NULL);
  g_assert_null (hr_usbmux_exchange_finish (result, &reply, &error));
  g_assert_error (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_UNAVAILABLE);
  wait_until (self->fake.requests->len == 1);
}

static void
test_stopped (Bench        *self,
              gconstpointer data)
{
  begin (self);
  hr_usbmux_start (self->client);
  hr_usbmux_stop (self->client);
  g_assert_true (heard (self, "+" FAKE_UDID " -" FAKE_UDID " "));
  hr_usbmux_stop (self->client);

  /* By whoever hears of a device, while more events stand in line. */
  g_string_truncate (self->heard, 0);
  self->stop_at = 1;
  fake_usbmuxd_answer_listen (&self->fake);
  hr_usbmux_start (self->client);
  wait_until (heard (self, "+" FAKE_UDID " -" FAKE_UDID " "));

  /* By whoever hears that the daemon is gone. */
  g_string_truncate (self->heard, 0);
  fake_usbmuxd_answer_listen (&self->fake);
  hr_usbmux_start (self->client);
  wait_until (heard (self, "+" FAKE_UDID " "));
  self->stop_at = self->heard->len + 1;
  self->n_changed = 0;
  fake_usbmuxd_stop (&self->fake);
  wait_until (heard (self, "+" FAKE_UDID " -" FAKE_UDID " "));
  g_assert_cmpuint (self->n_changed, ==, 0);
}

/* Without its owner nothing of it goes on, whatever was under way. */
static void
test_let_go (Bench        *self,
             gconstpointer data)
{
  hr_usbmux_start (self->client);
  g_assert_finalize_object (g_steal_pointer (&self->client));
  while (g_main_context_iteration (NULL, FALSE))
    ;

  self->client = new_client (self, self->fake.address);
  hr_usbmux_start (self->client);
  wait_until (hr_usbmux_get_trouble (self->client) != NULL);
  g_assert_finalize_object (g_steal_pointer (&self->client));

  self->client = new_client (self, self->fake.address);
  begin (self);
  fake_usbmuxd_tell (&self->fake, 0, FAKE_DETACHED (5));
  g_assert_finalize_object (g_steal_pointer (&self->client));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_true (heard (self, "+" FAKE_UDID " "));
}

static void
test_bad_address (Bench        *self,
                  gconstpointer data)
{
  g_autoptr (HrUsbmux) client = new_client (self, "nowhere");

  g_assert_nonnull (strstr (hr_usbmux_get_trouble (client), "“nowhere”"));
  hr_usbmux_start (client);
  hr_usbmux_stop (client);
  g_assert_null (hr_usbmux_find (client, "b"));
}

#define ADD(name, func) g_test_add ("/link/usbmux/" name, Bench, NULL, bench_init, func, bench_clear)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("events", test_events);
  ADD ("new-number", test_new_number);
  ADD ("split", test_split);
  ADD ("coalesced", test_coalesced);
  ADD ("stream", test_stream);
  ADD ("refusals", test_refusals);
  ADD ("not-attached", test_not_attached);
  ADD ("cancelled", test_cancelled);
  ADD ("cancelled-at-once", test_cancelled_at_once);
  ADD ("record", test_record);
  ADD ("restart", test_restart);
  ADD ("nonsense", test_nonsense);
  ADD ("silence", test_silence);
  ADD ("stopped", test_stopped);
  ADD ("let-go", test_let_go);
  ADD ("bad-address", test_bad_address);

  return g_test_run ();
}
