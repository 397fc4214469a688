/* SPDX-License-Identifier: MIT */

/* Budgets within a program: scopes with a name and a limit, and a report of which kept to it.
 *
 *   HR_MEASURE ("Security Operations", 5.0)
 *     check (request);
 *
 *   return hr_measure_report (stdout) ? 0 : 1;
 *
 * A name is a duration of the program's default probe, wherever it is measured and by however many threads. A scope costs
 * what a timed record costs; the first of each opens what it needs. */

#pragma once

#include "engine/probe/probe.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C"
{
#endif

  /* What is measured under one name. All but @limit_ns and @over stays as it is. */
  typedef struct _HrMeasure HrMeasure;
  struct _HrMeasure
  {
    HrProbe   *probe;
    HrMeasure *next; /* measured first after this one */
    HrMetric   metric;
    uint64_t   limit_ns;
    uint64_t   over; /* calls that took longer */
    char       name[HR_REGION_NAME_BYTES];
  };

  /* Nothing measured is no pass. */
  typedef enum
  {
    HR_MEASURE_NO_DATA,
    HR_MEASURE_PASS, /* the average is within the limit */
    HR_MEASURE_FAIL,
    HR_N_MEASURE_RESULTS
  } HrMeasureResult;

  /* What a name has come to in this process; times are 0 without a call. */
  typedef struct
  {
    uint64_t        calls;
    uint64_t        over; /* of them: longer than the limit */
    double          average_ms;
    double          p99_ms; /* within 1 % */
    double          max_ms;
    double          limit_ms;
    HrMeasureResult result;
  } HrMeasureSummary;

  HrProbe *hr_probe_default (void);
  bool     hr_probe_name_default (const char *name);

  HrMeasure *hr_measure_get (const char *name,
                             double      max_ms);
  void       hr_measure_add (HrMeasure *self,
                             uint64_t   elapsed_ns);
  bool       hr_measure_summary (const char       *name,
                                 HrMeasureSummary *out);
  bool       hr_measure_report (FILE *file);

  const char *hr_measure_result_name (HrMeasureResult result);

  /* Records a call that took @elapsed_ns and ended at @time (ticks), whether or not records are taken now. */
  static inline void
  hr_measure_put (HrMeasure *self,
                  uint64_t   time,
                  uint64_t   elapsed_ns)
  {
    bool taken = hr_probe_put_duration (self->probe, self->metric, time, elapsed_ns, 1);

    if (!HR_LIKELY (elapsed_ns <= hr_word_load (&self->limit_ns)) && taken)
      __atomic_fetch_add (&self->over, 1, __ATOMIC_RELAXED);
  }

  /* What HR_MEASURE keeps on the stack. */
  typedef struct
  {
    HrMeasure *measure;
    uint64_t   begin;
    bool       done;
  } HrMeasureScope;

  static inline HrMeasureScope
  hr_measure_scope (HrMeasure **site,
                    const char *name,
                    double      max_ms)
  {
    HrMeasure     *measure = __atomic_load_n (site, __ATOMIC_ACQUIRE);
    HrMeasureScope scope = { measure, 0, false };

    if (!HR_LIKELY (measure != NULL))
      {
        scope.measure = hr_measure_get (name, max_ms);
        __atomic_store_n (site, scope.measure, __ATOMIC_RELEASE);
      }
    scope.begin = hr_probe_begin (scope.measure->probe);

    return scope;
  }

  static inline void
  hr_measure_scope_end (HrMeasureScope *scope)
  {
    HrMeasure *measure = scope->measure;
    uint64_t   now;

    if (scope->begin == 0)
      return;

    now = hr_probe_ticks (measure->probe);
    hr_measure_put (measure, now, hr_probe_between (measure->probe, scope->begin, now));
  }

/* Where a use of HR_MEASURE keeps its entry. */
#define HR_MEASURE_SITE(site) (__extension__({ static HrMeasure *site; &site; }))

#define HR_MEASURE_SCOPE(site, name, max_ms, scope)                                                                             \
  for (HrMeasureScope scope __attribute__ ((cleanup (hr_measure_scope_end))) = hr_measure_scope ((site), "" name "", (max_ms)); \
       !scope.done; scope.done = true)
#define HR_MEASURE_NUMBERED(name, max_ms, number) \
  HR_MEASURE_SCOPE (HR_MEASURE_SITE (hr_measure_site_##number), name, max_ms, hr_measure_scope_##number)
#define HR_MEASURE_UNIQUE(name, max_ms, number) HR_MEASURE_NUMBERED (name, max_ms, number)

/* Measures the statement that follows under @name (a literal), against a limit of @max_ms milliseconds on average,
 * which counts as it is when the statement is first reached. Leaving it by return, goto or an exception ends the call
 * too. It is a loop of one round: break and continue leave the statement, not a loop around it. */
#define HR_MEASURE(name, max_ms) HR_MEASURE_UNIQUE (name, max_ms, __COUNTER__)

#ifdef __cplusplus
}
#endif
