/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/bench/flood.h"

#include "engine/base/clock.h"
#include "engine/link/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define N_BUCKETS 12u

static void
append (GByteArray      *frames,
        const HrMessage *message)
{
  g_autoptr (GBytes) packed = hr_message_encode (message);

  g_byte_array_append (frames, g_bytes_get_data (packed, NULL), (guint) g_bytes_get_size (packed));
}

static void
append_hello (GByteArray  *frames,
              const Flood *flood,
              guint        stream)
{
  g_autofree HrMetricInfo *metrics = g_new (HrMetricInfo, flood->n_metrics);
  g_autofree char         *title = g_strdup_printf ("program %u", stream);
  HrMessage                hello = { .type = HR_MESSAGE_HELLO, .stream = stream };

  for (guint i = 0; i < flood->n_metrics; i++)
    {
      g_autofree char *name = g_strdup_printf ("metric_%u", i);

      metrics[i] = (HrMetricInfo){ g_intern_string (name), i % 4 == 0 ? HR_KIND_DURATION : i % 4 == 1 ? HR_KIND_COUNTER
                                                                                                      : HR_KIND_GAUGE,
                                   i % 4 == 0 ? HR_UNIT_MILLISECONDS : HR_UNIT_COUNT, HR_DIRECTION_LOWER };
    }
  hello.hello.name.uuid[0] = (guint8) (stream + 1);
  hello.hello.name.epoch = 1;
  hello.hello.role = stream == 0 ? HR_SOURCE_COMPUTER : HR_SOURCE_PROCESS;
  hello.hello.title = title;
  hello.hello.sampling = TRUE;
  hello.hello.metrics = metrics;
  hello.hello.n_metrics = flood->n_metrics;
  append (frames, &hello);
}

static void
append_snapshot (GByteArray  *frames,
                 const Flood *flood,
                 guint        stream,
                 guint        sequence,
                 gint64       begin_ns)
{
  static HrBucketCount buckets[N_BUCKETS];
  g_autofree HrSample *samples = g_new0 (HrSample, flood->n_metrics);
  gint64               interval_ns = (gint64) MAX (flood->interval_ms, 1) * (gint64) HR_NS_PER_MS;
  HrSnapshot           head = { .sequence = sequence, .end_ns = begin_ns + sequence * interval_ns, .interval_ns = interval_ns };
  HrMessage            message = { .type = HR_MESSAGE_SNAPSHOT, .stream = stream };

  for (guint i = 0; i < N_BUCKETS; i++)
    buckets[i] = (HrBucketCount){ 1000 + 3 * i, 1 + i };
  for (guint i = 0; i < flood->n_metrics; i++)
    {
      double value = 1 + (double) ((sequence * 7919 + i * 31) % 1000) / 1000;

      samples[i] = (HrSample){ .metric = i, .count = 1, .sum = value, .min = value, .max = value, .last = value };
      if (i % 4 != 0)
        continue;
      samples[i].count = N_BUCKETS * (N_BUCKETS + 1) / 2;
      samples[i].sum = value * (double) samples[i].count;
      samples[i].n_buckets = N_BUCKETS;
      samples[i].buckets = buckets;
    }
  message.snapshot = hr_snapshot_new (&head, samples, flood->n_metrics);
  append (frames, &message);
  hr_snapshot_unref (message.snapshot);
}

/* One round is a snapshot of every stream. */
static void
append_round (GByteArray  *frames,
              const Flood *flood,
              guint        sequence,
              gint64       begin_ns)
{
  for (guint i = 0; i < flood->n_streams; i++)
    append_snapshot (frames, flood, i, sequence, begin_ns);
}

static void
send_all (int               fd,
          const GByteArray *frames)
{
  for (gsize sent = 0; sent < frames->len;)
    {
      gssize n = send (fd, frames->data + sent, frames->len - sent, MSG_NOSIGNAL);

      if (n <= 0)
        _exit (1);
      sent += (gsize) n;
    }
}

static int
listen_at (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int                fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  /* A link goes to a socket of mode 0600 only. */
  umask (077);
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (bind (fd, (struct sockaddr *) &address, sizeof address) < 0 || listen (fd, 1) < 0)
    _exit (1);

  return fd;
}

static void
send_paced (int          fd,
            const Flood *flood)
{
  gint64 begin_ns = (gint64) hr_clock_monotonic ();

  for (guint i = 1; i <= flood->n_snapshots; i++)
    {
      g_autoptr (GByteArray) round = g_byte_array_new ();
      gint64          due = begin_ns + (gint64) i * flood->interval_ms * (gint64) HR_NS_PER_MS;
      struct timespec at = { due / (gint64) HR_NS_PER_SECOND, due % (gint64) HR_NS_PER_SECOND };

      append_round (round, flood, i, begin_ns);
      while (clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
        ;
      send_all (fd, round);
    }
}

/* Reads until the desktop hangs up, so that its pings never fill the socket. */
static void
wait_for_end (int fd)
{
  char rest[4096];

  shutdown (fd, SHUT_WR);
  while (recv (fd, rest, sizeof rest, 0) > 0)
    ;
}

static void
serve (const Flood *flood,
       const char  *path)
{
  g_autoptr (GByteArray) hellos = g_byte_array_new ();
  g_autoptr (GByteArray) frames = g_byte_array_new ();
  gint64 now_ns = (gint64) hr_clock_monotonic ();
  char   resume[4096];
  int    fd;

  for (guint i = 0; i < flood->n_streams; i++)
    append_hello (hellos, flood, i);
  for (guint i = 1; flood->interval_ms == 0 && i <= flood->n_snapshots; i++)
    append_round (frames, flood, i, now_ns);

  fd = accept (listen_at (path), NULL, NULL);
  if (fd < 0 || recv (fd, resume, sizeof resume, 0) <= 0)
    _exit (1);
  send_all (fd, hellos);
  if (flood->interval_ms == 0)
    send_all (fd, frames);
  else
    send_paced (fd, flood);
  wait_for_end (fd);
  _exit (0);
}

GPid
flood_start (const Flood *flood,
             const char  *path)
{
  GPid pid = fork ();

  if (pid == 0)
    serve (flood, path);

  while (!g_file_test (path, G_FILE_TEST_EXISTS) && waitpid (pid, NULL, WNOHANG) == 0)
    g_usleep (1000);

  return pid;
}
