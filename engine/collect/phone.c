/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/phone.h"

static const HrMetricInfo cpu_metric = { "cpu_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER };
static const HrMetricInfo gpu_metric = { "gpu_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER };
static const HrMetricInfo renderer_metric = { "gpu_renderer_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER };
static const HrMetricInfo tiler_metric = { "gpu_tiler_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER };
static const HrMetricInfo frames_metric = { "frames_per_second", HR_KIND_GAUGE, HR_UNIT_PER_SECOND, HR_DIRECTION_HIGHER };
static const HrMetricInfo processes_metric = { "process_count", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
static const HrMetricInfo process_cpu_metric = { "process_cpu_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER };
static const HrMetricInfo footprint_metric = { "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER };

typedef struct
{
  HrFeed *feed;
  guint64 pid;
  char   *name;
} Watched;

struct _HrPhone
{
  HrFeed *feed;
  GArray *watched; /* Watched */
  guint   n_cores; /* 0: not told yet */
};

static void
watched_clear (gpointer data)
{
  Watched *watched = data;

  hr_feed_unref (watched->feed);
  g_free (watched->name);
}

/* Returns: (transfer full): the intake of the phone whose own figures go to @feed. */
HrPhone *
hr_phone_new (HrFeed *feed)
{
  HrPhone *self = g_new0 (HrPhone, 1);

  self->feed = hr_feed_ref (feed);
  self->watched = g_array_new (FALSE, FALSE, sizeof (Watched));
  g_array_set_clear_func (self->watched, watched_clear);

  return self;
}

/* Frees @self; its feeds live on as they are. Accepts NULL. */
void
hr_phone_free (HrPhone *self)
{
  if (self == NULL)
    return;

  hr_feed_unref (self->feed);
  g_array_unref (self->watched);
  g_free (self);
}

/* Watches the process @pid called @name from the next sample on, into @feed. One whose number is watched already replaces that. */
void
hr_phone_watch (HrPhone    *self,
                HrFeed     *feed,
                guint64     pid,
                const char *name)
{
  Watched watched = { hr_feed_ref (feed), pid, g_strdup (name) };

  hr_phone_unwatch (self, pid);
  hr_feed_set_process (feed, pid, 0);
  g_array_append_val (self->watched, watched);
}

/* Watches the process @pid no longer; nothing happens where it was not. */
void
hr_phone_unwatch (HrPhone *self,
                  guint64  pid)
{
  for (guint i = 0; i < self->watched->len; i++)
    if (g_array_index (self->watched, Watched, i).pid == pid)
      {
        g_array_remove_index (self->watched, i);
        return;
      }
}

static const HrPhoneProcess *
find_process (const HrPhoneSample *sample,
              guint64              pid)
{
  for (guint i = 0; i < sample->n_processes; i++)
    if (sample->processes[i].pid == pid)
      return &sample->processes[i];

  return NULL;
}

/* Loads are told in cores. Rounding lets a busy phone's be a little more than it has. */
static double
share_of_phone (const HrPhone *self,
                double         cores)
{
  double share = self->n_cores > 0 ? cores / self->n_cores : G_MAXDOUBLE;

  /* NaN fails the comparison, and was not told. */
  return share > 1 && share < 1.05 ? 1 : share;
}

static void
measure_ratio (HrFeed             *feed,
               const HrMetricInfo *metric,
               double              ratio)
{
  if (ratio >= 0 && ratio <= 1)
    hr_feed_measure (feed, metric, ratio);
}

/* Returns FALSE when the process is gone: its number is missing, or another program has it. */
static gboolean
measure_process (HrPhone             *self,
                 const Watched       *watched,
                 const HrPhoneSample *sample)
{
  const HrPhoneProcess *process = find_process (sample, watched->pid);

  if (process == NULL || g_strcmp0 (process->name, watched->name) != 0)
    return FALSE;

  if (hr_feed_get_sampling (watched->feed))
    {
      measure_ratio (watched->feed, &process_cpu_metric, share_of_phone (self, process->cpu));
      hr_feed_measure (watched->feed, &footprint_metric, process->footprint_mb);
    }

  return TRUE;
}

/* Adds what the phone told to the feeds. A figure that it did not tell adds nothing, and one of loads is told only once the
 * number of cores is known. The feed of a watched process that is gone ends, and is let go. */
void
hr_phone_add (HrPhone             *self,
              const HrPhoneSample *sample)
{
  if (sample->n_cores > 0)
    self->n_cores = sample->n_cores;

  if (hr_feed_get_sampling (self->feed))
    {
      measure_ratio (self->feed, &cpu_metric, share_of_phone (self, sample->total_cpu));
      measure_ratio (self->feed, &gpu_metric, sample->device_utilization);
      measure_ratio (self->feed, &renderer_metric, sample->renderer_utilization);
      measure_ratio (self->feed, &tiler_metric, sample->tiler_utilization);
      hr_feed_measure (self->feed, &frames_metric, sample->frames_per_second);
      if (sample->n_processes > 0)
        hr_feed_measure (self->feed, &processes_metric, sample->n_processes);
    }

  /* What has no processes in it tells nothing of them. */
  for (guint i = self->watched->len; i > 0 && sample->n_processes > 0; i--)
    {
      const Watched *watched = &g_array_index (self->watched, Watched, i - 1);

      if (!measure_process (self, watched, sample))
        {
          hr_feed_end (watched->feed, "the program ended");
          g_array_remove_index (self->watched, i - 1);
        }
    }
}
