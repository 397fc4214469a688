/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/thompson/arms.h"

#include <glib.h>
#include <math.h>

#define SOURCES 28
#define CATEGORIES 3

/* Of each of four threads: enough that they surely run beside each other. */
#define UPDATES 500000

static const HrArm prior = { 1, 2 };

static void
assert_arm (const HrArms *arms,
            uint32_t      source,
            uint32_t      category,
            double        alpha,
            double        beta)
{
  HrArm arm;

  g_assert_cmpint (hr_arms_get (arms, source, category, &arm), ==, HR_JOB_OK);
  g_assert_cmpfloat_with_epsilon (arm.alpha, alpha, 1e-12);
  g_assert_cmpfloat_with_epsilon (arm.beta, beta, 1e-12);
}

static void
test_feedback_moves_one_arm_only (void)
{
  HrArm  storage[SOURCES * CATEGORIES];
  HrArms arms;

  g_assert_cmpint (hr_arms_init (&arms, storage, G_N_ELEMENTS (storage), SOURCES, CATEGORIES, prior), ==, HR_JOB_OK);
  g_assert_cmpint (hr_arms_update (&arms, 27, 2, true, 1), ==, HR_JOB_OK);
  g_assert_cmpint (hr_arms_update (&arms, 27, 2, false, 0.5), ==, HR_JOB_OK);

  for (uint32_t source = 0; source < SOURCES; source++)
    for (uint32_t category = 0; category < CATEGORIES; category++)
      if (source != 27 || category != 2)
        assert_arm (&arms, source, category, 1, 2);
  assert_arm (&arms, 27, 2, 2, 2.5);
}

static void
test_decay_goes_towards_the_prior (void)
{
  HrArm  storage[1];
  HrArms arms;

  hr_arms_init (&arms, storage, 1, 1, 1, prior);
  hr_arms_update (&arms, 0, 0, true, 8);
  hr_arms_update (&arms, 0, 0, false, 4);
  g_assert_cmpint (hr_arms_decay (&arms, 1), ==, HR_JOB_OK);
  assert_arm (&arms, 0, 0, 9, 6);
  g_assert_cmpint (hr_arms_decay (&arms, 0.25), ==, HR_JOB_OK);
  assert_arm (&arms, 0, 0, 3, 3);
  g_assert_cmpint (hr_arms_decay (&arms, 0), ==, HR_JOB_OK);
  assert_arm (&arms, 0, 0, 1, 2);
}

static void
test_bad_input_is_refused_and_changes_nothing (void)
{
  static const double wrong[] = { 0, -1, 2e9, 1e-10, (double) NAN, (double) INFINITY };
  HrArm               storage[4], arm = { 7, 7 };
  HrArms              arms, untouched = { 0 };

  g_assert_cmpint (hr_arms_init (&untouched, storage, 4, 0, 1, prior), ==, HR_JOB_BAD_ARM);
  g_assert_cmpint (hr_arms_init (&untouched, storage, 4, 1, 0, prior), ==, HR_JOB_BAD_ARM);
  g_assert_cmpint (hr_arms_init (&untouched, storage, 3, 2, 2, prior), ==, HR_JOB_RESOURCES_EXHAUSTED);
  g_assert_cmpint (hr_arms_init (&untouched, storage, 4, G_MAXUINT32, G_MAXUINT32, prior), ==, HR_JOB_RESOURCES_EXHAUSTED);
  g_assert_null (untouched.arms);

  g_assert_cmpint (hr_arms_init (&arms, storage, 4, 2, 2, prior), ==, HR_JOB_OK);
  g_assert_cmpint (hr_arms_get (&arms, 2, 0, &arm), ==, HR_JOB_BAD_ARM);
  g_assert_cmpint (hr_arms_get (&arms, 0, 2, &arm), ==, HR_JOB_BAD_ARM);
  g_assert_cmpfloat (arm.alpha, ==, 7);
  g_assert_cmpint (hr_arms_update (&arms, 0, 2, true, 1), ==, HR_JOB_BAD_ARM);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_cmpint (hr_arms_init (&untouched, storage, 4, 2, 2, (HrArm){ wrong[i], 1 }), ==, HR_JOB_BAD_PRIOR);
      g_assert_cmpint (hr_arms_init (&untouched, storage, 4, 2, 2, (HrArm){ 1, wrong[i] }), ==, HR_JOB_BAD_PRIOR);
      g_assert_cmpint (hr_arms_update (&arms, 0, 0, true, wrong[i]), ==, HR_JOB_BAD_WEIGHT);
    }
  g_assert_cmpint (hr_arms_decay (&arms, -0.1), ==, HR_JOB_BAD_WEIGHT);
  g_assert_cmpint (hr_arms_decay (&arms, 1.1), ==, HR_JOB_BAD_WEIGHT);
  g_assert_cmpint (hr_arms_decay (&arms, (double) NAN), ==, HR_JOB_BAD_WEIGHT);
  assert_arm (&arms, 0, 0, 1, 2);
}

static gpointer
update_often (gpointer data)
{
  for (int i = 0; i < UPDATES; i++)
    hr_arms_update (data, 0, 0, i % 2 == 0, 1);

  return NULL;
}

static void
test_no_update_is_lost_between_threads (void)
{
  HrArm    storage[1];
  HrArms   arms;
  GThread *workers[4];

  hr_arms_init (&arms, storage, 1, 1, 1, prior);
  for (gsize i = 0; i < G_N_ELEMENTS (workers); i++)
    workers[i] = g_thread_new ("updates", update_often, &arms);
  for (gsize i = 0; i < G_N_ELEMENTS (workers); i++)
    g_thread_join (workers[i]);

  assert_arm (&arms, 0, 0, 1 + 2 * UPDATES, 2 + 2 * UPDATES);
}

static void
test_every_status_has_a_name (void)
{
  for (int i = 0; i < HR_N_JOB_STATUSES; i++)
    {
      g_assert_nonnull (hr_job_status_name ((HrJobStatus) i));
      g_assert_cmpstr (hr_job_status_name ((HrJobStatus) i), !=, "unknown");
      for (int j = 0; j < i; j++)
        g_assert_cmpstr (hr_job_status_name ((HrJobStatus) i), !=, hr_job_status_name ((HrJobStatus) j));
    }
  g_assert_cmpstr (hr_job_status_name (HR_N_JOB_STATUSES), ==, "unknown");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/thompson/arms/feedback", test_feedback_moves_one_arm_only);
  g_test_add_func ("/thompson/arms/decay", test_decay_goes_towards_the_prior);
  g_test_add_func ("/thompson/arms/refused", test_bad_input_is_refused_and_changes_nothing);
  g_test_add_func ("/thompson/arms/threads", test_no_update_is_lost_between_threads);
  g_test_add_func ("/thompson/status/names", test_every_status_has_a_name);

  return g_test_run ();
}
