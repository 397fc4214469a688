/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a link and the hub behind it take and cost. The samples come from another process over a Unix socket; the floor is a program that
 * only reads the same bytes. Costs are the processor time of the thread that runs the hub. */

#include "tests/bench/bench.h"
#include "tests/bench/cable.h"
#include "tests/bench/flood.h"

#include "engine/agents/local/relay.h"
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

#define RELAY_NAME "usbmuxd-bench"
#define N_ROUND_TRIPS 2000
#define MUCH_BYTES (512 * G_GUINT64_CONSTANT (1000000))

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

static int
compare_times (gconstpointer a,
               gconstpointer b)
{
  gint64 first = *(const gint64 *) a, second = *(const gint64 *) b;

  return (first > second) - (first < second);
}

static int
listen_unix (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int                fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (bind (fd, (struct sockaddr *) &address, sizeof address) < 0 || listen (fd, 1) < 0)
    g_error ("no socket at %s", path);

  return fd;
}

/* Connects, as soon as somebody listens. */
static int
connect_unix (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int                fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  while (connect (fd, (struct sockaddr *) &address, sizeof address) < 0)
    g_usleep (1000);

  return fd;
}

/* Stands in for usbmuxd: one peer after another gets as many bytes as it sends, and what it asks for beyond. */
static GPid
start_daemon (int listener)
{
  static char chunk[64 << 10];
  GPid        pid = fork ();

  for (int peer; pid == 0 && (peer = accept (listener, NULL, NULL)) >= 0; close (peer))
    {
      gssize n;

      while ((n = recv (peer, chunk, sizeof chunk, 0)) > 0)
        if (chunk[0] != 'm')
          send (peer, chunk, (gsize) n, MSG_NOSIGNAL);
        else
          for (guint64 left = MUCH_BYTES; left > 0 && (n = send (peer, chunk, MIN (left, sizeof chunk), MSG_NOSIGNAL)) > 0;)
            left -= (guint64) n;
    }

  return pid;
}

static GPid
start_relay (const char *address)
{
  GPid pid = fork ();

  if (pid == 0)
    {
      g_autoptr (HrRelay) relay G_GNUC_UNUSED = hr_relay_new (RELAY_NAME, address);

      for (;;)
        g_main_context_iteration (NULL, TRUE);
    }

  return pid;
}

/* Writes how long a word and its answer take, the median, and how fast much comes. */
static void
measure_stream (const char *path,
                double     *out_round_trip_us,
                double     *out_mb_per_second)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  char    chunk[64 << 10] = "ping";
  int     fd = connect_unix (path);
  guint64 left = MUCH_BYTES;
  gint64  begin;
  gssize  n;

  for (guint i = 0; i < N_ROUND_TRIPS; i++)
    {
      gint64 time = (gint64) hr_clock_monotonic ();

      if (send (fd, chunk, 64, MSG_NOSIGNAL) != 64 || recv (fd, chunk, 64, MSG_WAITALL) != 64)
        g_error ("the stream to %s broke", path);
      time = (gint64) hr_clock_monotonic () - time;
      g_array_append_val (times, time);
    }
  g_array_sort (times, compare_times);
  *out_round_trip_us = (double) g_array_index (times, gint64, N_ROUND_TRIPS / 2) / 1000;

  begin = g_get_monotonic_time ();
  if (send (fd, "m", 1, MSG_NOSIGNAL) != 1)
    g_error ("the stream to %s broke", path);
  while (left > 0 && (n = recv (fd, chunk, sizeof chunk, 0)) > 0)
    left -= (guint64) n;
  *out_mb_per_second = (double) MUCH_BYTES / (double) (g_get_monotonic_time () - begin);
  close (fd);
}

/* What a sandbox pays for its usbmuxd: the floor is the daemon's own socket. */
static void
bench_relay (HrBench    *bench,
             const char *folder)
{
  g_autofree char *direct = g_build_filename (folder, "usbmuxd", NULL);
  g_autofree char *relayed = g_build_filename (folder, RELAY_NAME, NULL);
  g_autofree char *address = g_strconcat ("UNIX:", direct, NULL);
  int              listener = listen_unix (direct);
  GPid             daemon = start_daemon (listener);
  GPid             relay;
  double           round_trip, floor_round_trip, speed, floor_speed;

  g_setenv ("HEADROOM_RUNTIME_DIR", folder, TRUE);
  relay = start_relay (address);
  measure_stream (direct, &floor_round_trip, &floor_speed);
  measure_stream (relayed, &round_trip, &speed);
  hr_bench_add (bench, "relay-round-trip-median", round_trip, "us", floor_round_trip);
  hr_bench_add (bench, "relay-mb-per-second", speed, "MB/s", floor_speed);
  end_flood (relay);
  end_flood (daemon);
  close (listener);
  unlink (direct);
  unlink (relayed);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (HrBench) bench = hr_bench_new ("link");
  g_autofree char *folder = hr_bench_make_folder (NULL);

  bench_throughput (bench, folder);
  bench_many_sources (bench, folder);
  bench_relay (bench, folder);
  bench_cable (bench);
  rmdir (folder);

  return hr_bench_finish (g_steal_pointer (&bench));
}
