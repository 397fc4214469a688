/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/notices.h"

#define NOW_US G_GINT64_CONSTANT (5000000)

static HrAlert *
alert_of (const char *source,
          const char *budget,
          HrSeverity  severity)
{
  HrAlert *alert = hr_alert_new (HR_ALERT_PERFORMANCE, source, budget, "Ranking latency", HR_UNIT_MILLISECONDS, 10, 1);

  hr_alert_update (alert, 20, severity);

  return alert;
}

static void
test_severities_below_are_not_told (void)
{
  g_autoptr (HrNotices) notices = hr_notices_new ();
  g_autoptr (HrAlert) medium = alert_of ("ranker", "tail", HR_SEVERITY_MEDIUM);

  g_assert_true (hr_notices_wants (notices, medium, HR_SEVERITY_LOW, NOW_US));
  g_assert_true (hr_notices_wants (notices, medium, HR_SEVERITY_MEDIUM, NOW_US));
  g_assert_false (hr_notices_wants (notices, medium, HR_SEVERITY_HIGH, NOW_US));
}

static void
test_what_is_put_off_comes_back (void)
{
  g_autoptr (HrNotices) notices = hr_notices_new ();
  g_autoptr (HrAlert) alert = alert_of ("ranker", "tail", HR_SEVERITY_HIGH);

  hr_notices_snooze (notices, "ranker", "tail", NOW_US);
  g_assert_false (hr_notices_wants (notices, alert, HR_SEVERITY_LOW, NOW_US));
  g_assert_false (hr_notices_wants (notices, alert, HR_SEVERITY_LOW, NOW_US + HR_SNOOZE_US - 1));
  g_assert_true (hr_notices_wants (notices, alert, HR_SEVERITY_LOW, NOW_US + HR_SNOOZE_US));
}

/* Another budget of the source, and the same of another source, are told of. */
static void
test_only_that_budget_of_that_source_is_put_off (void)
{
  g_autoptr (HrNotices) notices = hr_notices_new ();
  g_autoptr (HrAlert) budget = alert_of ("ranker", "memory", HR_SEVERITY_HIGH);
  g_autoptr (HrAlert) source = alert_of ("ranker (2)", "tail", HR_SEVERITY_HIGH);

  hr_notices_snooze (notices, "ranker", "tail", NOW_US);
  g_assert_true (hr_notices_wants (notices, budget, HR_SEVERITY_LOW, NOW_US));
  g_assert_true (hr_notices_wants (notices, source, HR_SEVERITY_LOW, NOW_US));
}

static void
test_what_has_cleared_is_not_told (void)
{
  g_autoptr (HrNotices) notices = hr_notices_new ();
  g_autoptr (HrAlert) alert = alert_of ("ranker", "tail", HR_SEVERITY_HIGH);

  hr_alert_clear (alert, 2);
  g_assert_false (hr_notices_wants (notices, alert, HR_SEVERITY_LOW, NOW_US));
}

/* However many are put off, the newest is. */
static void
test_many_are_put_off (void)
{
  g_autoptr (HrNotices) notices = hr_notices_new ();

  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *budget = g_strdup_printf ("budget %u", i);

      hr_notices_snooze (notices, "ranker", budget, NOW_US);
      g_assert_true (hr_notices_is_snoozed (notices, "ranker", budget, NOW_US));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/notices/severity", test_severities_below_are_not_told);
  g_test_add_func ("/app/notices/back", test_what_is_put_off_comes_back);
  g_test_add_func ("/app/notices/only", test_only_that_budget_of_that_source_is_put_off);
  g_test_add_func ("/app/notices/cleared", test_what_has_cleared_is_not_told);
  g_test_add_func ("/app/notices/many", test_many_are_put_off);

  return g_test_run ();
}
