/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/probe/pacing.h"

#include "engine/base/region.h"
#include "engine/base/units.h"

#include <glib.h>

#define SECOND HR_NS_PER_SECOND

/* A program that is followed, and what it has spent on recording until now. */
typedef struct
{
  HrPacing        pacing;
  gint64          now_ns;
  HrRecordingCost cost;
  guint           stride;
  double          overhead;
} Program;

static Program
program_new (guint stride)
{
  Program program = { .now_ns = 5 * SECOND, .cost = { 3e9, 2e9 }, .stride = stride };

  hr_pacing_begin (&program.pacing, program.now_ns, &program.cost);

  return program;
}

/* Lets @elapsed_ns pass in which recording takes the share @thinned of a core for what a stride thins out, and @fixed
 * for the rest. */
static gboolean
spend (Program *self,
       gint64   elapsed_ns,
       double   thinned,
       double   fixed)
{
  self->now_ns += elapsed_ns;
  self->cost.thinned_ns += thinned * (double) elapsed_ns;
  self->cost.all_ns += (thinned + fixed) * (double) elapsed_ns;

  return hr_pacing_judge (&self->pacing, self->now_ns, &self->cost, self->stride, &self->overhead, &self->stride);
}

static void
test_overhead_is_the_share_of_a_core (void)
{
  Program program = program_new (1);

  g_assert_true (spend (&program, SECOND, 0.004, 0.001));
  g_assert_cmpfloat_with_epsilon (program.overhead, 0.005, 1e-9);
  g_assert_true (spend (&program, SECOND, 0, 0));
  g_assert_cmpfloat (program.overhead, ==, 0);
}

static void
test_a_judgement_takes_a_second (void)
{
  Program program = program_new (1);

  for (int i = 0; i < 9; i++)
    g_assert_false (spend (&program, SECOND / 10, 0.5, 0));
  g_assert_cmpuint (program.stride, ==, 1);
  g_assert_true (spend (&program, SECOND / 10, 0.5, 0));
  g_assert_cmpuint (program.stride, ==, 2);
  g_assert_false (spend (&program, SECOND / 10, 0.5, 0));
}

/* Looked at after ten seconds, what was spent in ten seconds is no more than it was. */
static void
test_a_late_judgement_is_no_larger (void)
{
  Program program = program_new (1);

  g_assert_true (spend (&program, 10 * SECOND, 0.009, 0));
  g_assert_cmpfloat_with_epsilon (program.overhead, 0.009, 1e-9);
  g_assert_cmpuint (program.stride, ==, 1);
}

/* A program that would spend 6 % on recording everything comes to one of eight, at 0.75 %, and stays there. */
static void
test_a_busy_program_is_slowed_down_and_stays (void)
{
  const guint strides[] = { 2, 4, 8, 8, 8, 8, 8 };
  Program     program = program_new (1);

  for (guint i = 0; i < G_N_ELEMENTS (strides); i++)
    {
      g_assert_true (spend (&program, SECOND, 0.06 / program.stride, 0));
      g_assert_cmpuint (program.stride, ==, strides[i]);
    }
}

static void
test_a_program_at_rest_is_let_go_step_by_step (void)
{
  Program program = program_new (8);

  for (guint stride = 4; stride >= 1; stride /= 2)
    {
      g_assert_true (spend (&program, SECOND, 0.0004 / program.stride, 0));
      g_assert_cmpuint (program.stride, ==, stride);
    }
  g_assert_true (spend (&program, SECOND, 0, 0));
  g_assert_cmpuint (program.stride, ==, 1);
}

/* Whatever a program costs, it comes to a stride and stays: no step is taken back by the next. */
static void
test_no_load_swings (void)
{
  for (double whole = 0.0001; whole < 100; whole *= 1.1)
    {
      Program program = program_new (64);
      guint   settled;

      for (int i = 0; i < 20; i++)
        spend (&program, SECOND, whole / program.stride, 0);
      settled = program.stride;
      for (int i = 0; i < 5; i++)
        {
          spend (&program, SECOND, whole / program.stride, 0);
          g_assert_cmpuint (program.stride, ==, settled);
        }
    }
}

static void
test_the_stride_has_a_limit (void)
{
  Program program = program_new (1);

  for (int i = 0; i < 40; i++)
    spend (&program, SECOND, 0.9, 0);
  g_assert_cmpuint (program.stride, ==, 1u << HR_CONTROL_STRIDE_LIMIT);
}

/* Events are always recorded: leaving out scopes would not bring a program of events below the limit. */
static void
test_what_no_stride_thins_out_is_no_reason (void)
{
  Program program = program_new (1);

  g_assert_true (spend (&program, SECOND, 0.001, 0.05));
  g_assert_cmpuint (program.stride, ==, 1);
  g_assert_cmpfloat_with_epsilon (program.overhead, 0.051, 1e-9);
  g_assert_true (spend (&program, SECOND, 0.03, 0.02));
  g_assert_cmpuint (program.stride, ==, 2);
}

/* Ten million scopes a second: to leave them out costs 4 % alone, but to measure them is brought down all the same. */
static void
test_scopes_are_left_out_as_long_as_it_helps (void)
{
  Program program = program_new (1);

  for (int i = 0; i < 20; i++)
    spend (&program, SECOND, 0.27 / program.stride, 0.04);
  g_assert_cmpuint (program.stride, ==, 128);
  g_assert_cmpfloat (program.overhead, <, 0.0425);
}

/* Halving the stride doubles what is thinned out, and only that. */
static void
test_what_no_stride_thins_out_counts_on_the_way_back (void)
{
  Program program = program_new (4);

  g_assert_true (spend (&program, SECOND, 0.001, 0.0035));
  g_assert_cmpuint (program.stride, ==, 4);
  g_assert_true (spend (&program, SECOND, 0.001, 0.0025));
  g_assert_cmpuint (program.stride, ==, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/probe/pacing/overhead", test_overhead_is_the_share_of_a_core);
  g_test_add_func ("/probe/pacing/second", test_a_judgement_takes_a_second);
  g_test_add_func ("/probe/pacing/late", test_a_late_judgement_is_no_larger);
  g_test_add_func ("/probe/pacing/busy", test_a_busy_program_is_slowed_down_and_stays);
  g_test_add_func ("/probe/pacing/rest", test_a_program_at_rest_is_let_go_step_by_step);
  g_test_add_func ("/probe/pacing/swings", test_no_load_swings);
  g_test_add_func ("/probe/pacing/limit", test_the_stride_has_a_limit);
  g_test_add_func ("/probe/pacing/fixed", test_what_no_stride_thins_out_is_no_reason);
  g_test_add_func ("/probe/pacing/helps", test_scopes_are_left_out_as_long_as_it_helps);
  g_test_add_func ("/probe/pacing/back", test_what_no_stride_thins_out_counts_on_the_way_back);

  return g_test_run ();
}
