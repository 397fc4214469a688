/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/agents/workload/faults.h"
#include "engine/agents/workload/market.h"
#include "engine/agents/workload/matcher.h"
#include "engine/agents/workload/options.h"
#include "engine/agents/workload/summary.h"
#include "engine/probe/category.h"
#include "engine/probe/probe.h"
#include "engine/probe/span.h"
#include "engine/thompson/coordinator.h"

#include <signal.h>

/* So many jobs wait for the ranker at any time: 28 sources make 28 the optimal batch. */
#define HR_WORKLOAD_QUEUE (HR_MARKET_SOURCES * 28)

/* The error rate looks back over so many batches. */
#define HR_WORKLOAD_OUTCOMES 100

/* A job ranker with everything around it that makes it work, instrumented. Large: keep it off the stack. */
typedef struct
{
  const HrWorkloadOptions *options; /* borrowed */
  HrProbe                 *probe;   /* borrowed */
  HrMetric                 per_job;
  HrMetric                 per_batch;
  HrMetric                 throughput;
  HrMetric                 cache_hits;
  HrMetric                 errors;
  HrCategory               ranking;
  HrCategory               caching;
  HrCategory               postings;

  HrRandom      random;
  HrArms        arms;
  HrArm         arm_storage[HR_MARKET_SOURCES * HR_MARKET_CATEGORIES];
  HrCoordinator coordinator;
  HrJob         queue[HR_WORKLOAD_QUEUE];
  uint32_t      shares[HR_MARKET_SOURCES];
  HrBatch       batch;
  HrRank        ranks[HR_BATCH_MAX];
  HrMarket     *market;  /* owned */
  HrMatcher    *matcher; /* owned */
  HrFaults      faults;

  bool      refused[HR_WORKLOAD_OUTCOMES];
  unsigned  n_refused; /* of those */
  uint64_t  n_outcomes;
  HrSummary summary;
} HrWorkload;

HrWorkload *hr_workload_new (const HrWorkloadOptions *options,
                             HrProbe                 *probe);
void        hr_workload_free (HrWorkload *self);

void hr_workload_run (HrWorkload                  *self,
                      const volatile sig_atomic_t *stop);
