/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/wire/byte-queue.h"

#include <glib.h>
#include <string.h>

/* What goes in comes out in order, however the two are mixed, and however often the room is moved or grows. */
static void
test_order_is_kept (void)
{
  HrByteQueue queue = { 0 };
  guint8      in = 0, out = 0;

  for (guint round = 0; round < 3000; round++)
    {
      guint8 chunk[200];
      gsize  n_in = round * 37 % sizeof chunk, n_out;

      for (gsize i = 0; i < n_in; i++)
        chunk[i] = in++;
      g_assert_true (hr_byte_queue_add (&queue, chunk, n_in));
      n_out = MIN (hr_byte_queue_size (&queue), round * 53 % 190);
      for (gsize i = 0; i < n_out; i++)
        g_assert_cmpuint (queue.bytes[queue.begin++], ==, out++);
    }
  while (hr_byte_queue_size (&queue) > 0)
    g_assert_cmpuint (queue.bytes[queue.begin++], ==, out++);

  g_assert_cmpuint (in, ==, out);
  hr_byte_queue_clear (&queue);
}

/* What was taken leaves its room to what comes: a queue that is emptied as it is filled stays as large as it was. */
static void
test_room_is_used_again (void)
{
  HrByteQueue  queue = { 0 };
  const guint8 chunk[1000] = { 0 };
  gsize        capacity;

  g_assert_true (hr_byte_queue_add (&queue, chunk, sizeof chunk));
  capacity = queue.capacity;
  for (guint i = 0; i < 1000; i++)
    {
      queue.begin += 999;
      g_assert_true (hr_byte_queue_add (&queue, chunk, 999));
    }

  g_assert_cmpuint (queue.capacity, ==, capacity);
  hr_byte_queue_clear (&queue);
}

static void
test_nothing_takes_no_memory (void)
{
  HrByteQueue queue = { 0 };

  g_assert_true (hr_byte_queue_add (&queue, NULL, 0));
  g_assert_null (queue.bytes);
  g_assert_cmpuint (hr_byte_queue_size (&queue), ==, 0);

  hr_byte_queue_clear (&queue);
  g_assert_null (queue.bytes);
}

/* More than there can be is refused, and what is held stays. */
static void
test_short_memory_takes_nothing (void)
{
  HrByteQueue queue = { 0 };

  g_assert_true (hr_byte_queue_add (&queue, (const guint8 *) "held", 4));
  g_assert_false (hr_byte_queue_add (&queue, (const guint8 *) "", (gsize) 1 << 62));
  g_assert_false (hr_byte_queue_add (&queue, (const guint8 *) "", G_MAXSIZE));
  g_assert_cmpuint (hr_byte_queue_size (&queue), ==, 4);
  g_assert_cmpmem (queue.bytes + queue.begin, 4, "held", 4);

  hr_byte_queue_clear (&queue);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/wire/byte-queue/order", test_order_is_kept);
  g_test_add_func ("/wire/byte-queue/room", test_room_is_used_again);
  g_test_add_func ("/wire/byte-queue/nothing", test_nothing_takes_no_memory);
  g_test_add_func ("/wire/byte-queue/short-memory", test_short_memory_takes_nothing);

  return g_test_run ();
}
