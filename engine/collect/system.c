/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/system.h"

#include "engine/collect/diskstats.h"
#include "engine/collect/flow.h"

#include <glibtop.h>
#include <glibtop/cpu.h>
#include <glibtop/loadavg.h>
#include <glibtop/mem.h>
#include <glibtop/netlist.h>
#include <glibtop/netload.h>
#include <glibtop/proclist.h>
#include <glibtop/swap.h>
#include <unistd.h>

/* Asking each interface and counting processes cost more than they say at ten times a second. */
#define SLOW_NS ((gint64) HR_NS_PER_SECOND)

static const HrMetricInfo cpu_metric = { "cpu_usage", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER };
static const HrMetricInfo memory_used_metric = { "system_memory_used_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER };
static const HrMetricInfo memory_total_metric = { "system_memory_total_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_HIGHER };
static const HrMetricInfo swap_metric = { "swap_used_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER };
static const HrMetricInfo disk_read_metric = { "disk_read_mb_per_second", HR_KIND_GAUGE, HR_UNIT_MEGABYTES_PER_SECOND, HR_DIRECTION_LOWER };
static const HrMetricInfo disk_write_metric = { "disk_write_mb_per_second", HR_KIND_GAUGE, HR_UNIT_MEGABYTES_PER_SECOND, HR_DIRECTION_LOWER };
static const HrMetricInfo network_in_metric = { "network_in_mb_per_second", HR_KIND_GAUGE, HR_UNIT_MEGABYTES_PER_SECOND, HR_DIRECTION_LOWER };
static const HrMetricInfo network_out_metric = { "network_out_mb_per_second", HR_KIND_GAUGE, HR_UNIT_MEGABYTES_PER_SECOND, HR_DIRECTION_LOWER };
static const HrMetricInfo processes_metric = { "process_count", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
static const HrMetricInfo load_metric = { "load_average_1m", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER };

typedef struct
{
  HrCollector parent;
  HrFeed     *computer;
  char       *root;
  gint64      slow_ns; /* when the slow part ran last; 0: never */
  guint64     cpu_total;
  guint64     cpu_idle;
  HrFlow      disk;
  HrFlow      network;
} System;

static void
measure_cpu (System *self)
{
  glibtop_cpu cpu = { 0 };
  guint64     idle;

  glibtop_get_cpu (&cpu);
  idle = cpu.idle + cpu.iowait;

  /* Within one tick of the kernel's accounting nothing can be said. */
  if (self->cpu_total != 0 && cpu.total > self->cpu_total)
    {
      double total = (double) (cpu.total - self->cpu_total);
      double at_rest = idle > self->cpu_idle ? (double) (idle - self->cpu_idle) : 0;

      hr_feed_measure (self->computer, &cpu_metric, CLAMP (1 - at_rest / total, 0, 1));
    }
  self->cpu_total = cpu.total;
  self->cpu_idle = idle;
}

static void
measure_memory (System *self)
{
  glibtop_mem  memory = { 0 };
  glibtop_swap swap = { 0 };

  glibtop_get_mem (&memory);
  hr_feed_measure (self->computer, &memory_used_metric, (double) memory.user / HR_BYTES_PER_MB);
  hr_feed_measure (self->computer, &memory_total_metric, (double) memory.total / HR_BYTES_PER_MB);

  glibtop_get_swap (&swap);
  if (swap.total > 0)
    hr_feed_measure (self->computer, &swap_metric, (double) swap.used / HR_BYTES_PER_MB);
}

/* Containers may have no /proc/diskstats; then there is no disk rate, and nothing wrong. */
static gboolean
measure_disks (System  *self,
               gint64   now_ns,
               GError **error)
{
  g_autofree char *path = g_strconcat (self->root, "/proc/diskstats", NULL);
  g_autofree char *text = NULL;
  guint64          n_read, n_written;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return TRUE;

  if (!hr_diskstats_parse (text, &n_read, &n_written))
    {
      g_set_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_MALFORMED, "%s is not as expected", path);
      return FALSE;
    }
  hr_flow_measure (&self->disk, self->computer, now_ns, n_read, n_written, &disk_read_metric, &disk_write_metric);

  return TRUE;
}

/* All interfaces but the loopback, where nothing leaves the computer. */
static void
measure_network (System *self,
                 gint64  now_ns)
{
  glibtop_netlist list;
  g_auto (GStrv) names = glibtop_get_netlist (&list);
  guint64 in = 0, out = 0;

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      glibtop_netload load = { 0 };

      if (g_str_equal (names[i], "lo"))
        continue;
      glibtop_get_netload (&load, names[i]);
      in += load.bytes_in;
      out += load.bytes_out;
    }
  hr_flow_measure (&self->network, self->computer, now_ns, in, out, &network_in_metric, &network_out_metric);
}

static void
measure_processes (System *self)
{
  glibtop_proclist list = { 0 };
  glibtop_loadavg  load = { 0 };
  pid_t           *pids = glibtop_get_proclist (&list, GLIBTOP_KERN_PROC_ALL, 0);

  g_free (pids);
  if (list.flags & (1 << GLIBTOP_PROCLIST_NUMBER))
    hr_feed_measure (self->computer, &processes_metric, (double) list.number);

  glibtop_get_loadavg (&load);
  if (load.flags & (1 << GLIBTOP_LOADAVG_LOADAVG))
    hr_feed_measure (self->computer, &load_metric, load.loadavg[0]);
}

static gboolean
system_collect (HrCollector *collector,
                gint64       now_ns,
                GPtrArray   *feeds,
                GError     **error)
{
  System *self = (System *) collector;

  /* Differences across a pause would be averages over the pause. */
  if (!hr_feed_get_sampling (self->computer))
    {
      self->cpu_total = 0;
      self->disk.before_ns = 0;
      self->network.before_ns = 0;
      return TRUE;
    }

  measure_cpu (self);
  measure_memory (self);
  if (self->slow_ns != 0 && now_ns - self->slow_ns < SLOW_NS)
    return TRUE;

  self->slow_ns = now_ns;
  measure_network (self, now_ns);
  measure_processes (self);

  return measure_disks (self, now_ns, error);
}

static void
system_free (HrCollector *collector)
{
  System *self = (System *) collector;

  hr_feed_unref (self->computer);
  g_free (self->root);
  g_free (self);
}

/* Creates (transfer full) the collector of this computer, which adds to the feed @computer. */
HrCollector *
hr_system_new (const char *root,
               HrFeed     *computer)
{
  static const HrCollectorClass klass = { "system", system_collect, NULL, system_free };
  System                       *self = g_new0 (System, 1);

  self->parent.klass = &klass;
  self->computer = hr_feed_ref (computer);
  self->root = g_strdup (root);

  return &self->parent;
}

/* Takes the 32 hexadecimal digits of a UUID, dashes skipped. */
static gboolean
parse_uuid (const char *text,
            guint8     *out)
{
  guint n_digits = 0;

  for (; *text != '\0' && n_digits < 32; text++)
    {
      int digit = g_ascii_xdigit_value (*text);

      if (digit < 0 && *text != '-')
        return FALSE;
      if (digit >= 0)
        {
          out[n_digits / 2] = (guint8) (out[n_digits / 2] << 4 | digit);
          n_digits++;
        }
    }

  return n_digits == 32;
}

/* Returns (transfer full) what this computer is, "Debian 12 · 2 cores". */
char *
hr_system_describe (void)
{
  g_autofree char *name = g_get_os_info (G_OS_INFO_KEY_NAME);
  g_autofree char *version = g_get_os_info (G_OS_INFO_KEY_VERSION_ID);
  long             n_cores = MAX (sysconf (_SC_NPROCESSORS_ONLN), 1);

  if (name != NULL && g_str_has_suffix (name, " GNU/Linux"))
    name[strlen (name) - strlen (" GNU/Linux")] = '\0';

  return g_strdup_printf ("%s%s%s · %ld %s", name != NULL ? name : "Linux", version != NULL ? " " : "",
                          version != NULL ? version : "", n_cores, n_cores == 1 ? "core" : "cores");
}

/* Creates (transfer full) the feed of this computer: named by the host, its UUID that of this boot. */
HrFeed *
hr_system_feed_new (const char *root,
                    guint64     epoch,
                    gint64      begin_ns)
{
  g_autofree char *path = g_strconcat (root, "/proc/sys/kernel/random/boot_id", NULL);
  g_autofree char *text = NULL;
  g_autofree char *detail = hr_system_describe ();
  HrStreamName     name = { .epoch = epoch };
  HrFeed          *feed;

  /* Without a boot id the instance is this run of the agent. */
  if (!g_file_get_contents (path, &text, NULL, NULL) || !parse_uuid (text, name.uuid))
    for (guint i = 0; i < sizeof name.uuid; i++)
      name.uuid[i] = (guint8) g_random_int ();

  feed = hr_feed_new (&name, HR_SOURCE_COMPUTER, g_get_host_name (), begin_ns);
  hr_feed_set_detail (feed, detail);

  return feed;
}
