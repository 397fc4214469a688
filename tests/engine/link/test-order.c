/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/order.h"

static gboolean
hello (HrOrder *order,
       guint    stream,
       guint64  epoch)
{
  HrMessage message = { .type = HR_MESSAGE_HELLO, .stream = stream };

  message.hello.name = (HrStreamName){ .uuid = { 1 }, .epoch = epoch };

  return hr_order_check (order, &message, NULL);
}

static gboolean
snapshot (HrOrder *order,
          guint    stream,
          guint64  sequence,
          gint64   end_ns,
          GError **error)
{
  g_autoptr (HrSnapshot) taken = hr_snapshot_new (&(HrSnapshot){ .sequence = sequence, .end_ns = end_ns, .interval_ns = 5 }, NULL, 0);

  return hr_order_check (order, &(HrMessage){ .type = HR_MESSAGE_SNAPSHOT, .stream = stream, .snapshot = taken }, error);
}

static void
test_time_goes_on (void)
{
  g_autoptr (HrOrder) order = hr_order_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (hello (order, 1, 1));
  g_assert_true (hello (order, 2, 1));
  g_assert_true (snapshot (order, 1, 5, 100, NULL));
  g_assert_true (snapshot (order, 1, 6, 100, NULL));
  g_assert_true (snapshot (order, 2, 7, 50, NULL));

  /* What is sent again is of the past. */
  g_assert_true (snapshot (order, 1, 5, 90, NULL));
  g_assert_true (snapshot (order, 1, 8, 120, NULL));

  g_assert_false (snapshot (order, 1, 9, 119, &error));
  g_assert_error (error, HR_LINK_ERROR, HR_LINK_ERROR_GARBLED);
}

static void
test_another_stream_has_its_own_time (void)
{
  g_autoptr (HrOrder) order = hr_order_new ();

  g_assert_true (hello (order, 1, 1));
  g_assert_true (snapshot (order, 1, 5, 100, NULL));

  /* The same hello again does not help. */
  g_assert_true (hello (order, 1, 1));
  g_assert_false (snapshot (order, 1, 6, 99, NULL));

  g_assert_true (hello (order, 1, 2));
  g_assert_true (snapshot (order, 1, 6, 10, NULL));
}

static void
test_streams_are_bounded (void)
{
  g_autoptr (HrOrder) order = hr_order_new ();

  for (guint i = 0; i < HR_ORDER_MAX_STREAMS; i++)
    g_assert_true (hello (order, i, 1));
  g_assert_false (hello (order, HR_ORDER_MAX_STREAMS, 1));

  g_assert_true (hr_order_check (order, &(HrMessage){ .type = HR_MESSAGE_GOODBYE, .stream = 7 }, NULL));
  g_assert_true (hello (order, HR_ORDER_MAX_STREAMS, 1));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/order/time", test_time_goes_on);
  g_test_add_func ("/link/order/streams", test_another_stream_has_its_own_time);
  g_test_add_func ("/link/order/bounded", test_streams_are_bounded);

  return g_test_run ();
}
