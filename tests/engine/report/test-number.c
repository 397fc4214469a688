/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/number.h"

#include <locale.h>
#include <math.h>
#include <string.h>

static void
assert_text (double      value,
             const char *expected)
{
  g_autoptr (GString) out = g_string_new (NULL);

  hr_number_append (out, value);
  g_assert_cmpstr (out->str, ==, expected);
}

static void
assert_same (double value)
{
  g_autoptr (GString) out = g_string_new (NULL);
  double back;

  hr_number_append (out, value);
  back = g_ascii_strtod (out->str, NULL);
  g_assert_cmpmem (&back, sizeof back, &value, sizeof value);
}

static void
test_no_more_digits_than_needed (void)
{
  assert_text (0, "0");
  assert_text (-0.0, "-0.0");
  assert_text (0.1, "0.1");
  assert_text (-12.05, "-12.05");
  assert_text (0.1 + 0.2, "0.30000000000000004");
  assert_text (1e15, "1000000000000000");
  assert_text (0.000000001, "0.000000001");
  assert_text (1e22, "1e+22");
  assert_text ((double) NAN, "");
  assert_text (-(double) INFINITY, "");
}

/* Random bits are doubles of every size; random cents are what is measured. */
static void
test_every_double_comes_back (void)
{
  for (guint i = 0; i < 200000; i++)
    {
      guint64 bits = (guint64) (guint32) g_test_rand_int () << 32 | (guint32) g_test_rand_int ();
      double  value;

      memcpy (&value, &bits, sizeof value);
      if (isfinite (value))
        assert_same (value);
      assert_same (g_test_rand_int () / 100.0);
      assert_same (g_test_rand_double_range (0, 1));
    }
  assert_same (5e-324);
  assert_same (1.7976931348623157e308);
  assert_same (9007199254740993.0);
}

static void
test_every_language_has_a_point (void)
{
  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL)
    {
      g_test_skip ("no locale with a decimal comma is installed");
      return;
    }
  assert_text (0.5, "0.5");
  assert_text (1.0 / 3, "0.3333333333333333");
  setlocale (LC_ALL, "C");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/number/short", test_no_more_digits_than_needed);
  g_test_add_func ("/report/number/exact", test_every_double_comes_back);
  g_test_add_func ("/report/number/language", test_every_language_has_a_point);

  return g_test_run ();
}
