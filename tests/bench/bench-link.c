/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a link and the hub behind it take and cost. The samples come from another process over a Unix socket; the floor is a program that
 * only reads the same bytes. Costs are the processor time of the thread that runs the hub. */

#include "tests/bench/bench.h"
#include "tests/bench/cable.h"
#include "tests/bench/flood.h"

#include "engine/base/clock.h"
#include "engine/hub/hub.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define N_MARKS 2000

static double
thread_seconds (void)
{
  struct timespec used;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &used);

  return (double) used.tv_sec + (double) used.tv_nsec / 1e9;
}

static void
end_flood (GPid pid)
{
  kill (pid, SIGTERM);
  waitpid (pid, NULL, 0);
}

/* How far a flood was taken in. */
typedef struct
{
  guint64 n_samples;
  guint64 n_wanted;
} Taken;

static void
hub_snapshot_cb (HrHub      *hub,
                 HrSource   *source,
                 HrSnapshot *snapshot,
                 Taken      *taken)
{
  taken->n_samples += snapshot->n_samples;
}

/* Returns the processor seconds that the hub took for all of @flood, and in @out_seconds how long it was. */
static double
take_by_hub (const Flood *flood,
             const char  *folder,
             double      *out_seconds)
{
  g_autofree char *path = g_build_filename (folder, "flood", NULL);
  GPid             pid = flood_start (flood, path);
  g_autoptr (HrHub) hub = hr_hub_new ();
  g_autoptr (HrOpener) opener = hr_opener_new_unix (path);
  HrPeer *peer = hr_hub_add (hub, opener, &(HrOrigin){ HR_SOURCE_COMPUTER, HR_GROUP_COMPUTER, "unix:flood", "flood" });
  Taken   taken = { 0, (guint64) flood->n_streams * flood->n_metrics * flood->n_snapshots };
  double  used = thread_seconds ();
  gint64  begin = g_get_monotonic_time ();

  g_signal_connect (hub, "snapshot", G_CALLBACK (hub_snapshot_cb), &taken);
  hr_peer_connect (peer, hr_peer_get_origin (peer));
  while (taken.n_samples < taken.n_wanted)
    g_main_context_iteration (NULL, TRUE);

  used = thread_seconds () - used;
  *out_seconds = (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  hr_peer_close (peer);
  end_flood (pid);
  unlink (path);

  return used;
}

/* The same bytes, read and looked at by nobody. */
static double
take_by_read (const Flood *flood,
              const char  *folder)
{
  g_autofree char   *path = g_build_filename (folder, "flood", NULL);
  GPid               pid = flood_start (flood, path);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int                fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char               chunk[64 << 10];
  double             used;

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) < 0 || send (fd, "resume", 6, 0) != 6)
    g_error ("the flood cannot be reached");

  used = thread_seconds ();
  while (recv (fd, chunk, sizeof chunk, 0) > 0)
    hr_bench_keep (chunk);
  used = thread_seconds () - used;
  close (fd);
  end_flood (pid);
  unlink (path);

  return used;
}

static void
bench_throughput (HrBench    *bench,
                  const char *folder)
{
  const Flood flood = { 1, 100, 30000, 0 };
  double      n = (double) flood.n_streams * flood.n_metrics * flood.n_snapshots;
  double      seconds;
  double      used = take_by_hub (&flood, folder, &seconds);
  double      floor = take_by_read (&flood, folder);

  hr_bench_add (bench, "sample-through-a-link", used / n * 1e9, "ns", floor / n * 1e9);
  hr_bench_add (bench, "million-samples-per-core-second", n / used / 1e6, "M", (double) NAN);
  hr_bench_add (bench, "million-samples-per-second", n / seconds / 1e6, "M", (double) NAN);
}

static void
bench_many_sources (HrBench    *bench,
                    const char *folder)
{
  const Flood flood = { 50, 100, 100, 100 };
  double      seconds;
  double      used = take_by_hub (&flood, folder, &seconds);
  double      floor = take_by_read (&flood, folder);

  hr_bench_add (bench, "hub-50-sources-100-metrics-10-hz", 100 * used / seconds, "% core", 100 * floor / seconds);
}

/* A record waits for the end of its interval, at worst all of it: that is the floor of the whole way. */
static void
bench_cable (HrBench *bench)
{
  CableLatency latency;
  g_autoptr (GError) error = NULL;

  if (!cable_measure (N_MARKS, &latency, &error))
    {
      g_printerr ("No emulated phone: %s\n", error->message);
      return;
    }
  hr_bench_add (bench, "record-to-hub-over-the-cable-median", latency.median_ms, "ms", 50);
  hr_bench_add (bench, "record-to-hub-over-the-cable-p99", latency.p99_ms, "ms", 99);
  hr_bench_add (bench, "interval-to-hub-over-the-cable-p99", latency.link_p99_ms, "ms", latency.round_trip_ms / 2);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (HrBench) bench = hr_bench_new ("link");
  g_autofree char *folder = hr_bench_make_folder (NULL);

  bench_throughput (bench, folder);
  bench_many_sources (bench, folder);
  bench_cable (bench);
  rmdir (folder);

  return hr_bench_finish (g_steal_pointer (&bench));
}
