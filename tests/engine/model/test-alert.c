/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/alert.h"

static void
count_cb (HrAlert *alert,
          guint   *count)
{
  (*count)++;
}

static void
test_an_alert_keeps_its_worst (void)
{
  g_autoptr (HrAlert) alert = hr_alert_new (HR_ALERT_PERFORMANCE, "ranker", "thompson mean", "Ranking latency", HR_UNIT_MILLISECONDS, 10, 5);
  guint changes = 0;

  g_signal_connect (alert, "changed", G_CALLBACK (count_cb), &changes);
  hr_alert_update (alert, 12, HR_SEVERITY_MEDIUM);
  hr_alert_update (alert, 25, HR_SEVERITY_CRITICAL);
  hr_alert_update (alert, 11, HR_SEVERITY_LOW);

  g_assert_cmpfloat (hr_alert_get_worst (alert), ==, 25);
  g_assert_cmpint (hr_alert_get_severity (alert), ==, HR_SEVERITY_CRITICAL);
  g_assert_cmpint (hr_alert_get_level (alert), ==, HR_ALERT_CRITICAL);
  g_assert_cmpuint (changes, ==, 2);
}

static void
test_worse_is_further_below_a_minimum (void)
{
  g_autoptr (HrAlert) alert = hr_alert_new (HR_ALERT_PERFORMANCE, "ranker", "compliance", "Compliance", HR_UNIT_RATIO, 0.9, 5);

  hr_alert_update (alert, 0.8, HR_SEVERITY_MEDIUM);
  hr_alert_update (alert, 0.5, HR_SEVERITY_MEDIUM);
  hr_alert_update (alert, 0.7, HR_SEVERITY_MEDIUM);

  g_assert_cmpfloat (hr_alert_get_worst (alert), ==, 0.5);
}

static void
test_an_alert_clears_once (void)
{
  g_autoptr (HrAlert) alert = hr_alert_new (HR_ALERT_MEMORY, "ranker", "memory", "Memory", HR_UNIT_MEGABYTES, 200, 5);

  g_assert_true (hr_alert_is_active (alert));
  hr_alert_clear (alert, 70);
  hr_alert_clear (alert, 90);
  g_assert_false (hr_alert_is_active (alert));
  g_assert_cmpint (hr_alert_get_cleared (alert), ==, 70);
  g_assert_cmpint (hr_alert_get_raised (alert), ==, 5);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/alert/worst", test_an_alert_keeps_its_worst);
  g_test_add_func ("/model/alert/minimum", test_worse_is_further_below_a_minimum);
  g_test_add_func ("/model/alert/clear", test_an_alert_clears_once);

  return g_test_run ();
}
