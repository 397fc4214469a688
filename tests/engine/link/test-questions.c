/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/questions.h"
#include "tests/engine/link/wait.h"

/* A device is asked by test_question_cb (): it answers when its gate is open, with how often it was asked, and its kind of question. */
static GMutex   mutex;
static GCond    changed;
static gboolean open_gate;
static guint    n_asked, n_inside, most_inside;

static HrDevice *
question_cb (const char *udid,
             HrQuestion  question)
{
  HrDevice *device = hr_device_new (udid);

  g_mutex_lock (&mutex);
  device->battery_cycles = (int) ++n_asked;
  device->charging = (int) question;
  device->state = HR_DEVICE_READY;
  n_inside++;
  most_inside = MAX (most_inside, n_inside);
  g_cond_broadcast (&changed);
  while (!open_gate && *udid != 'f')
    g_cond_wait (&changed, &mutex);
  n_inside--;
  g_mutex_unlock (&mutex);

  return device;
}

static void
set_gate (gboolean is_open)
{
  g_mutex_lock (&mutex);
  open_gate = is_open;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&mutex);
}

static void
wait_for_questions (guint n)
{
  g_mutex_lock (&mutex);
  while (n_asked < n)
    g_cond_wait (&changed, &mutex);
  g_mutex_unlock (&mutex);
}

static HrQuestions *
begin (guint n_threads,
       guint limit_ms)
{
  set_gate (FALSE);
  n_asked = n_inside = most_inside = 0;

  return hr_questions_new (question_cb, n_threads, limit_ms);
}

static HrDevice *
wait_for (GAsyncResult **result,
          GError       **error)
{
  HrDevice *device;

  wait_until (*result != NULL);
  device = hr_questions_ask_finish (*result, error);
  g_clear_object (result);

  return device;
}

/* Whoever asks the same meanwhile gets the same answer; another question waits for its turn. */
static void
test_one_at_a_time (void)
{
  HrQuestions  *questions = begin (4, 60000);
  GAsyncResult *results[3] = { 0 };
  HrDevice     *devices[3];

  hr_questions_ask_async (questions, "a", HR_QUESTION_ASK, NULL, result_cb, &results[0]);
  wait_for_questions (1);
  hr_questions_ask_async (questions, "a", HR_QUESTION_ASK, NULL, result_cb, &results[1]);
  hr_questions_ask_async (questions, "a", HR_QUESTION_PAIR, NULL, result_cb, &results[2]);
  set_gate (TRUE);
  for (guint i = 0; i < 3; i++)
    devices[i] = wait_for (&results[i], NULL);
  g_assert_cmpuint (most_inside, ==, 1);
  g_assert_cmpint (devices[0]->battery_cycles, ==, 1);
  g_assert_cmpint (devices[1]->battery_cycles, ==, 1);
  g_assert_cmpint (devices[2]->battery_cycles, ==, 2);
  g_assert_cmpint (devices[2]->charging, ==, HR_QUESTION_PAIR);
  for (guint i = 0; i < 3; i++)
    hr_device_free (devices[i]);
  hr_questions_free (questions);
}

static void
test_asked_again (void)
{
  HrQuestions *questions = begin (1, 60000);

  for (int i = 1; i <= 50; i++)
    {
      GAsyncResult *result = NULL;
      g_autoptr (HrDevice) device = NULL;

      hr_questions_ask_async (questions, "fast", HR_QUESTION_ASK, NULL, result_cb, &result);
      device = wait_for (&result, NULL);
      g_assert_cmpint (device->battery_cycles, ==, i);
    }
  hr_questions_free (questions);
}

/* Asks one that answers at once, until its answer comes before the time limit, which a busy computer may not grant it. */
static void
assert_answered (HrQuestions *questions)
{
  HrDeviceState state;

  do
    {
      GAsyncResult *result = NULL;
      g_autoptr (HrDevice) device = NULL;

      hr_questions_ask_async (questions, "fast", HR_QUESTION_ASK, NULL, result_cb, &result);
      device = wait_for (&result, NULL);
      state = device->state;
    }
  while (state != HR_DEVICE_READY);
}

static guint
count_inside (void)
{
  guint n;

  g_mutex_lock (&mutex);
  n = n_inside;
  g_mutex_unlock (&mutex);

  return n;
}

/* One that hangs is given up, and keeps nobody else from being asked. */
static void
test_hung (void)
{
  HrQuestions  *questions = begin (2, 100);
  GAsyncResult *result = NULL;
  g_autoptr (HrDevice) hung = NULL;
  g_autoptr (HrDevice) hung_again = NULL;

  hr_questions_ask_async (questions, "a", HR_QUESTION_ASK, NULL, result_cb, &result);
  wait_for_questions (1);
  assert_answered (questions);
  hung = wait_for (&result, NULL);
  g_assert_cmpint (hung->state, ==, HR_DEVICE_UNREACHABLE);
  g_assert_nonnull (hung->advice);
  g_assert_cmpstr (hung->udid, ==, "a");

  /* Asked again it gets no second thread. */
  hr_questions_ask_async (questions, "a", HR_QUESTION_ASK, NULL, result_cb, &result);
  hung_again = wait_for (&result, NULL);
  g_assert_cmpint (hung_again->state, ==, HR_DEVICE_UNREACHABLE);
  g_assert_cmpuint (count_inside (), ==, 1);
  set_gate (TRUE);
  hr_questions_free (questions);
}

static void
test_bounded (void)
{
  HrQuestions  *questions = begin (3, 60000);
  GAsyncResult *results[8] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      const char udid[] = { (char) ('A' + i), '\0' };

      hr_questions_ask_async (questions, udid, HR_QUESTION_ASK, NULL, result_cb, &results[i]);
    }
  wait_for_questions (3);
  set_gate (TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    hr_device_free (wait_for (&results[i], NULL));
  g_assert_cmpuint (most_inside, <=, 3);
  hr_questions_free (questions);
}

static void
test_cancelled (void)
{
  HrQuestions *questions = begin (1, 60000);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GAsyncResult *results[2] = { 0 };
  g_autoptr (HrDevice) other = NULL;

  hr_questions_ask_async (questions, "a", HR_QUESTION_ASK, cancellable, result_cb, &results[0]);
  hr_questions_ask_async (questions, "a", HR_QUESTION_ASK, NULL, result_cb, &results[1]);
  wait_for_questions (1);
  g_cancellable_cancel (cancellable);
  g_assert_null (wait_for (&results[0], &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  set_gate (TRUE);
  other = wait_for (&results[1], NULL);
  g_assert_cmpint (other->state, ==, HR_DEVICE_READY);
  hr_questions_free (questions);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/questions/one-at-a-time", test_one_at_a_time);
  g_test_add_func ("/link/questions/asked-again", test_asked_again);
  g_test_add_func ("/link/questions/hung", test_hung);
  g_test_add_func ("/link/questions/bounded", test_bounded);
  g_test_add_func ("/link/questions/cancelled", test_cancelled);

  return g_test_run ();
}
