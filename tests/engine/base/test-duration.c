/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/base/duration.h"

#include <glib.h>

static void
test_durations_are_read (void)
{
  static const struct
  {
    const char *text;
    gint64      ns;
  } cases[] = {
    { "0", 0 },
    { "0.0", 0 },
    { "0s", 0 },
    { "7us", 7000 },
    { "100ms", 100000000 },
    { "5s", 5000000000 },
    { "5 s", 5000000000 },
    { "0.1s", 100000000 },
    { "1.5min", 90000000000 },
    { "0.000000001s", 1 },
    { "0.25us", 250 },
    { "1h", 3600000000000 },
    { "24h", 86400000000000 },
    { "86400s", 86400000000000 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 ns = -1;

      g_assert_true (hr_duration_parse (cases[i].text, &ns));
      g_assert_cmpint (ns, ==, cases[i].ns);
    }
}

static void
test_what_is_none_is_refused (void)
{
  static const char *const texts[] = {
    "", "s", "5", "5.s", ".5s", "-5s", "+5s", "5sec", "5 5s", "5s ", " 5s", "1e3s", "0x5s", "nans", "infs", "5,5s", "25h", "86400.1s",
    "99999999999999999999999h", "5d", "5m", "1.2.3s"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gint64 ns = 42;

      g_assert_false (hr_duration_parse (texts[i], &ns));
      g_assert_cmpint (ns, ==, 42);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/duration/read", test_durations_are_read);
  g_test_add_func ("/base/duration/refused", test_what_is_none_is_refused);

  return g_test_run ();
}
