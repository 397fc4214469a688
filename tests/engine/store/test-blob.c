/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/blob.h"

#include <string.h>

static const guint64 numbers[] = { 0, 1, 127, 128, 16383, 16384, G_MAXUINT32, G_GUINT64_CONSTANT (1) << 62, G_GUINT64_CONSTANT (1) << 63, G_MAXUINT64 };

static void
test_numbers_come_back (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      HrReader in;
      guint64  number = 5;
      gint64   negative;

      hr_put_number (bytes, numbers[i]);
      hr_put_signed (bytes, (gint64) numbers[i]);
      g_assert_cmpuint (bytes->len, <=, 2 * HR_VARINT_MAX);

      in = (HrReader){ bytes->data, bytes->len };
      if (numbers[i] > 0)
        g_assert_false (hr_take_number (&in, numbers[i] - 1, &number));
      g_assert_true (in.data == bytes->data);
      g_assert_true (hr_take_number (&in, numbers[i], &number));
      g_assert_cmpuint (number, ==, numbers[i]);
      g_assert_true (hr_take_signed (&in, &negative));
      g_assert_cmpint (negative, ==, (gint64) numbers[i]);
      g_assert_cmpuint (in.size, ==, 0);
    }
}

static void
test_numbers_that_are_none (void)
{
  const guint8 endless[] = { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0 };
  const guint8 too_large[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2 };
  HrReader     in = { endless, sizeof endless };
  guint64      number = 5;

  g_assert_false (hr_take_number (&in, G_MAXUINT64, &number));
  for (gsize size = 0; size < HR_VARINT_MAX; size++)
    {
      in = (HrReader){ endless, size };
      g_assert_false (hr_take_number (&in, G_MAXUINT64, &number));
    }
  in = (HrReader){ too_large, sizeof too_large };
  g_assert_false (hr_take_number (&in, G_MAXUINT64, &number));
  g_assert_cmpuint (number, ==, 5);
}

static void
test_near_numbers_are_short (void)
{
  for (gint64 number = -64; number < 64; number++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();

      hr_put_signed (bytes, number);
      g_assert_cmpuint (bytes->len, ==, 1);
      g_assert_cmpint (hr_unzigzag (hr_zigzag (number)), ==, number);
    }
}

static void
test_packed_bytes_come_back (void)
{
  for (gsize size = 0; size < 3000; size = 2 * size + 1)
    for (guint noisy = 0; noisy < 2; noisy++)
      {
        g_autofree guint8 *data = g_malloc (size + 1);
        g_autofree guint8 *read = g_malloc (size + 1);
        g_autoptr (GByteArray) bytes = g_byte_array_new ();
        HrReader in;

        for (gsize i = 0; i < size; i++)
          data[i] = noisy ? (guint8) (i * i * 31 + (i >> 3) * 77) : 7;
        hr_put_packed (bytes, data, size);
        in = (HrReader){ bytes->data, bytes->len };
        g_assert_true (hr_take_packed (&in, read, size));
        g_assert_cmpmem (read, size, data, size);
        g_assert_cmpuint (in.size, ==, 0);
        if (!noisy && size > 100)
          g_assert_cmpuint (bytes->len, <, 32);

        /* Of another size than what was packed. */
        in = (HrReader){ bytes->data, bytes->len };
        g_assert_false (size > 0 && hr_take_packed (&in, read, size - 1));
        in = (HrReader){ bytes->data, bytes->len };
        g_assert_false (hr_take_packed (&in, read, size + 1));
      }
}

/* What unpacks to more than there should be is refused, not written. */
static void
test_a_bomb_is_refused (void)
{
  g_autofree guint8 *zeros = g_malloc0 (1 << 20);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8   room[1000];
  HrReader in;

  hr_put_packed (bytes, zeros, 1 << 20);
  g_assert_cmpuint (bytes->len, <, sizeof room);
  in = (HrReader){ bytes->data, bytes->len };
  g_assert_false (hr_take_packed (&in, room, sizeof room));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/blob/numbers", test_numbers_come_back);
  g_test_add_func ("/store/blob/no-numbers", test_numbers_that_are_none);
  g_test_add_func ("/store/blob/near", test_near_numbers_are_short);
  g_test_add_func ("/store/blob/packed", test_packed_bytes_come_back);
  g_test_add_func ("/store/blob/bomb", test_a_bomb_is_refused);

  return g_test_run ();
}
