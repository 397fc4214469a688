/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/overhead.h"

#include <sys/resource.h>
#include <unistd.h>

/* Shorter stretches would mostly measure the resolution of the kernel's accounting. */
#define SHORTEST_NS ((gint64) HR_NS_PER_SECOND)

static const HrMetricInfo usage_metric = { "monitor_cpu_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER };

typedef struct
{
  HrCollector parent;
  HrFeed     *computer;
  gint64      before_ns; /* 0: not measured yet */
  gint64      used_ns;
} Overhead;

static gint64
timeval_ns (struct timeval time)
{
  return (gint64) time.tv_sec * HR_NS_PER_SECOND + (gint64) time.tv_usec * 1000;
}

static gboolean
overhead_collect (HrCollector *collector,
                  gint64       now_ns,
                  GPtrArray   *feeds,
                  GError     **error)
{
  Overhead     *self = (Overhead *) collector;
  long          n_cores = MAX (sysconf (_SC_NPROCESSORS_ONLN), 1);
  struct rusage usage;
  gint64        used_ns;

  if (self->before_ns != 0 && now_ns - self->before_ns < SHORTEST_NS)
    return TRUE;

  getrusage (RUSAGE_SELF, &usage);
  used_ns = timeval_ns (usage.ru_utime) + timeval_ns (usage.ru_stime);
  if (self->before_ns != 0 && hr_feed_get_sampling (self->computer))
    hr_feed_measure (self->computer, &usage_metric,
                     CLAMP ((double) (used_ns - self->used_ns) / ((double) (now_ns - self->before_ns) * (double) n_cores), 0, 1));
  self->before_ns = now_ns;
  self->used_ns = used_ns;

  return TRUE;
}

static void
overhead_free (HrCollector *collector)
{
  Overhead *self = (Overhead *) collector;

  hr_feed_unref (self->computer);
  g_free (self);
}

/* Creates (transfer full) the collector that measures this very process on the feed @computer. */
HrCollector *
hr_overhead_new (HrFeed *computer)
{
  static const HrCollectorClass klass = { "overhead", overhead_collect, NULL, overhead_free };
  Overhead                     *self = g_new0 (Overhead, 1);

  self->parent.klass = &klass;
  self->computer = hr_feed_ref (computer);

  return &self->parent;
}
