/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/wire/backlog.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

static void
push (HrBacklog *backlog,
      guint64    sequence,
      gsize      size)
{
  uint8_t *bytes = malloc (size);

  memset (bytes, (int) (sequence & 0xff), size);
  hr_backlog_push (backlog, sequence, bytes, size);
}

static void
assert_holds (HrBacklog *backlog,
              guint64    first,
              guint64    last)
{
  gsize size;

  g_assert_null (hr_backlog_get (backlog, first - 1, &size));
  g_assert_null (hr_backlog_get (backlog, last + 1, &size));
  for (guint64 i = first; i <= last; i++)
    {
      const uint8_t *bytes = hr_backlog_get (backlog, i, &size);

      g_assert_nonnull (bytes);
      for (gsize k = 0; k < size; k++)
        g_assert_cmpuint (bytes[k], ==, i & 0xff);
    }
}

/* None of the numbers that a test uses is held. */
static void
assert_empty (HrBacklog *backlog)
{
  gsize size;

  for (guint64 i = 0; i <= 20; i++)
    g_assert_null (hr_backlog_get (backlog, i, &size));
}

static void
test_empty (void)
{
  HrBacklog *backlog = hr_backlog_new (100);

  assert_empty (backlog);
  hr_backlog_free (backlog);
  hr_backlog_free (NULL);
}

static void
test_oldest_give_way (void)
{
  HrBacklog *backlog = hr_backlog_new (1000);

  for (guint64 i = 1; i <= 10; i++)
    push (backlog, i, 100);
  assert_holds (backlog, 1, 10);

  push (backlog, 11, 1);
  assert_holds (backlog, 2, 11);
  push (backlog, 12, 950);
  assert_holds (backlog, 11, 12);
  push (backlog, 13, 1000);
  assert_holds (backlog, 13, 13);

  hr_backlog_free (backlog);
}

static void
test_many_small_ones_wrap (void)
{
  HrBacklog *backlog = hr_backlog_new (3000);
  guint64    first = 20000;
  gsize      size;

  for (guint64 i = 1; i <= 20000; i++)
    push (backlog, i, 1 + i % 7);
  while (hr_backlog_get (backlog, first - 1, &size) != NULL)
    first--;
  g_assert_cmpuint (first, <, 20000 - 700);
  assert_holds (backlog, first, 20000);

  hr_backlog_free (backlog);
}

static void
test_hole_empties (void)
{
  HrBacklog *backlog = hr_backlog_new (1000);

  push (backlog, 5, 10);
  push (backlog, 6, 10);
  push (backlog, 8, 10);
  assert_holds (backlog, 8, 8);
  push (backlog, 8, 10);
  assert_holds (backlog, 8, 8);
  push (backlog, 1, 10);
  push (backlog, 2, 10);
  assert_holds (backlog, 1, 2);

  hr_backlog_free (backlog);
}

static void
test_what_cannot_be_kept_is_a_hole (void)
{
  HrBacklog *backlog = hr_backlog_new (100);

  push (backlog, 1, 10);
  push (backlog, 2, 101);
  assert_empty (backlog);
  push (backlog, 3, 100);
  assert_holds (backlog, 3, 3);
  hr_backlog_push (backlog, 4, NULL, 0);
  assert_empty (backlog);

  hr_backlog_free (backlog);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/backlog/empty", test_empty);
  g_test_add_func ("/wire/backlog/oldest-give-way", test_oldest_give_way);
  g_test_add_func ("/wire/backlog/wraps", test_many_small_ones_wrap);
  g_test_add_func ("/wire/backlog/hole-empties", test_hole_empties);
  g_test_add_func ("/wire/backlog/unkept", test_what_cannot_be_kept_is_a_hole);

  return g_test_run ();
}
