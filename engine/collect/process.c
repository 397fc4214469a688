/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/process.h"

#include "engine/collect/flow.h"
#include "engine/collect/proc.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* smaps_rollup walks the whole address space: milliseconds for a large program. */
#define SHORTEST_NS ((gint64) HR_NS_PER_SECOND)

/* So many are measured in a round whatever is due: two milliseconds. Where there are more, each round takes its share of them. */
#define N_AT_ONCE 8

static const HrMetricInfo cpu_metric = { "process_cpu_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER };
static const HrMetricInfo pss_metric = { "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER };
static const HrMetricInfo rss_metric = { "memory_rss_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER };
static const HrMetricInfo read_metric = { "process_read_mb_per_second", HR_KIND_GAUGE, HR_UNIT_MEGABYTES_PER_SECOND, HR_DIRECTION_LOWER };
static const HrMetricInfo write_metric = { "process_write_mb_per_second", HR_KIND_GAUGE, HR_UNIT_MEGABYTES_PER_SECOND, HR_DIRECTION_LOWER };
static const HrMetricInfo threads_metric = { "thread_count", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER };

typedef struct
{
  HrFeed  *feed;      /* owned, so that no other feed can take its address */
  gint64   looked_ns; /* 0: never */
  gint64   before_ns; /* of @used; 0: not known */
  guint64  used;
  HrFlow   io;
  gboolean seen;
} Process;

typedef struct
{
  HrCollector parent;
  char       *root;
  GHashTable *processes; /* HrFeed -> Process */
  gint64      round_ns;  /* the last one; 0: none */
} ProcessCollector;

static void
process_free (gpointer data)
{
  Process *process = data;

  hr_feed_unref (process->feed);
  g_free (process);
}

/* Finds the line "Name:  123". */
static gboolean
parse_line (const char *text,
            const char *name,
            guint64    *out)
{
  const char *line = strstr (text, name);

  while (line != NULL && line != text && line[-1] != '\n')
    line = strstr (line + 1, name);

  return line != NULL && sscanf (line + strlen (name), " %" G_GUINT64_FORMAT, out) == 1;
}

/* Finds the line "Name:  123 kB", where kB are 1 024 bytes. */
static gboolean
parse_kilobytes (const char *text,
                 const char *name,
                 double     *out_mb)
{
  guint64 kilobytes;

  if (!parse_line (text, name, &kilobytes))
    return FALSE;

  *out_mb = (double) kilobytes * 1024 / HR_BYTES_PER_MB;

  return TRUE;
}

/* PSS needs the right to look into the program; the resident size is there for everybody. The one is never given out as the
 * other. */
static void
measure_memory (ProcessCollector *self,
                HrFeed           *feed,
                const HrProcStat *stat)
{
  char   rollup[HR_PROC_TEXT_SIZE];
  double mb;

  if (hr_proc_read (self->root, hr_feed_get_pid (feed), "smaps_rollup", rollup, sizeof rollup) > 0)
    {
      if (parse_kilobytes (rollup, "Pss:", &mb))
        hr_feed_measure (feed, &pss_metric, mb);
      if (parse_kilobytes (rollup, "Rss:", &mb))
        {
          hr_feed_measure (feed, &rss_metric, mb);
          return;
        }
    }

  hr_feed_measure (feed, &rss_metric, (double) stat->resident_pages * (double) sysconf (_SC_PAGESIZE) / HR_BYTES_PER_MB);
}

/* What reached the disks and came from them: what was read from memory again counts for nothing. That needs the right to look into the
 * program, and without it there is no figure, which is not 0. */
static void
measure_io (ProcessCollector *self,
            Process          *process,
            gint64            now_ns)
{
  char    text[HR_PROC_TEXT_SIZE];
  guint64 n_read, n_written;

  if (hr_proc_read (self->root, hr_feed_get_pid (process->feed), "io", text, sizeof text) > 0 &&
      parse_line (text, "read_bytes:", &n_read) && parse_line (text, "write_bytes:", &n_written))
    hr_flow_measure (&process->io, process->feed, now_ns, n_read, n_written, &read_metric, &write_metric);
  else
    process->io = (HrFlow){ 0 };
}

static void
measure_cpu (Process          *process,
             const HrProcStat *stat,
             gint64            now_ns)
{
  double n_cores = (double) MAX (sysconf (_SC_NPROCESSORS_ONLN), 1);
  double ticks_per_second = (double) sysconf (_SC_CLK_TCK);

  if (process->before_ns != 0 && stat->used >= process->used)
    {
      double elapsed = (double) (now_ns - process->before_ns) / HR_NS_PER_SECOND;
      double used = (double) (stat->used - process->used) / ticks_per_second;

      hr_feed_measure (process->feed, &cpu_metric, CLAMP (used / (elapsed * n_cores), 0, 1));
    }
  process->before_ns = now_ns;
  process->used = stat->used;
}

static void
measure (ProcessCollector *self,
         Process          *process,
         gint64            now_ns)
{
  char       text[HR_PROC_TEXT_SIZE];
  HrProcStat stat;

  process->looked_ns = now_ns;

  /* A process that is gone is no failure, and neither is one that cannot be seen from here. */
  if (hr_proc_read (self->root, hr_feed_get_pid (process->feed), "stat", text, sizeof text) <= 0 || !hr_proc_parse_stat (text, &stat))
    return;

  /* The number may have gone to another process since. */
  if (hr_feed_get_start_time (process->feed) != stat.start_time)
    return;

  measure_cpu (process, &stat, now_ns);
  hr_feed_measure (process->feed, &threads_metric, (double) stat.n_threads);
  measure_memory (self, process->feed, &stat);
  measure_io (self, process, now_ns);
}

static Process *
find_process (ProcessCollector *self,
              HrFeed           *feed)
{
  Process *process = g_hash_table_lookup (self->processes, feed);

  if (process == NULL)
    {
      process = g_new0 (Process, 1);
      process->feed = hr_feed_ref (feed);
      g_hash_table_insert (self->processes, feed, process);
    }
  process->seen = TRUE;

  return process;
}

static gboolean
forget_unseen (gpointer key,
               gpointer value,
               gpointer user_data)
{
  Process *process = value;
  gboolean gone = !process->seen;

  process->seen = FALSE;

  return gone;
}

/* Those that wait longest come first. */
static int
compare_waiting (gconstpointer a,
                 gconstpointer b)
{
  const Process *first = *(const Process *const *) a;
  const Process *second = *(const Process *const *) b;

  return (first->looked_ns > second->looked_ns) - (first->looked_ns < second->looked_ns);
}

/* Returns how many of @n_processes a round at @now_ns has to measure, so that each one gets its turn once in SHORTEST_NS. */
static guint
share_of_round (const ProcessCollector *self,
                guint                   n_processes,
                gint64                  now_ns)
{
  gint64 elapsed_ns = self->round_ns != 0 ? CLAMP (now_ns - self->round_ns, 0, SHORTEST_NS) : 0;

  return MAX (N_AT_ONCE, (guint) ((n_processes * elapsed_ns + SHORTEST_NS - 1) / SHORTEST_NS));
}

static gboolean
process_collect (HrCollector *collector,
                 gint64       now_ns,
                 GPtrArray   *feeds,
                 GError     **error)
{
  ProcessCollector *self = (ProcessCollector *) collector;
  g_autoptr (GPtrArray) due = g_ptr_array_new ();
  guint n_measured;

  for (guint i = 0; i < feeds->len; i++)
    {
      HrFeed  *feed = feeds->pdata[i];
      Process *process;

      if (hr_feed_get_role (feed) != HR_SOURCE_PROCESS || hr_feed_get_pid (feed) == 0 || hr_feed_get_start_time (feed) == 0 ||
          hr_feed_get_ended (feed) != NULL || !hr_feed_get_sampling (feed))
        continue;

      process = find_process (self, feed);
      if (process->looked_ns == 0 || now_ns - process->looked_ns >= SHORTEST_NS)
        g_ptr_array_add (due, process);
    }
  g_hash_table_foreach_remove (self->processes, forget_unseen, NULL);

  g_ptr_array_sort (due, compare_waiting);
  n_measured = MIN (due->len, share_of_round (self, g_hash_table_size (self->processes), now_ns));
  for (guint i = 0; i < n_measured; i++)
    measure (self, due->pdata[i], now_ns);
  self->round_ns = now_ns;

  return TRUE;
}

static void
process_collector_free (HrCollector *collector)
{
  ProcessCollector *self = (ProcessCollector *) collector;

  g_hash_table_unref (self->processes);
  g_free (self->root);
  g_free (self);
}

/* Creates (transfer full) the collector of every process feed that has a pid. @root goes in front of "/proc". */
HrCollector *
hr_process_new (const char *root)
{
  static const HrCollectorClass klass = { "process", process_collect, NULL, process_collector_free };
  ProcessCollector             *self = g_new0 (ProcessCollector, 1);

  self->parent.klass = &klass;
  self->root = g_strdup (root);
  self->processes = g_hash_table_new_full (NULL, NULL, NULL, process_free);

  return &self->parent;
}
