/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/wire/wire.h"
#include "tests/engine/link/wait.h"
#include "tests/engine/link/watch.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Makes a started link whose other end is the returned descriptor. */
static int
open_link (Watch *watch)
{
  g_autoptr (GError) error = NULL;
  int ends[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  watch_init (watch, hr_link_new_for_fd (ends[0], &error));
  g_assert_no_error (error);
  hr_link_start (watch->link);

  return ends[1];
}

static void
put (int         fd,
     const char *bytes,
     gsize       size)
{
  g_assert_cmpint (send (fd, bytes, size, MSG_NOSIGNAL), ==, size);
}

#define PING "\4\0\0\0\x3a\2\x8\1"
#define PUT(fd, text) put (fd, text, sizeof text - 1)

static void
spin (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_both_ways (void)
{
  Watch     a, b;
  int       fd = open_link (&a);
  HrMessage goodbye = { .type = HR_MESSAGE_GOODBYE };

  watch_init (&b, hr_link_new_for_fd (fd, NULL));
  send_ping (b.link, 1); /* waits for the start */
  hr_link_start (b.link);
  goodbye.reason = (char *) "done";
  hr_link_send (a.link, &goodbye);
  send_ping (b.link, 2);
  watch_until_heard (&a, "ping 1|ping 2|");
  watch_until_heard (&b, "goodbye done|");

  watch_clear (&b);
  watch_until_closed (&a);
  g_assert_error (a.error, HR_LINK_ERROR, HR_LINK_ERROR_CLOSED);
  watch_clear (&a);
}

static void
test_many_frames_in_order (void)
{
  Watch a, b;
  g_autoptr (GString) expected = g_string_new (NULL);

  watch_init (&b, hr_link_new_for_fd (open_link (&a), NULL));
  hr_link_start (b.link);
  for (gint64 i = 1; i <= 5000; i++)
    {
      send_ping (a.link, i);
      g_string_append_printf (expected, "ping %" G_GINT64_FORMAT "|", i);
    }
  watch_until_heard (&b, "ping 5000|");
  g_assert_cmpstr (b.heard->str, ==, expected->str);
  watch_clear (&a);
  watch_clear (&b);
}

/* One turn of the main loop must not be all frames that a peer cares to send. */
static void
test_turns_are_bounded (void)
{
  Watch a;
  int   fd = open_link (&a);
  g_autoptr (GString) pings = g_string_new (NULL);

  for (guint i = 0; i < 1000; i++)
    g_string_append_len (pings, PING, sizeof PING - 1);
  put (fd, pings->str, pings->len);
  g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (a.heard->len, >, 0);
  g_assert_cmpuint (a.heard->len, <, 200 * strlen ("ping 1|"));
  wait_until (a.heard->len >= 1000 * strlen ("ping 1|"));

  close (fd);
  watch_until_closed (&a);
  watch_clear (&a);
}

static void
test_split_at_every_byte (void)
{
  static const char stream[] = PING PING;

  for (gsize split = 0; split < sizeof stream; split++)
    {
      Watch a;
      int   fd = open_link (&a);

      put (fd, stream, split);
      spin ();
      put (fd, stream + split, sizeof stream - 1 - split);
      watch_until_heard (&a, "ping 1|ping 1|");
      close (fd);
      watch_until_closed (&a);
      watch_clear (&a);
    }
}

/* A good frame, then @bytes: the good one arrives, then the end with its name, once, and another link lives on. */
static void
assert_ends (const char *bytes,
             gsize       size,
             HrLinkError code)
{
  Watch a, other;
  int   fd = open_link (&a), other_fd = open_link (&other);

  PUT (fd, PING);
  put (fd, bytes, size);
  PUT (fd, PING);
  watch_until_closed (&a);
  spin ();
  g_assert_cmpstr (a.heard->str, ==, "ping 1|");
  g_assert_error (a.error, HR_LINK_ERROR, (gint) code);
  g_assert_cmpuint (a.n_closed, ==, 1);

  PUT (other_fd, PING);
  watch_until_heard (&other, "ping 1|");
  g_assert_cmpuint (other.n_closed, ==, 0);

  close (fd);
  close (other_fd);
  watch_clear (&a);
  watch_clear (&other);
}

static void
test_bad_frames_end_one_link (void)
{
  assert_ends ("\1\0\x10\0", 4, HR_LINK_ERROR_TOO_LARGE);
  assert_ends ("\0\0\0\0", 4, HR_LINK_ERROR_GARBLED);
  assert_ends ("\3\0\0\0\xe2\x03\0", 7, HR_LINK_ERROR_UNKNOWN);
  assert_ends ("\4\0\0\0\x32\2\x8\2", 8, HR_LINK_ERROR_VERSION);
  assert_ends ("\2\0\0\0\x3a\5", 6, HR_LINK_ERROR_GARBLED);
  assert_ends ("\x8\0\0\0\x2a\6\x18\xff\xff\xff\xff\xf", 12, HR_LINK_ERROR_LIMIT);
}

static void
test_hang_up_within_a_frame (void)
{
  Watch a;
  int   fd = open_link (&a);

  PUT (fd, PING "\4\0\0");
  close (fd);
  watch_until_closed (&a);
  g_assert_cmpstr (a.heard->str, ==, "ping 1|");
  g_assert_error (a.error, HR_LINK_ERROR, HR_LINK_ERROR_CLOSED);
  g_assert_nonnull (strstr (a.error->message, "middle"));
  watch_clear (&a);
}

static void
test_close_is_told_once (void)
{
  Watch a;
  int   fd = open_link (&a);
  char  bytes[64];

  send_ping (a.link, 1);
  hr_link_close (a.link);
  g_assert_cmpuint (a.n_closed, ==, 1);
  g_assert_error (a.error, HR_LINK_ERROR, HR_LINK_ERROR_CLOSED);
  hr_link_close (a.link);
  send_ping (a.link, 2);
  spin ();
  g_assert_cmpuint (a.n_closed, ==, 1);

  /* What was queued went out, and nothing else. */
  g_assert_cmpint (recv (fd, bytes, sizeof bytes, 0), ==, sizeof PING - 1);
  g_assert_cmpint (recv (fd, bytes, sizeof bytes, 0), ==, 0);
  close (fd);
  watch_clear (&a);
}

static void
close_cb (HrLink          *link,
          const HrMessage *message,
          gpointer         user_data)
{
  hr_link_close (link);
}

static void
test_close_while_delivering (void)
{
  Watch a;
  int   fd = open_link (&a);

  g_signal_connect (a.link, "message", G_CALLBACK (close_cb), NULL);
  PUT (fd, PING PING PING);
  watch_until_closed (&a);
  spin ();
  g_assert_cmpstr (a.heard->str, ==, "ping 1|");
  g_assert_cmpuint (a.n_closed, ==, 1);
  close (fd);
  watch_clear (&a);
}

static void
drop_cb (HrLink          *link,
         const HrMessage *message,
         gpointer         user_data)
{
  HrLink **owned = user_data;

  g_clear_object (owned);
}

/* The owner lets go while a message is delivered: no further signal, no use after the end. */
static void
test_drop_while_delivering (void)
{
  int      ends[2];
  HrLink  *link;
  gpointer gone;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  gone = link = hr_link_new_for_fd (ends[0], NULL);
  g_object_add_weak_pointer (G_OBJECT (link), &gone);
  g_signal_connect (link, "message", G_CALLBACK (drop_cb), &link);
  hr_link_start (link);
  PUT (ends[1], PING);
  wait_until (gone == NULL);
  g_assert_null (link);
  close (ends[1]);
}

static void
test_no_signal_after_dispose (void)
{
  Watch a;
  int   fd = open_link (&a);

  PUT (fd, PING "\0\0\0\0");
  g_object_run_dispose (G_OBJECT (a.link));
  spin ();
  g_assert_cmpuint (a.heard->len, ==, 0);
  g_assert_cmpuint (a.n_closed, ==, 0);
  close (fd);
  watch_clear (&a);
}

static void
test_overflow (void)
{
  Watch              a;
  int                fd = open_link (&a);
  g_autofree guint8 *filling = g_malloc0 (1u << 20);
  g_autoptr (GBytes) bytes = g_bytes_new_static (filling, 1u << 20);
  guint n = 0;

  while (hr_link_is_open (a.link) && n < 100)
    {
      hr_link_send_raw (a.link, bytes);
      n++;
    }
  g_assert_cmpuint (n, ==, 9);

  /* Not from within the call, and after what the peer said. */
  g_assert_cmpuint (a.n_closed, ==, 0);
  PUT (fd, PING);
  watch_until_closed (&a);
  g_assert_error (a.error, HR_LINK_ERROR, HR_LINK_ERROR_OVERFLOW);
  g_assert_cmpstr (a.heard->str, ==, "ping 1|");
  close (fd);
  watch_clear (&a);
}

static void
test_reading_peer_does_not_overflow (void)
{
  Watch a, b;
  g_autoptr (GBytes) bytes = NULL;
  HrMessage ping = { .type = HR_MESSAGE_PING };

  watch_init (&b, hr_link_new_for_fd (open_link (&a), NULL));
  hr_link_start (b.link);
  ping.ping.sent_ns = 1;
  bytes = hr_message_encode (&ping);
  for (guint i = 0; i < 200000; i++)
    {
      hr_link_send_raw (a.link, bytes);
      if (i % 1000 == 0)
        spin ();
    }
  wait_until (b.heard->len >= 200000 * strlen ("ping 1|"));
  g_assert_true (hr_link_is_open (a.link));
  watch_clear (&a);
  watch_clear (&b);
}

/* Names stay in memory for ever, so a peer that sends ever new ones is no good one; one that repeats itself may. */
static void
test_new_names_are_bounded (void)
{
  Watch                    a, b;
  g_autofree HrMetricInfo *metrics = g_new0 (HrMetricInfo, HR_WIRE_MAX_METRICS);
  HrMessage                hello = { .type = HR_MESSAGE_HELLO };
  guint                    n_good = 0;

  watch_init (&b, hr_link_new_for_fd (open_link (&a), NULL));
  hr_link_start (b.link);
  hello.hello.title = (char *) "program";
  hello.hello.metrics = metrics;
  hello.hello.n_metrics = HR_WIRE_MAX_METRICS;

  for (guint round = 0; b.n_closed == 0; round++)
    {
      for (guint i = 0; i < HR_WIRE_MAX_METRICS; i++)
        {
          g_autofree char *name = g_strdup_printf ("/name %u/%u", round, i);

          metrics[i] = (HrMetricInfo){ g_intern_string (name), HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
        }
      hr_link_send (a.link, &hello);
      hr_link_send (a.link, &hello);
      send_ping (a.link, round);
      g_string_truncate (b.heard, 0);
      wait_until (b.n_closed > 0 || strstr (b.heard->str, "ping") != NULL);
      n_good += b.n_closed == 0;
    }

  g_assert_cmpuint (n_good, ==, 16);
  g_assert_error (b.error, HR_LINK_ERROR, HR_LINK_ERROR_LIMIT);
  watch_clear (&a);
  watch_clear (&b);
}

/* The peer said something and hung up; our writing fails before we read it. */
static void
test_last_words_are_heard (void)
{
  Watch a;
  int   fd = open_link (&a);

  PUT (fd, PING PING);
  close (fd);
  send_ping (a.link, 1);
  watch_until_closed (&a);
  spin ();
  g_assert_cmpstr (a.heard->str, ==, "ping 1|ping 1|");
  g_assert_error (a.error, HR_LINK_ERROR, HR_LINK_ERROR_CLOSED);
  g_assert_cmpuint (a.n_closed, ==, 1);
  watch_clear (&a);
}

static void
test_not_a_socket (void)
{
  g_autoptr (GError) error = NULL;
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_null (hr_link_new_for_fd (ends[0], &error));
  g_assert_nonnull (error);
  g_assert_cmpint (close (ends[0]), ==, 0);
  close (ends[1]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/both-ways", test_both_ways);
  g_test_add_func ("/link/order", test_many_frames_in_order);
  g_test_add_func ("/link/turns", test_turns_are_bounded);
  g_test_add_func ("/link/split", test_split_at_every_byte);
  g_test_add_func ("/link/bad-frames", test_bad_frames_end_one_link);
  g_test_add_func ("/link/cut-frame", test_hang_up_within_a_frame);
  g_test_add_func ("/link/close", test_close_is_told_once);
  g_test_add_func ("/link/close-while-delivering", test_close_while_delivering);
  g_test_add_func ("/link/drop-while-delivering", test_drop_while_delivering);
  g_test_add_func ("/link/dispose", test_no_signal_after_dispose);
  g_test_add_func ("/link/overflow", test_overflow);
  g_test_add_func ("/link/no-overflow", test_reading_peer_does_not_overflow);
  g_test_add_func ("/link/names", test_new_names_are_bounded);
  g_test_add_func ("/link/last-words", test_last_words_are_heard);
  g_test_add_func ("/link/not-a-socket", test_not_a_socket);

  return g_test_run ();
}
