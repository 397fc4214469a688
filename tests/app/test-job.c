/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/job.h"

/* What a job's thread waits for. */
typedef struct
{
  GMutex   mutex;
  GCond    cond;
  gboolean may_end;
  gboolean watched; /* whether it asks if it is still wanted */
} Gate;

typedef struct
{
  gboolean done;
  gpointer result;
  GError  *error;
  guint    n_steps;
  double   last;
} Seen;

static gpointer
count_func (HrJob   *job,
            gpointer data,
            GError **error)
{
  for (int i = 0; i <= 1000; i++)
    if (!hr_job_go_on (i / 1000.0, job))
      return NULL;

  return g_strdup (data);
}

static gpointer
gate_func (HrJob   *job,
           gpointer data,
           GError **error)
{
  Gate *gate = data;

  if (gate->watched)
    {
      while (hr_job_go_on (0.5, job))
        g_thread_yield ();
      g_cancellable_set_error_if_cancelled (hr_job_get_cancellable (job), error);
      return NULL;
    }

  g_mutex_lock (&gate->mutex);
  while (!gate->may_end)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);

  return g_strdup ("done");
}

static void
done_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Seen *seen = user_data;

  seen->result = hr_job_finish (result, &seen->error);
  seen->done = TRUE;
}

static void
progress_cb (HrJob      *job,
             GParamSpec *pspec,
             Seen       *seen)
{
  g_assert_cmpfloat (hr_job_get_progress (job), >=, seen->last);
  seen->last = hr_job_get_progress (job);
  seen->n_steps++;
}

static void
wait_for (Seen *seen)
{
  while (!seen->done)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_its_result_and_progress_come (void)
{
  Seen seen = { 0 };
  g_autoptr (HrJob) job = hr_job_start ("Counting", count_func, g_strdup ("a result"), g_free, g_free, done_cb, &seen);

  g_signal_connect (job, "notify::progress", G_CALLBACK (progress_cb), &seen);
  g_assert_cmpstr (hr_job_get_title (job), ==, "Counting");
  wait_for (&seen);

  g_assert_no_error (seen.error);
  g_assert_cmpstr (seen.result, ==, "a result");
  g_assert_cmpuint (seen.n_steps, >, 0);
  g_assert_cmpfloat (hr_job_get_progress (job), ==, 1);
  g_free (seen.result);
}

static void
test_it_can_be_given_up (void)
{
  Seen seen = { 0 };
  Gate gate = { .watched = TRUE };
  g_autoptr (HrJob) job = hr_job_start ("Waiting", gate_func, &gate, NULL, g_free, done_cb, &seen);

  hr_job_cancel (job);
  wait_for (&seen);

  g_assert_null (seen.result);
  g_assert_error (seen.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&seen.error);
}

static void
test_what_was_done_counts_though_it_was_given_up (void)
{
  Seen seen = { 0 };
  Gate gate = { 0 };
  g_autoptr (HrJob) job = NULL;

  g_mutex_init (&gate.mutex);
  g_cond_init (&gate.cond);
  job = hr_job_start ("Waiting", gate_func, &gate, NULL, g_free, done_cb, &seen);
  hr_job_cancel (job);
  g_mutex_lock (&gate.mutex);
  gate.may_end = TRUE;
  g_cond_signal (&gate.cond);
  g_mutex_unlock (&gate.mutex);
  wait_for (&seen);

  g_assert_no_error (seen.error);
  g_assert_cmpstr (seen.result, ==, "done");
  g_free (seen.result);
  g_mutex_clear (&gate.mutex);
  g_cond_clear (&gate.cond);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/job/its-result-and-progress-come", test_its_result_and_progress_come);
  g_test_add_func ("/app/job/it-can-be-given-up", test_it_can_be_given_up);
  g_test_add_func ("/app/job/what-was-done-counts-though-it-was-given-up", test_what_was_done_counts_though_it_was_given_up);

  return g_test_run ();
}
