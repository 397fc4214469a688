/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/wording.h"

#include <locale.h>
#include <math.h>

static void
assert_and_free (char       *text,
                 const char *expected)
{
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_exact (void)
{
  assert_and_free (hr_word_exact (0.028143, HR_UNIT_MILLISECONDS), "0.028143 ms");
  assert_and_free (hr_word_exact (27914, HR_UNIT_COUNT), "27914");
  assert_and_free (hr_word_exact ((double) NAN, HR_UNIT_MILLISECONDS), "–");
}

/* Programs read it: a comma would be another number. */
static void
test_exact_knows_no_locale (void)
{
  if (setlocale (LC_NUMERIC, "de_DE.UTF-8") == NULL && setlocale (LC_NUMERIC, "C.UTF-8") == NULL)
    g_test_skip ("no other locale here");
  assert_and_free (hr_word_exact (0.5, HR_UNIT_MEGABYTES), "0.5 MB");
  setlocale (LC_NUMERIC, "C");
}

static void
test_count (void)
{
  assert_and_free (hr_word_count (0), "0");
  assert_and_free (hr_word_count (999), "999");
  assert_and_free (hr_word_count (27914), "27\u00a0914");
  assert_and_free (hr_word_count (1234567), "1\u00a0234\u00a0567");
}

static void
test_factor (void)
{
  assert_and_free (hr_word_factor (357.14), "357×");
  assert_and_free (hr_word_factor (3.2), "3.2×");
  assert_and_free (hr_word_factor ((double) NAN), "–");
}

static void
test_span (void)
{
  assert_and_free (hr_word_span (1200000), "1.2 s");
  assert_and_free (hr_word_span (40 * G_USEC_PER_SEC), "40 s");
  assert_and_free (hr_word_span (185 * G_USEC_PER_SEC), "3 min 5 s");
  assert_and_free (hr_word_span (7800 * (gint64) G_USEC_PER_SEC), "2 h 10 min");
  assert_and_free (hr_word_span (-5), "0.0 s");
}

static void
test_estimate (void)
{
  assert_and_free (hr_word_estimate (0.5), "30 s");
  assert_and_free (hr_word_estimate (72.4), "72 min");
  assert_and_free (hr_word_estimate (300), "5 h");
  assert_and_free (hr_word_estimate (4 * 24 * 60), "4 days");
  assert_and_free (hr_word_estimate (1e12), "years");
}

static void
test_rate (void)
{
  assert_and_free (hr_word_rate (100), "10 Hz");
  assert_and_free (hr_word_rate (1000), "1 Hz");
  assert_and_free (hr_word_rate (5000), "every 5 s");
}

static void
test_every_state_has_words (void)
{
  for (guint i = 0; i < HR_N_SOURCE_STATES; i++)
    {
      g_assert_cmpstr (hr_word_state (i), !=, "Unknown");
      g_assert_nonnull (hr_state_css_class (i));
    }
  for (guint i = 0; i < HR_N_STANDINGS; i++)
    g_assert_nonnull (hr_standing_icon (i));
  g_assert_cmpstr (hr_standing_css_class (HR_STANDING_OVER), ==, "error");
}

static void
test_alert (void)
{
  g_autoptr (HrAlert) alert = hr_alert_new (HR_ALERT_PERFORMANCE, "ranker", "tail", "Tail latency", HR_UNIT_MILLISECONDS, 10, 1);

  hr_alert_update (alert, 14.9, HR_SEVERITY_MEDIUM);
  assert_and_free (hr_word_alert (alert), "Tail latency 14.9 ms, limit 10 ms");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wording/exact", test_exact);
  g_test_add_func ("/wording/exact-knows-no-locale", test_exact_knows_no_locale);
  g_test_add_func ("/wording/count", test_count);
  g_test_add_func ("/wording/factor", test_factor);
  g_test_add_func ("/wording/span", test_span);
  g_test_add_func ("/wording/estimate", test_estimate);
  g_test_add_func ("/wording/rate", test_rate);
  g_test_add_func ("/wording/every-state-has-words", test_every_state_has_words);
  g_test_add_func ("/wording/alert", test_alert);

  return g_test_run ();
}
