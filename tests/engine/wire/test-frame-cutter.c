/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/engine/wire/frames.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

/* Three frames of 1, 2 and 3 bytes. */
static const uint8_t stream[] = { 1, 0, 0, 0, 'a', 2, 0, 0, 0, 'b', 'c', 3, 0, 0, 0, 'd', 'e', 'f' };

/* Takes out every whole frame, appending "body|" to @out. */
static HrWireStatus
drain (HrFrameCutter *cutter,
       GString       *out)
{
  const uint8_t *body;
  size_t         size;
  HrWireStatus   status;

  while ((status = hr_frame_cutter_next (cutter, &body, &size)) == HR_WIRE_OK && body != NULL)
    {
      g_string_append_len (out, (const char *) body, (gssize) size);
      g_string_append_c (out, '|');
    }

  return status;
}

static void
test_split_at_every_byte (void)
{
  for (gsize split = 0; split <= sizeof stream; split++)
    {
      HrFrameCutter cutter = { 0 };
      g_autoptr (GString) out = g_string_new (NULL);

      g_assert_cmpint (hr_frame_cutter_push (&cutter, stream, split), ==, HR_WIRE_OK);
      g_assert_cmpint (drain (&cutter, out), ==, HR_WIRE_OK);
      g_assert_cmpint (hr_frame_cutter_push (&cutter, stream + split, sizeof stream - split), ==, HR_WIRE_OK);
      g_assert_cmpint (drain (&cutter, out), ==, HR_WIRE_OK);
      g_assert_cmpstr (out->str, ==, "a|bc|def|");
      hr_frame_cutter_clear (&cutter);
    }
}

static void
test_byte_by_byte (void)
{
  HrFrameCutter cutter = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);

  for (gsize i = 0; i < sizeof stream; i++)
    {
      g_assert_cmpint (hr_frame_cutter_push (&cutter, stream + i, 1), ==, HR_WIRE_OK);
      g_assert_cmpint (drain (&cutter, out), ==, HR_WIRE_OK);
    }
  g_assert_cmpstr (out->str, ==, "a|bc|def|");
  hr_frame_cutter_clear (&cutter);
}

static void
test_bad_lengths_stay (void)
{
  static const uint8_t empty[] = { 1, 0, 0, 0, 'a', 0, 0, 0, 0 };
  static const uint8_t large[] = { 1, 0, 0, 0, 'a', 1, 0, 0x10, 0 };
  HrFrameCutter        cutter = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);

  hr_frame_cutter_push (&cutter, empty, sizeof empty);
  g_assert_cmpint (drain (&cutter, out), ==, HR_WIRE_ERROR_EMPTY);
  g_assert_cmpint (drain (&cutter, out), ==, HR_WIRE_ERROR_EMPTY);
  hr_frame_cutter_clear (&cutter);

  hr_frame_cutter_push (&cutter, large, sizeof large);
  g_assert_cmpint (drain (&cutter, out), ==, HR_WIRE_ERROR_TOO_LARGE);
  g_assert_cmpint (drain (&cutter, out), ==, HR_WIRE_ERROR_TOO_LARGE);
  hr_frame_cutter_clear (&cutter);

  g_assert_cmpstr (out->str, ==, "a|a|");
}

static void
test_largest_frame_passes (void)
{
  static const uint8_t length[] = { 0, 0, 0x10, 0 };
  HrFrameCutter        cutter = { 0 };
  g_autofree uint8_t  *content = g_malloc0 (HR_WIRE_MAX_FRAME);
  const uint8_t       *body;
  size_t               size;

  g_assert_cmpint (hr_frame_cutter_push (&cutter, length, sizeof length), ==, HR_WIRE_OK);
  g_assert_cmpint (hr_frame_cutter_push (&cutter, content, HR_WIRE_MAX_FRAME), ==, HR_WIRE_OK);
  g_assert_cmpint (hr_frame_cutter_next (&cutter, &body, &size), ==, HR_WIRE_OK);
  g_assert_nonnull (body);
  g_assert_cmpuint (size, ==, HR_WIRE_MAX_FRAME);
  hr_frame_cutter_clear (&cutter);
}

static void
test_pending_is_bounded (void)
{
  HrFrameCutter       cutter = { 0 };
  g_autofree uint8_t *content = g_malloc0 (HR_WIRE_MAX_PENDING);

  g_assert_cmpint (hr_frame_cutter_push (&cutter, content, HR_WIRE_MAX_PENDING), ==, HR_WIRE_OK);
  g_assert_cmpint (hr_frame_cutter_push (&cutter, content, 1), ==, HR_WIRE_ERROR_MEMORY);
  g_assert_cmpuint (cutter.end - cutter.begin, ==, HR_WIRE_MAX_PENDING);
  g_assert_cmpuint (cutter.capacity, <=, 2 * HR_WIRE_MAX_PENDING);
  hr_frame_cutter_clear (&cutter);
  g_assert_null (cutter.bytes);
}

/* A long stream does not make the cutter grow. */
static void
test_room_is_used_again (void)
{
  HrFrameCutter cutter = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < 100000; i++)
    {
      hr_frame_cutter_push (&cutter, stream + i % sizeof stream, 1);
      drain (&cutter, out);
    }
  g_assert_cmpuint (cutter.capacity, <=, 4096);
  g_assert_cmpuint (out->len, ==, 100000 / sizeof stream * 9 + 2);
  hr_frame_cutter_clear (&cutter);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/frame-cutter/split", test_split_at_every_byte);
  g_test_add_func ("/wire/frame-cutter/byte-by-byte", test_byte_by_byte);
  g_test_add_func ("/wire/frame-cutter/bad-lengths", test_bad_lengths_stay);
  g_test_add_func ("/wire/frame-cutter/largest", test_largest_frame_passes);
  g_test_add_func ("/wire/frame-cutter/bounded", test_pending_is_bounded);
  g_test_add_func ("/wire/frame-cutter/room", test_room_is_used_again);

  return g_test_run ();
}
