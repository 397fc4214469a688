/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/bench/cable.h"

#include "engine/agents/embed/embed.h"
#include "engine/base/clock.h"
#include "engine/monitor.h"
#include "tests/engine/link/emulator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The workload's own pace: a batch of 28 jobs every 0.8 ms. */
#define BATCH_JOBS 28
#define BATCH_US 800
#define JOB_NS 750
/* Marks that do not keep step with the agent's interval. */
#define MARK_MS 7
#define LONGEST_WAIT_US (60 * G_USEC_PER_SEC)
#define CONTRACT "[contract]\nname=bench\nversion=1\n[mean]\nmetric=thompson_duration_ms\nstatistic=mean\nwindow=5s\nlimit=10\n"

typedef struct
{
  HrProbe *probe;
  HrMetric marks;
  gboolean live;          /* its first snapshot arrived */
  double   round_trip_ms; /* the best so far */
  GQueue   pending;       /* gint64 *: when the marks that have not arrived were made */
  GArray  *waits;         /* double, ms: of marks */
  GArray  *links;         /* double, ms: of snapshots */
  int      working;       /* atomic */
} Cable;

static gpointer
work_cb (gpointer data)
{
  Cable   *self = data;
  HrMetric ranking = hr_probe_metric (self->probe, "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);

  while (g_atomic_int_get (&self->working))
    {
      hr_probe_duration (self->probe, ranking, BATCH_JOBS * JOB_NS, BATCH_JOBS);
      g_usleep (BATCH_US);
    }

  return NULL;
}

static double
since_ms (gint64 then_ns)
{
  return (double) ((gint64) hr_clock_monotonic () - then_ns) / (double) HR_NS_PER_MS;
}

static gboolean
mark_cb (gpointer user_data)
{
  Cable *self = user_data;
  gint64 now_ns = (gint64) hr_clock_monotonic ();

  if (self->live)
    g_queue_push_tail (&self->pending, g_memdup2 (&now_ns, sizeof now_ns));
  if (self->live)
    hr_probe_event (self->probe, self->marks, 0);

  return G_SOURCE_CONTINUE;
}

static void
snapshot_cb (HrMonitor  *monitor,
             HrSource   *source,
             HrSnapshot *snapshot,
             Cable      *self)
{
  const HrSample *sample;
  double          late;
  guint           number;

  if (hr_source_get_role (source) != HR_SOURCE_PROCESS || snapshot->catch_up)
    return;

  self->live = TRUE;
  self->round_trip_ms = (double) hr_source_get_quality (source)->best_round_trip_ns / (double) HR_NS_PER_MS;
  late = since_ms (snapshot->end_ns);
  g_array_append_val (self->links, late);
  if (!hr_history_find_metric (hr_source_get_history (source), "mark", &number))
    return;
  sample = hr_snapshot_find (snapshot, number);
  for (guint64 i = 0; sample != NULL && i < sample->count; i++)
    {
      g_autofree gint64 *made_ns = g_queue_pop_head (&self->pending);

      if (made_ns == NULL)
        break;
      late = since_ms (*made_ns);
      g_array_append_val (self->waits, late);
    }
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  double first = *(const double *) a, second = *(const double *) b;

  return (first > second) - (first < second);
}

static double
quantile (GArray *values,
          double  share)
{
  g_array_sort (values, compare);

  return values->len > 0 ? g_array_index (values, double, (guint) (share * (values->len - 1))) : (double) NAN;
}

/* Lets the monitor see @n_marks of them. */
static gboolean
watch (Cable   *self,
       guint    n_marks,
       GError **error)
{
  g_autoptr (HrContract) contract = hr_contract_parse (CONTRACT, strlen (CONTRACT), "bench.ini", NULL);
  g_autoptr (HrMonitor) monitor = hr_monitor_new (NULL, contract);
  gint64 end_us = g_get_monotonic_time () + LONGEST_WAIT_US;
  guint  timer = g_timeout_add (MARK_MS, mark_cb, self);

  g_signal_connect (monitor, "snapshot", G_CALLBACK (snapshot_cb), self);
  hr_monitor_follow_devices (monitor, NULL);
  while (self->waits->len < n_marks && g_get_monotonic_time () < end_us)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timer);

  if (self->waits->len < n_marks)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "%u of %u marks arrived", self->waits->len, n_marks);

  return self->waits->len >= n_marks;
}

static gboolean
measure_program (HrProbe      *probe,
                 guint         n_marks,
                 CableLatency *out,
                 GError      **error)
{
  Cable    self = { .probe = probe, .pending = G_QUEUE_INIT, .working = TRUE };
  GThread *worker;
  gboolean measured;

  self.marks = hr_probe_metric (probe, "mark", HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER);
  self.waits = g_array_new (FALSE, FALSE, sizeof (double));
  self.links = g_array_new (FALSE, FALSE, sizeof (double));
  worker = g_thread_new ("ranker", work_cb, &self);
  measured = watch (&self, n_marks, error);
  g_atomic_int_set (&self.working, FALSE);
  g_thread_join (worker);

  *out = (CableLatency){ quantile (self.waits, 0.5), quantile (self.waits, 0.99), quantile (self.links, 0.99), self.round_trip_ms };
  g_queue_clear_full (&self.pending, g_free);
  g_array_unref (self.waits);
  g_array_unref (self.links);

  return measured;
}

gboolean
cable_measure (guint         n_marks,
               CableLatency *out,
               GError      **error)
{
  const HrEmbedOptions options = { .listen = "tcp:0" };
  HrProbe             *probe = hr_probe_open ("bench");
  char                 wrong[256] = "";
  HrEmbed             *embed = hr_embed_start (probe, &options, wrong, sizeof wrong);
  g_autofree char     *iphone = g_build_filename (g_getenv ("HEADROOM_BUILD_DIR"), "../tests/emulators/iphone.py", NULL);
  g_autofree char     *port = NULL;
  Emulator             emulator;
  gboolean             measured;

  if (embed == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", wrong);
      hr_probe_close (probe);
      return FALSE;
    }

  port = g_strdup_printf ("--port=7777=tcp:127.0.0.1:%s", hr_embed_address (embed) + strlen ("tcp:"));
  emulator_start (&emulator, iphone, NULL, port);
  measured = measure_program (probe, n_marks, out, error);
  emulator_stop (&emulator);
  hr_embed_stop (embed);
  hr_probe_close (probe);

  return measured;
}
