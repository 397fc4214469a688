/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/host.h"

#include <glib/gstdio.h>

/* As systems write it: in quotes of either kind or none, with escapes, among comments. */
static void
test_system_is_read_from_its_release (void)
{
  static const char *const cases[][2] = {
    { "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n", "Debian GNU/Linux 12 (bookworm)" },
    { "# comment\n\nPRETTY_NAME='One “two”'\n", "One “two”" },
    { "PRETTY_NAME=Plain\n", "Plain" },
    { "PRETTY_NAME=\"a \\\"b\\\" \\$c\"\n", "a \"b\" $c" },
    { "NAME=x\n", NULL },
    { "PRETTY_NAME=\"no end\n", NULL },
    { "nothing of the kind", NULL },
    { "", NULL },
  };
  g_autofree char *path = NULL;
  int              fd = g_file_open_tmp ("headroom-host-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *system = NULL;

      g_assert_true (g_file_set_contents (path, cases[i][0], -1, NULL));
      system = hr_host_read_system (path);
      g_assert_cmpstr (system, ==, cases[i][1]);
    }

  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_null (hr_host_read_system (path));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/host/system", test_system_is_read_from_its_release);

  return g_test_run ();
}
