/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/history-past.h"

#define SECOND_US G_GINT64_CONSTANT (1000000)

static void
assert_back (HrHistoryPast *past,
             gint64         begin_us)
{
  HrRange range;

  g_assert_true (hr_history_past_back (past, &range));
  g_assert_cmpint (range.begin_us, ==, begin_us);
  hr_history_past_settle (past, range);
}

static void
test_steps_go_back_one_by_one (void)
{
  HrHistoryPast *past = hr_history_past_new ();
  HrRange        range;

  hr_history_past_settle (past, (HrRange){ 1, 100 });
  g_assert_true (hr_history_past_is_empty (past));
  hr_history_past_move (past, (HrRange){ 2, 100 }, 10 * SECOND_US);
  hr_history_past_move (past, (HrRange){ 3, 100 }, 20 * SECOND_US);
  assert_back (past, 2);
  assert_back (past, 1);
  g_assert_false (hr_history_past_back (past, &range));
  hr_history_past_free (past);
}

static void
test_one_movement_is_one_step (void)
{
  HrHistoryPast *past = hr_history_past_new ();

  hr_history_past_settle (past, (HrRange){ 1, 100 });
  for (int i = 0; i < 100; i++)
    hr_history_past_move (past, (HrRange){ 2 + i, 100 }, 10 * SECOND_US + i * SECOND_US / 60);
  hr_history_past_move (past, (HrRange){ 500, 600 }, 60 * SECOND_US);
  assert_back (past, 101);
  assert_back (past, 1);
  g_assert_true (hr_history_past_is_empty (past));
  hr_history_past_free (past);
}

/* However soon one moves on after that. */
static void
test_a_step_back_ends_a_movement (void)
{
  HrHistoryPast *past = hr_history_past_new ();

  hr_history_past_settle (past, (HrRange){ 1, 100 });
  hr_history_past_move (past, (HrRange){ 20, 30 }, 10 * SECOND_US);
  assert_back (past, 1);
  hr_history_past_settle (past, (HrRange){ 1, 100 });
  hr_history_past_move (past, (HrRange){ 40, 50 }, 10 * SECOND_US + 1);
  assert_back (past, 1);
  hr_history_past_free (past);
}

static void
test_what_moves_by_itself_is_no_step (void)
{
  HrHistoryPast *past = hr_history_past_new ();

  for (int i = 0; i < 10; i++)
    hr_history_past_settle (past, (HrRange){ i, 100 + i });
  g_assert_true (hr_history_past_is_empty (past));
  hr_history_past_move (past, (HrRange){ 50, 60 }, SECOND_US);
  assert_back (past, 9);
  hr_history_past_free (past);
}

static void
test_the_oldest_steps_are_forgotten (void)
{
  HrHistoryPast *past = hr_history_past_new ();
  HrRange        range;
  int            n = 0;

  for (int i = 1; i <= 1000; i++)
    hr_history_past_move (past, (HrRange){ i, i + 1 }, i * 2 * SECOND_US);
  for (; hr_history_past_back (past, &range); n++)
    g_assert_cmpint (range.begin_us, ==, 999 - n);
  g_assert_cmpint (n, ==, 50);
  hr_history_past_free (past);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/history-past/back", test_steps_go_back_one_by_one);
  g_test_add_func ("/app/history-past/movement", test_one_movement_is_one_step);
  g_test_add_func ("/app/history-past/back-and-on", test_a_step_back_ends_a_movement);
  g_test_add_func ("/app/history-past/by-itself", test_what_moves_by_itself_is_no_step);
  g_test_add_func ("/app/history-past/oldest", test_the_oldest_steps_are_forgotten);

  return g_test_run ();
}
