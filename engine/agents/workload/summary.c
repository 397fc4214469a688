/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/workload/summary.h"

#include "engine/base/units.h"

#include <inttypes.h>
#include <math.h>

/* Counts a batch of @n_jobs (1 or more) that took @elapsed_ns. */
void
hr_summary_add (HrSummary *self,
                uint64_t   elapsed_ns,
                uint32_t   n_jobs)
{
  double per_job = (double) elapsed_ns / n_jobs;

  if (self->n_batches == 0 || per_job < self->min_ns)
    self->min_ns = per_job;
  if (self->n_batches == 0 || per_job > self->max_ns)
    self->max_ns = per_job;

  self->n_jobs += n_jobs;
  self->n_batches++;
  self->sum_ns += elapsed_ns;
  hr_histogram_record (&self->per_job, elapsed_ns / n_jobs, n_jobs);
}

/* A number that nobody measured is null. */
static void
print_ms (const HrSummary *self,
          const char      *key,
          double           ns,
          FILE            *out)
{
  if (self->n_batches == 0)
    fprintf (out, "\"%s\":null,", key);
  else
    fprintf (out, "\"%s\":%.9g,", key, ns / HR_NS_PER_MS);
}

/* Prints one JSON object and a line end to @out. @n_unplaced is how many records the probe could not place. The numbers are JSON
 * as long as the program stays in the C locale. */
void
hr_summary_print (const HrSummary *self,
                  uint64_t         n_unplaced,
                  FILE            *out)
{
  /* The histogram knows a value as the middle of its bucket, which may lie above the largest. */
  double p99 = fmin (hr_histogram_quantile (&self->per_job, 0.99), self->max_ns);

  fprintf (out, "{\"metric\":\"thompson_duration_ms\",\"count\":%" PRIu64 ",", self->n_jobs);
  print_ms (self, "mean", (double) self->sum_ns / (double) self->n_jobs, out);
  print_ms (self, "min", self->min_ns, out);
  print_ms (self, "max", self->max_ns, out);
  print_ms (self, "p99", p99, out);
  fprintf (out, "\"batches\":%" PRIu64 ",\"unplaced\":%" PRIu64 "}\n", self->n_batches, n_unplaced);
}
