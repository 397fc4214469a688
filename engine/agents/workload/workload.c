/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/workload/workload.h"

#include <time.h>

/* The ranker's own limits: the budget of the thompson contract, and what a user still waits for. */
#define BUDGET_NS (10 * (uint64_t) HR_NS_PER_MS)
#define TIMEOUT_NS ((uint64_t) HR_NS_PER_SECOND)

/* The user looks at the first few jobs of a ranking. */
#define SHOWN 5

/* What the ranker learnt fades, because tastes change: by a tenth every so many batches. */
#define DECAY_EVERY 1000
#define DECAY_KEEP 0.9

/* However seldom it ranks, it looks so often whether it shall stop, clean up or leak. */
#define LONGEST_SLEEP_NS (100 * (uint64_t) HR_NS_PER_MS)

/* Two clocks that are read within this count as read at once; so often that is tried. */
#define CLOCK_GAP_NS 500u
#define CLOCK_TRIES 8

static void
clean_up_cb (void *user_data)
{
  HrWorkload *self = user_data;

  hr_faults_clean_up (&self->faults, hr_clock_monotonic ());
}

static void
register_metrics (HrWorkload *self)
{
  HrProbe *probe = self->probe;

  self->per_job = hr_probe_metric (probe, "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
  self->per_batch = hr_probe_metric (probe, "thompson_batch_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
  self->throughput = hr_probe_metric (probe, "throughput_jobs_per_second", HR_KIND_GAUGE, HR_UNIT_PER_SECOND, HR_DIRECTION_HIGHER);
  self->cache_hits = hr_probe_metric (probe, "cache_hit_rate", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_HIGHER);
  self->errors = hr_probe_metric (probe, "error_rate", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER);
  self->ranking = hr_probe_category (probe, "ranking");
  self->caching = hr_probe_category (probe, "caching");
  self->postings = hr_probe_category (probe, "postings");
  hr_probe_on_cleanup (probe, clean_up_cb, self);
}

/* Allocates @bytes, all 0, as part of a category. */
static void *
allocate (HrProbe   *probe,
          HrCategory category,
          size_t     bytes)
{
  hr_probe_allocated (probe, category, bytes);

  return g_malloc0 (bytes);
}

static void
release (HrProbe   *probe,
         HrCategory category,
         void      *memory,
         size_t     bytes)
{
  hr_probe_freed (probe, category, bytes);
  g_free (memory);
}

/* Makes a ranker that records to @probe. Both arguments are borrowed and outlive it. Free with hr_workload_free (). */
HrWorkload *
hr_workload_new (const HrWorkloadOptions *options,
                 HrProbe                 *probe)
{
  const HrBatchLimits limits = { .timeout_ns = TIMEOUT_NS, .budget_ns_per_job = BUDGET_NS };
  HrWorkload         *self = g_new0 (HrWorkload, 1);

  self->options = options;
  self->probe = probe;
  register_metrics (self);
  hr_probe_allocated (probe, self->ranking, sizeof *self);
  self->market = allocate (probe, self->postings, sizeof *self->market);
  self->matcher = allocate (probe, self->caching, sizeof *self->matcher);

  hr_random_seed (&self->random, options->seed, 0);
  hr_market_init (self->market, options->seed);
  hr_matcher_init (self->matcher, &self->random);
  hr_arms_init (&self->arms, self->arm_storage, G_N_ELEMENTS (self->arm_storage),
                HR_MARKET_SOURCES, HR_MARKET_CATEGORIES, (HrArm){ 1, 1 });
  hr_coordinator_init (&self->coordinator, self->queue, HR_WORKLOAD_QUEUE, self->shares, HR_MARKET_SOURCES, &limits);

  return self;
}

/* Frees the ranker and what it leaked on purpose. NULL is allowed. */
void
hr_workload_free (HrWorkload *self)
{
  if (self == NULL)
    return;

  hr_probe_on_cleanup (self->probe, NULL, NULL);
  hr_faults_clean_up (&self->faults, 0);
  release (self->probe, self->caching, self->matcher, sizeof *self->matcher);
  release (self->probe, self->postings, self->market, sizeof *self->market);
  release (self->probe, self->ranking, self, sizeof *self);
}

static void
refill_queue (HrWorkload *self)
{
  while (self->coordinator.n_queued < HR_WORKLOAD_QUEUE)
    {
      HrJob job = hr_market_next_job (self->market);

      hr_coordinator_submit (&self->coordinator, &job, 1);
    }
}

/* The work that is measured: weighs every job by how well it matches the profile and ranks the batch, as often as it was told to. A
 * batch that has to be slow ranks again and again until its time is used. */
static void
rank_batch (HrWorkload *self,
            uint64_t    begin,
            uint64_t    ns_per_job)
{
  HrBatch *batch = &self->batch;
  unsigned n_ranked = 0;

  HR_SPAN (self->probe, "match")
    for (size_t i = 0; i < batch->n_jobs; i++)
      batch->jobs[i].weight *= hr_matcher_match (self->matcher, batch->jobs[i].id, &self->market->postings[batch->jobs[i].id]);

  HR_SPAN (self->probe, "rank")
    do
      hr_rank (&self->arms, &self->random, batch->jobs, batch->n_jobs, self->ranks);
    while (++n_ranked < self->options->work || (ns_per_job > 0 && hr_clock_monotonic () - begin < ns_per_job * batch->n_jobs));
}

/* Reads our own clock and the probe's right after one another, again where an interrupt came between: what goes on there would count for one
 * of the two alone. Returns ours, with the probe's in @out_ticks. */
static uint64_t
begin_both (HrWorkload *self,
            uint64_t   *out_ticks)
{
  uint64_t own = 0;

  for (int i = 0; i < CLOCK_TRIES; i++)
    {
      own = hr_clock_monotonic ();
      *out_ticks = hr_probe_ticks (self->probe);
      if (hr_clock_monotonic () - own < CLOCK_GAP_NS)
        break;
    }

  return own;
}

/* The same at the end. Returns ours, with what has passed for the probe since @ticks in @out_elapsed. */
static uint64_t
end_both (HrWorkload *self,
          uint64_t    ticks,
          uint64_t   *out_elapsed)
{
  uint64_t own = 0;

  for (int i = 0; i < CLOCK_TRIES; i++)
    {
      own = hr_clock_monotonic ();
      *out_elapsed = hr_probe_elapsed (self->probe, ticks);
      if (hr_clock_monotonic () - own < CLOCK_GAP_NS)
        break;
    }

  return own;
}

/* Ranks the batch between the probe's clock and our own: both see the same stretch. Returns when it was over. */
static uint64_t
measure_batch (HrWorkload *self,
               uint64_t    ns_per_job)
{
  uint32_t n_jobs = (uint32_t) self->batch.n_jobs;
  uint64_t begin, elapsed;
  uint64_t own_begin = begin_both (self, &begin);
  uint64_t own_end;

  rank_batch (self, own_begin, ns_per_job);
  own_end = end_both (self, begin, &elapsed);

  /* The summary counts what the probe was given: nothing while a reader has switched sampling off. */
  if (hr_probe_sampling (self->probe))
    {
      hr_probe_duration (self->probe, self->per_job, elapsed, n_jobs);
      hr_probe_duration (self->probe, self->per_batch, elapsed, 1);
      hr_summary_add (&self->summary, own_end - own_begin, n_jobs);
    }

  return own_end;
}

/* Shows the first of the ranking to the user and learns from the answers. */
static void
learn (HrWorkload *self)
{
  for (int i = 0; i < SHOWN; i++)
    {
      const HrJob *job = &self->batch.jobs[self->ranks[i].job];

      hr_arms_update (&self->arms, job->source, job->category, hr_market_ask_user (self->market, job), 1);
    }
  if (self->n_outcomes % DECAY_EVERY == DECAY_EVERY - 1)
    hr_arms_decay (&self->arms, DECAY_KEEP);
}

static void
record_outcome (HrWorkload *self,
                HrJobStatus status)
{
  bool    *slot = &self->refused[self->n_outcomes++ % HR_WORKLOAD_OUTCOMES];
  uint64_t n_seen = MIN (self->n_outcomes, HR_WORKLOAD_OUTCOMES);

  self->n_refused -= *slot;
  *slot = status != HR_JOB_OK;
  self->n_refused += *slot;
  hr_probe_gauge (self->probe, self->errors, (double) self->n_refused / (double) n_seen);
}

static void
record_levels (HrWorkload *self,
               uint64_t    now)
{
  double throughput;

  if (hr_coordinator_throughput (&self->coordinator, now, &throughput))
    hr_probe_gauge (self->probe, self->throughput, throughput);
  hr_probe_gauge (self->probe, self->cache_hits, (double) self->matcher->n_hits / (double) self->matcher->n_lookups);
  self->matcher->n_hits = 0;
  self->matcher->n_lookups = 0;
}

/* Ranks what was taken from the queue at @now, and learns from it where it was in time. */
static HrJobStatus
work_off (HrWorkload *self,
          uint64_t    now)
{
  uint64_t      ns_per_job = hr_faults_next_batch (&self->faults, now);
  uint64_t      end = measure_batch (self, ns_per_job);
  HrBatchResult result;
  HrJobStatus   status = hr_coordinator_finish (&self->coordinator, &self->batch, end, &result);

  /* What comes too late is shown to nobody. */
  if (status != HR_JOB_TIMEOUT)
    HR_SPAN (self->probe, "learn")
      learn (self);
  HR_SPAN (self->probe, "record")
    record_levels (self, end);

  return status;
}

static void
run_batch (HrWorkload *self)
{
  HR_SPAN (self->probe, "batch")
    {
      uint64_t    now;
      HrJobStatus status;

      HR_SPAN (self->probe, "refill")
        refill_queue (self);
      now = hr_clock_monotonic ();
      status = hr_coordinator_take (&self->coordinator, self->options->batch, now, &self->batch);
      if (status == HR_JOB_OK)
        status = work_off (self, now);
      record_outcome (self, status);
    }
}

static void
sleep_until (uint64_t time)
{
  struct timespec wake = { .tv_sec = (time_t) (time / HR_NS_PER_SECOND), .tv_nsec = (long) (time % HR_NS_PER_SECOND) };

  clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL);
}

/* Ranks batches until *@stop is set (by a signal handler) or the time is over. A batch that has begun is finished and recorded. */
void
hr_workload_run (HrWorkload                  *self,
                 const volatile sig_atomic_t *stop)
{
  const HrWorkloadOptions *options = self->options;
  uint64_t                 now = hr_clock_monotonic ();
  uint64_t                 period = options->batches_per_second > 0 ? (uint64_t) (HR_NS_PER_SECOND / options->batches_per_second) : 0;
  uint64_t                 end = options->seconds > 0 ? now + (uint64_t) (options->seconds * HR_NS_PER_SECOND) : UINT64_MAX;
  uint64_t                 next = now;

  hr_faults_init (&self->faults, options, self->probe, now);
  while (!*stop && now < end)
    {
      uint64_t wake;

      /* A cleanup reads the clock too, and what leaks is due after it. */
      hr_probe_poll (self->probe);
      now = hr_clock_monotonic ();
      wake = now + LONGEST_SLEEP_NS;
      hr_faults_leak (&self->faults, now);
      if (!hr_faults_stalled (&self->faults, now))
        {
          if (now >= next)
            {
              run_batch (self);
              /* What a slow batch missed is not made up for. */
              now = hr_clock_monotonic ();
              next = MAX (next + period, now);
            }
          wake = MIN (wake, next);
        }
      if (!*stop && wake > now)
        sleep_until (MIN (wake, end));
      now = hr_clock_monotonic ();
    }
}
