/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/thompson/coordinator.h"

#include <glib.h>
#include <string.h>

#define SOURCES 28
#define CAPACITY 300
#define MS 1000000u

typedef struct
{
  HrCoordinator coordinator;
  HrJob         queue[CAPACITY];
  uint32_t      shares[SOURCES];
  HrBatch       batch;
  HrBatchResult result;
} Fixture;

static void
set_up (Fixture      *self,
        gconstpointer data)
{
  const HrBatchLimits limits = { .timeout_ns = 1000 * MS, .budget_ns_per_job = 10 * MS };

  g_assert_cmpint (hr_coordinator_init (&self->coordinator, self->queue, CAPACITY, self->shares, SOURCES, &limits), ==, HR_JOB_OK);
}

static HrJobStatus
submit (Fixture *self,
        gsize    n,
        uint32_t n_sources)
{
  HrJob jobs[CAPACITY + 1];

  for (gsize i = 0; i < n; i++)
    jobs[i] = (HrJob){ .id = i, .source = i % n_sources, .weight = 1 };

  return hr_coordinator_submit (&self->coordinator, jobs, n);
}

static void
test_optimal_size_is_clamped (void)
{
  g_assert_cmpuint (hr_batch_optimal_size (0, 28), ==, 10);
  g_assert_cmpuint (hr_batch_optimal_size (28 * 11 - 1, 28), ==, 10);
  g_assert_cmpuint (hr_batch_optimal_size (28 * 11, 28), ==, 11);
  g_assert_cmpuint (hr_batch_optimal_size (784, 28), ==, 28);
  g_assert_cmpuint (hr_batch_optimal_size (2800, 28), ==, 100);
  g_assert_cmpuint (hr_batch_optimal_size (1000000, 28), ==, 100);
  g_assert_cmpuint (hr_batch_optimal_size (1000, 0), ==, 10);
}

static void
test_the_remainder_goes_to_the_first_sources (void)
{
  uint32_t shares[SOURCES];
  uint32_t few[] = { 7, 7 };

  g_assert_cmpint (hr_batch_distribute (100, SOURCES, shares), ==, HR_JOB_OK);
  for (int i = 0; i < SOURCES; i++)
    g_assert_cmpuint (shares[i], ==, i < 16 ? 4 : 3);
  g_assert_cmpint (hr_batch_distribute (10, SOURCES, shares), ==, HR_JOB_OK);
  for (int i = 0; i < SOURCES; i++)
    g_assert_cmpuint (shares[i], ==, i < 10 ? 1 : 0);

  g_assert_cmpint (hr_batch_distribute (0, 2, few), ==, HR_JOB_EMPTY_BATCH);
  g_assert_cmpint (hr_batch_distribute (101, 2, few), ==, HR_JOB_BATCH_TOO_LARGE);
  g_assert_cmpint (hr_batch_distribute (10, 0, few), ==, HR_JOB_BAD_ARM);
  g_assert_cmpuint (few[0], ==, 7);
}

static void
test_init_refuses_what_cannot_work (void)
{
  const HrBatchLimits limits = { 0 };
  HrCoordinator       coordinator = { 0 };
  HrJob               queue[10];
  uint32_t            shares[1];

  g_assert_cmpint (hr_coordinator_init (&coordinator, queue, 9, shares, 1, &limits), ==, HR_JOB_RESOURCES_EXHAUSTED);
  g_assert_cmpint (hr_coordinator_init (&coordinator, queue, 10, shares, 0, &limits), ==, HR_JOB_BAD_ARM);
  g_assert_null (coordinator.queue);
  g_assert_cmpint (hr_coordinator_init (&coordinator, queue, 10, shares, 1, &limits), ==, HR_JOB_OK);
}

static void
test_the_queue_is_bounded (Fixture      *self,
                           gconstpointer data)
{
  HrJob stray = { .source = SOURCES };

  g_assert_cmpint (submit (self, 0, 1), ==, HR_JOB_EMPTY_BATCH);
  g_assert_cmpint (submit (self, CAPACITY + 1, 1), ==, HR_JOB_RESOURCES_EXHAUSTED);
  g_assert_cmpuint (self->coordinator.n_queued, ==, 0);
  g_assert_cmpint (hr_coordinator_submit (&self->coordinator, &stray, 1), ==, HR_JOB_BAD_ARM);
  g_assert_cmpint (submit (self, CAPACITY, SOURCES), ==, HR_JOB_OK);
  g_assert_cmpint (submit (self, 1, 1), ==, HR_JOB_RESOURCES_EXHAUSTED);
  g_assert_cmpint (hr_coordinator_take (&self->coordinator, 10, 0, &self->batch), ==, HR_JOB_OK);
  g_assert_cmpint (submit (self, 10, 1), ==, HR_JOB_OK);
  g_assert_cmpint (submit (self, 1, 1), ==, HR_JOB_RESOURCES_EXHAUSTED);
}

