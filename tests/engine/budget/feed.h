/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/contract.h"
#include "engine/model/history.h"

#include <string.h>

#define FEED_INTERVAL_NS (100 * (gint64) HR_NS_PER_MS)

/* Parses text that has to be right. */
static inline HrContract *
feed_contract (const char *text)
{
  g_autoptr (GError) error = NULL;
  HrContract *contract = hr_contract_parse (text, strlen (text), "test.ini", &error);

  g_assert_no_error (error);

  return contract;
}

/* Adds a metric to @history. */
static inline guint
feed_metric (HrHistory  *history,
             const char *name,
             HrKind      kind,
             HrUnit      unit)
{
  HrMetricInfo info = { name, kind, unit, HR_DIRECTION_LOWER };

  return hr_history_add_metric (history, &info);
}

static inline void
feed_sample (HrHistory      *history,
             const HrSample *sample,
             gint64          end_ns)
{
  HrSnapshot head = { .sequence = 1, .end_ns = end_ns, .interval_ns = FEED_INTERVAL_NS, .time_us = end_ns / 1000 };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&head, sample, 1);

  hr_history_append (history, snapshot);
}

/* One interval of a gauge, ratio or counter with a single value. */
static inline void
feed_value (HrHistory *history,
            guint      metric,
            gint64     end_ns,
            double     value)
{
  HrSample sample = { .metric = metric, .count = 1, .sum = value, .min = value, .max = value, .last = value };

  feed_sample (history, &sample, end_ns);
}

/* One interval with @n_fast items of @fast_ms and @n_slow of @slow_ms, where fast_ms <= slow_ms and not both are none. */
static inline void
feed_durations (HrHistory *history,
                guint      metric,
                gint64     end_ns,
                guint64    n_fast,
                double     fast_ms,
                guint64    n_slow,
                double     slow_ms)
{
  HrBucketCount buckets[2] = {
    { hr_bucket_index ((guint64) (fast_ms * HR_NS_PER_MS)), n_fast },
    { hr_bucket_index ((guint64) (slow_ms * HR_NS_PER_MS)), n_slow },
  };
  HrSample sample = {
    .metric = metric,
    .count = n_fast + n_slow,
    .sum = (double) n_fast * fast_ms + (double) n_slow * slow_ms,
    .min = n_fast > 0 ? fast_ms : slow_ms,
    .max = n_slow > 0 ? slow_ms : fast_ms,
    .last = n_slow > 0 ? slow_ms : fast_ms,
    .n_buckets = n_fast > 0 && n_slow > 0 ? 2 : 1,
    .buckets = n_fast > 0 ? buckets : buckets + 1,
  };

  feed_sample (history, &sample, end_ns);
}
