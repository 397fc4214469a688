/* SPDX-License-Identifier: MIT */

#include "engine/agents/embed/figures.h"

#include "engine/agents/embed/platform.h"

#include <math.h>
#include <unistd.h>

/* Some of it walks the whole address space. A level that does not change is told as often, so that it stays on the screen. */
#define SHORTEST_NS HR_NS_PER_SECOND

static const HrMetricInfo memory_metric = { "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER };
static const HrMetricInfo resident_metric = { "memory_rss_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER };
static const HrMetricInfo available_metric = { "memory_available_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_HIGHER };
static const HrMetricInfo cpu_metric = { "process_cpu_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER };
static const HrMetricInfo threads_metric = { "thread_count", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
static const HrMetricInfo thermal_metric = { "thermal_state", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER };

/* As a share of all processors, since the last look. */
static void
measure_cpu (HrEmbedFigures *self,
             HrEmbedStream  *stream,
             double          cpu_seconds,
             int64_t         now_ns)
{
  long   n_cores = sysconf (_SC_NPROCESSORS_ONLN);
  double elapsed = (double) (now_ns - self->before_ns) / HR_NS_PER_SECOND * (double) (n_cores > 0 ? n_cores : 1);
  double used = (cpu_seconds - self->cpu_seconds) / elapsed;

  if (self->before_ns != 0 && used >= 0)
    hr_embed_stream_measure (stream, &cpu_metric, used < 1 ? used : 1);
  self->cpu_seconds = cpu_seconds;
}

/* Nothing before it was handed in once. */
static void
measure_thermal (HrEmbedFigures *self,
                 HrEmbedStream  *stream,
                 int             state,
                 int64_t         now_ns)
{
  if (state < 0 || (self->thermal_ns != 0 && state == self->thermal_state && now_ns - self->thermal_ns < SHORTEST_NS))
    return;

  hr_embed_stream_measure (stream, &thermal_metric, state);
  self->thermal_state = state;
  self->thermal_ns = now_ns;
}

/* Adds to @stream's interval what is due at @now_ns (monotonic); @thermal_state negative: not known. */
void
hr_embed_figures_measure (HrEmbedFigures *self,
                          HrEmbedStream  *stream,
                          int             thermal_state,
                          int64_t         now_ns)
{
  HrPlatformFigures figures;

  measure_thermal (self, stream, thermal_state, now_ns);
  if (self->before_ns != 0 && now_ns - self->before_ns < SHORTEST_NS)
    return;

  hr_platform_read (&figures);
  hr_embed_stream_measure (stream, &memory_metric, figures.memory_mb);
  hr_embed_stream_measure (stream, &resident_metric, figures.resident_mb);
  hr_embed_stream_measure (stream, &available_metric, figures.available_mb);
  hr_embed_stream_measure (stream, &threads_metric, figures.n_threads);
  measure_cpu (self, stream, figures.cpu_seconds, now_ns);
  self->before_ns = now_ns;
}