static void
test_batches_keep_their_bounds (Fixture      *self,
                                gconstpointer data)
{
  HrCoordinator *coordinator = &self->coordinator;

  self->batch.n_jobs = 77;
  g_assert_cmpint (hr_coordinator_take (coordinator, 0, 0, &self->batch), ==, HR_JOB_EMPTY_BATCH);
  submit (self, 125, SOURCES);
  g_assert_cmpint (hr_coordinator_take (coordinator, 101, 0, &self->batch), ==, HR_JOB_BATCH_TOO_LARGE);
  g_assert_cmpuint (self->batch.n_jobs, ==, 77);
  g_assert_cmpuint (coordinator->n_queued, ==, 125);

  g_assert_cmpint (hr_coordinator_take (coordinator, 100, 0, &self->batch), ==, HR_JOB_OK);
  g_assert_cmpuint (self->batch.n_jobs, ==, 100);
  g_assert_cmpint (hr_coordinator_take (coordinator, 1, 0, &self->batch), ==, HR_JOB_OK);
  g_assert_cmpuint (self->batch.n_jobs, ==, 10);
  g_assert_cmpint (hr_coordinator_take (coordinator, 0, 0, &self->batch), ==, HR_JOB_OK);
  g_assert_cmpuint (self->batch.n_jobs, ==, 10);
  g_assert_cmpint (hr_coordinator_take (coordinator, 50, 0, &self->batch), ==, HR_JOB_OK);
  g_assert_cmpuint (self->batch.n_jobs, ==, 5);
  g_assert_cmpint (hr_coordinator_take (coordinator, 50, 0, &self->batch), ==, HR_JOB_EMPTY_BATCH);
}

static void
test_no_source_crowds_out_the_others (Fixture      *self,
                                      gconstpointer data)
{
  uint32_t counts[SOURCES] = { 0 };

  submit (self, 200, 1);
  submit (self, SOURCES, SOURCES);
  g_assert_cmpint (hr_coordinator_take (&self->coordinator, 56, 0, &self->batch), ==, HR_JOB_OK);
  for (gsize i = 0; i < self->batch.n_jobs; i++)
    counts[self->batch.jobs[i].source]++;
  g_assert_cmpuint (counts[0], ==, 29);
  for (int i = 1; i < SOURCES; i++)
    g_assert_cmpuint (counts[i], ==, 1);
}

static void
test_every_job_comes_out_once_and_oldest_first (Fixture      *self,
                                                gconstpointer data)
{
  bool    seen[120] = { false };
  int64_t last = -1;

  submit (self, 120, 1);
  while (hr_coordinator_take (&self->coordinator, 40, 0, &self->batch) == HR_JOB_OK)
    for (gsize i = 0; i < self->batch.n_jobs; i++)
      {
        g_assert_cmpint ((int64_t) self->batch.jobs[i].id, ==, last + 1);
        last++;
        seen[last] = true;
      }
  for (gsize i = 0; i < G_N_ELEMENTS (seen); i++)
    g_assert_true (seen[i]);
}

