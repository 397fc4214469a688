/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/collector.h"

#define SECOND ((gint64) HR_NS_PER_SECOND)

/* A collector that does what the test says, and counts how often it was asked. */
typedef struct
{
  HrCollector parent;
  gboolean    fails;
  const char *notice;
  guint       n_runs;
  gboolean   *freed;
} Fake;

static gboolean
fake_collect (HrCollector *collector,
              gint64       now_ns,
              GPtrArray   *feeds,
              GError     **error)
{
  Fake *self = (Fake *) collector;

  self->n_runs++;
  if (self->fails)
    g_set_error_literal (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_UNREADABLE, "out of order");

  return !self->fails;
}

static const char *
fake_notice (HrCollector *collector)
{
  return ((Fake *) collector)->notice;
}

static void
fake_free (HrCollector *collector)
{
  Fake *self = (Fake *) collector;

  if (self->freed != NULL)
    *self->freed = TRUE;
  g_free (self);
}

static const HrCollectorClass fake_class = { "fake", fake_collect, fake_notice, fake_free };
static const HrCollectorClass plain_class = { "plain", fake_collect, NULL, fake_free };

static Fake *
add_fake (HrCollectors           *collectors,
          const HrCollectorClass *klass)
{
  Fake *fake = g_new0 (Fake, 1);

  fake->parent.klass = klass;
  hr_collectors_add (collectors, &fake->parent);

  return fake;
}

static void
test_a_failure_stays_alone (void)
{
  g_autoptr (HrCollectors) collectors = hr_collectors_new ();
  Fake            *broken = add_fake (collectors, &fake_class);
  Fake            *sound = add_fake (collectors, &plain_class);
  g_autofree char *text = NULL;

  broken->fails = TRUE;
  for (gint64 i = 1; i <= 10; i++)
    hr_collectors_run (collectors, SECOND + i * SECOND / 100, NULL);

  g_assert_cmpuint (sound->n_runs, ==, 10);
  g_assert_cmpuint (broken->n_runs, ==, 1);
  g_assert_cmpuint (hr_collectors_get_n_failing (collectors), ==, 1);
  text = hr_collectors_describe (collectors);
  g_assert_cmpstr (text, ==, "fake: out of order");
}

static void
test_a_failed_collector_rests_twice_as_long_each_time (void)
{
  g_autoptr (HrCollectors) collectors = hr_collectors_new ();
  Fake *broken = add_fake (collectors, &fake_class);

  /* Tried at 1, 2, 4, 8, 16, 32 and 64 s, then every 60 s. */
  broken->fails = TRUE;
  for (gint64 i = 1; i <= 124; i++)
    hr_collectors_run (collectors, i * SECOND, NULL);

  g_assert_cmpuint (broken->n_runs, ==, 8);
}

static void
test_a_collector_that_recovers_is_well_again (void)
{
  g_autoptr (HrCollectors) collectors = hr_collectors_new ();
  Fake            *broken = add_fake (collectors, &fake_class);
  g_autofree char *text = NULL;

  broken->fails = TRUE;
  hr_collectors_run (collectors, 1 * SECOND, NULL);
  broken->fails = FALSE;
  hr_collectors_run (collectors, 2 * SECOND, NULL);
  hr_collectors_run (collectors, 2 * SECOND + 1, NULL);

  g_assert_cmpuint (broken->n_runs, ==, 3);
  g_assert_cmpuint (hr_collectors_get_n_failing (collectors), ==, 0);
  text = hr_collectors_describe (collectors);
  g_assert_null (text);

  /* The next failure is a first one again. */
  broken->fails = TRUE;
  hr_collectors_run (collectors, 3 * SECOND, NULL);
  hr_collectors_run (collectors, 4 * SECOND, NULL);
  g_assert_cmpuint (broken->n_runs, ==, 5);
}

static void
test_notices_are_told_without_a_failure (void)
{
  g_autoptr (HrCollectors) collectors = hr_collectors_new ();
  Fake            *first = add_fake (collectors, &fake_class);
  Fake            *second = add_fake (collectors, &fake_class);
  g_autofree char *text = NULL;

  first->notice = "one";
  second->notice = "two";
  hr_collectors_run (collectors, SECOND, NULL);

  text = hr_collectors_describe (collectors);
  g_assert_cmpstr (text, ==, "fake: one · fake: two");
  g_assert_cmpuint (hr_collectors_get_n_failing (collectors), ==, 0);
}

static void
test_collectors_are_freed (void)
{
  HrCollectors *collectors = hr_collectors_new ();
  gboolean      freed = FALSE;

  add_fake (collectors, &fake_class)->freed = &freed;
  hr_collectors_free (collectors);
  g_assert_true (freed);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/collect/collector/isolated", test_a_failure_stays_alone);
  g_test_add_func ("/collect/collector/rest", test_a_failed_collector_rests_twice_as_long_each_time);
  g_test_add_func ("/collect/collector/recovery", test_a_collector_that_recovers_is_well_again);
  g_test_add_func ("/collect/collector/notice", test_notices_are_told_without_a_failure);
  g_test_add_func ("/collect/collector/freed", test_collectors_are_freed);

  return g_test_run ();
}