static void
test_limits_hold_up_to_the_nanosecond (Fixture      *self,
                                       gconstpointer data)
{
  HrCoordinator *coordinator = &self->coordinator;

  submit (self, 210, SOURCES);
  hr_coordinator_take (coordinator, 10, 500, &self->batch);
  g_assert_cmpint (hr_coordinator_finish (coordinator, &self->batch, 500 + 100 * MS, &self->result), ==, HR_JOB_OK);
  g_assert_cmpuint (self->result.elapsed_ns, ==, 100 * MS);
  g_assert_cmpfloat (self->result.ns_per_job, ==, 10 * MS);
  g_assert_cmpint (hr_coordinator_finish (coordinator, &self->batch, 501 + 100 * MS, &self->result), ==, HR_JOB_BUDGET_VIOLATED);

  hr_coordinator_take (coordinator, 100, 500, &self->batch);
  g_assert_cmpint (hr_coordinator_finish (coordinator, &self->batch, 500 + 1000 * MS, &self->result), ==, HR_JOB_OK);
  g_assert_cmpint (hr_coordinator_finish (coordinator, &self->batch, 501 + 1000 * MS, &self->result), ==, HR_JOB_TIMEOUT);
  g_assert_cmpuint (self->result.elapsed_ns, ==, 1000 * MS + 1);

  self->batch.n_jobs = 0;
  g_assert_cmpint (hr_coordinator_finish (coordinator, &self->batch, 500, &self->result), ==, HR_JOB_EMPTY_BATCH);
  g_assert_cmpuint (self->result.elapsed_ns, ==, 0);
}

static void
test_no_limit_is_no_error (Fixture      *self,
                           gconstpointer data)
{
  self->coordinator.limits = (HrBatchLimits){ 0 };
  submit (self, 10, 1);
  hr_coordinator_take (&self->coordinator, 10, 0, &self->batch);
  g_assert_cmpint (hr_coordinator_finish (&self->coordinator, &self->batch, 3600000ull * MS, &self->result), ==, HR_JOB_OK);
}

static void
test_throughput_follows_the_clock (Fixture      *self,
                                   gconstpointer data)
{
  HrCoordinator *coordinator = &self->coordinator;
  uint64_t       start = 7000ull * MS;
  double         rate = -1;

  g_assert_false (hr_coordinator_throughput (coordinator, start, &rate));
  for (uint64_t i = 0; i < 30; i++)
    {
      submit (self, 10, 1);
      hr_coordinator_take (coordinator, 10, start + i * 100 * MS, &self->batch);
      if (i == 0)
        g_assert_false (hr_coordinator_throughput (coordinator, start + 99 * MS, &rate));
      g_assert_cmpfloat (rate, ==, i <= 5 ? -1 : 100);
      hr_coordinator_finish (coordinator, &self->batch, start + (i * 100 + 50) * MS, &self->result);
      /* In its first second it knows only what passed since it began. */
      if (i == 5)
        g_assert_true (hr_coordinator_throughput (coordinator, start + 600 * MS, &rate));
    }

  /* Ten jobs every 100 ms, seen at the end of a slot: nine slots and the running one. */
  g_assert_true (hr_coordinator_throughput (coordinator, start + 3000ull * MS - 1, &rate));
  g_assert_cmpfloat_with_epsilon (rate, 100, 0.01);
  g_assert_true (hr_coordinator_throughput (coordinator, start + 3400ull * MS, &rate));
  g_assert_cmpfloat (rate, <, 70);
  g_assert_true (hr_coordinator_throughput (coordinator, start + 9000ull * MS, &rate));
  g_assert_cmpfloat (rate, ==, 0);
}

static void
test_late_batches_are_no_throughput (Fixture      *self,
                                     gconstpointer data)
{
  double rate = -1;

  submit (self, 10, 1);
  hr_coordinator_take (&self->coordinator, 10, 0, &self->batch);
  hr_coordinator_finish (&self->coordinator, &self->batch, 1001 * MS, &self->result);
  g_assert_true (hr_coordinator_throughput (&self->coordinator, 1002 * MS, &rate));
  g_assert_cmpfloat (rate, ==, 0);
}

#define add(path, function) g_test_add ("/thompson/coordinator/" path, Fixture, NULL, set_up, function, NULL)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/thompson/coordinator/optimal-size", test_optimal_size_is_clamped);
  g_test_add_func ("/thompson/coordinator/distribution", test_the_remainder_goes_to_the_first_sources);
  g_test_add_func ("/thompson/coordinator/init", test_init_refuses_what_cannot_work);
  add ("queue", test_the_queue_is_bounded);
  add ("sizes", test_batches_keep_their_bounds);
  add ("fairness", test_no_source_crowds_out_the_others);
  add ("order", test_every_job_comes_out_once_and_oldest_first);
  add ("limits", test_limits_hold_up_to_the_nanosecond);
  add ("no-limits", test_no_limit_is_no_error);
  add ("throughput", test_throughput_follows_the_clock);
  add ("late", test_late_batches_are_no_throughput);

  return g_test_run ();
}
