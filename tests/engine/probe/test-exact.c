/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whatever the speed and however a program ends: each of its records is read once, whole, or counted as lost.
 *
 * The suite runs a short form. ./dev prove record sets HEADROOM_EXACT_SECONDS, for which the writers run, and
 * HEADROOM_EXACT_KILLS, how many are killed; it reads the figures from the lines that begin with "# figures ". */

#include "tests/engine/probe/region-fixture.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#define N_WRITERS 2
#define N_THREADS 4
#define N_METRICS 4
#define RECORDS_EACH (8 * HR_REGION_LANE_RECORDS)
#define KILLS 5
#define KILL_THREADS 2
#define KILL_WITHIN 300000 /* records */

/* A record checks itself: its time is the thread's number and a count, and all the rest follows from that. Weight times
 * value is exact in a double. */
#define SERIAL_BITS 34
#define MAX_WEIGHT 1000

/* What a writer and its test tell each other. */
typedef struct
{
  char     path[4096];
  uint32_t is_open;
  uint32_t go;
  uint32_t stop;
  uint32_t n_done;
  uint32_t ended;              /* threads that have told all below */
  uint64_t written[N_THREADS]; /* records */
  uint64_t items[N_METRICS];   /* weights, of all threads */
  uint64_t n_read[N_THREADS];  /* by the test: */
  uint64_t last_serial[N_THREADS];
  double   sum;
} Stage;

typedef struct
{
  Stage   *stage;
  HrProbe *probe;
  uint32_t number;
  uint64_t n; /* records, 0: until told to stop */
  uint32_t max_weight;
} Writer;

static uint64_t
mix (uint64_t time)
{
  time *= 0x9e3779b97f4a7c15u;

  return time ^ time >> 29;
}

static uint32_t
metric_of (uint64_t time)
{
  return (uint32_t) (mix (time) % N_METRICS);
}

static uint32_t
weight_of (uint64_t time,
           uint32_t max_weight)
{
  return 1 + (uint32_t) ((mix (time) >> 32) % max_weight);
}

static uint64_t
value_of (uint64_t time)
{
  return time * N_METRICS + metric_of (time);
}

static void *
write_records (void *data)
{
  Writer  *self = data;
  Stage   *stage = self->stage;
  uint64_t items[N_METRICS] = { 0 };
  uint64_t serial = 0;

  while (self->n > 0 ? serial < self->n : __atomic_load_n (&stage->stop, __ATOMIC_RELAXED) == 0)
    {
      uint64_t time = (uint64_t) self->number << SERIAL_BITS | ++serial;
      uint32_t weight = weight_of (time, self->max_weight);

      hr_probe_put_duration (self->probe, metric_of (time), time, weight * value_of (time), weight);
      items[metric_of (time)] += weight;
    }

  stage->written[self->number] = serial;
  for (uint32_t i = 0; i < N_METRICS; i++)
    __atomic_fetch_add (&stage->items[i], items[i], __ATOMIC_RELAXED);
  __atomic_fetch_add (&stage->ended, 1, __ATOMIC_RELEASE);

  return NULL;
}

/* What the child of a test does: opens a probe, says where, and writes from @n_threads threads. */
static void
run_writer (const char *folder,
            Stage      *stage,
            uint32_t    n_threads,
            uint64_t    n,
            uint32_t    max_weight)
{
  HrProbe  *probe = hr_probe_open_in (folder, "writer");
  pthread_t threads[N_THREADS];
  Writer    writers[N_THREADS];

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  for (uint32_t i = 0; i < N_METRICS; i++)
    add_duration (probe, (const char *[]){ "a", "b", "c", "d" }[i]);
  g_strlcpy (stage->path, hr_probe_path (probe), sizeof stage->path);
  __atomic_store_n (&stage->is_open, 1, __ATOMIC_RELEASE);
  while (__atomic_load_n (&stage->go, __ATOMIC_ACQUIRE) == 0)
    sched_yield ();

  for (uint32_t i = 0; i < n_threads; i++)
    {
      writers[i] = (Writer){ stage, probe, i, n, max_weight };
      pthread_create (&threads[i], NULL, write_records, &writers[i]);
    }
  for (uint32_t i = 0; i < n_threads; i++)
    pthread_join (threads[i], NULL);
  _exit (hr_probe_unplaced (probe) == 0 ? 0 : 1);
}

static Stage *
make_stages (guint n)
{
  Stage *stages = mmap (NULL, n * sizeof *stages, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  g_assert_true (stages != MAP_FAILED);

  return stages;
}

/* A writer ends badly where one of its assertions fails; nobody waits for what it will never say. */
static void
assert_going_on (const Stage *stage,
                 pid_t        child)
{
  siginfo_t ended = { 0 };

  g_assert_cmpint (waitid (P_PID, (id_t) child, &ended, WEXITED | WNOHANG | WNOWAIT), ==, 0);
  g_assert_true (ended.si_pid == 0 || __atomic_load_n (&stage->ended, __ATOMIC_ACQUIRE) == N_THREADS);
}

/* Starts a writer and follows it; it waits for stage->go. */
static pid_t
start_writer (Fixture         *fixture,
              Stage           *stage,
              uint32_t         n_threads,
              uint64_t         n,
              uint32_t         max_weight,
              HrRegionReader **out)
{
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    run_writer (fixture->folder, stage, n_threads, n, max_weight);
  while (__atomic_load_n (&stage->is_open, __ATOMIC_ACQUIRE) == 0)
    assert_going_on (stage, child);
  *out = open_reader (stage->path);

  return child;
}

/* A record is whole, and later than its thread's last. */
static void
check_record (Stage                *stage,
              const HrRegionRecord *record,
              uint32_t              max_weight)
{
  uint64_t thread = record->time >> SERIAL_BITS;
  uint64_t serial = record->time & (((uint64_t) 1 << SERIAL_BITS) - 1);

  g_assert_cmpuint (thread, <, N_THREADS);
  g_assert_cmpuint (serial, >, stage->last_serial[thread]);
  g_assert_cmpuint (record->metric, ==, metric_of (record->time));
  g_assert_cmpuint (record->weight, ==, weight_of (record->time, max_weight));
  g_assert_cmpfloat (record->value, ==, (double) value_of (record->time));
  stage->last_serial[thread] = serial;
  stage->n_read[thread]++;
  stage->sum += record->value;
}

static void
check_heavy_cb (const HrRegionRecord *record,
                void                 *user_data)
{
  check_record (user_data, record, MAX_WEIGHT);
}

static void
check_light_cb (const HrRegionRecord *record,
                void                 *user_data)
{
  check_record (user_data, record, 1);
}

static guint64
environment_number (const char *name,
                    guint64     otherwise)
{
  const char *text = g_getenv (name);

  return text != NULL ? g_ascii_strtoull (text, NULL, 10) : otherwise;
}

/* Reads what the writers write until the last has ended. Returns how many records were delivered. */
static uint64_t
follow_writers (Stage           *stages,
                const pid_t     *children,
                HrRegionReader **readers,
                uint64_t         run_ns)
{
  uint64_t begin = hr_clock_monotonic ();
  uint64_t n_read = 0;
  guint    n_ended;

  for (guint i = 0; i < N_WRITERS; i++)
    __atomic_store_n (&stages[i].go, 1, __ATOMIC_RELEASE);
  do
    {
      n_ended = 0;
      for (guint i = 0; i < N_WRITERS; i++)
        {
          if (run_ns > 0 && hr_clock_monotonic () - begin >= run_ns)
            __atomic_store_n (&stages[i].stop, 1, __ATOMIC_RELAXED);
          assert_going_on (&stages[i], children[i]);
          n_ended += __atomic_load_n (&stages[i].ended, __ATOMIC_ACQUIRE) == N_THREADS;
          n_read += hr_region_reader_drain (readers[i], check_heavy_cb, &stages[i]);
        }
    }
  while (n_ended < N_WRITERS);

  return n_read;
}

/* The writer has told how much it wrote; the region says the same. */
static uint64_t
assert_exact (Stage          *stage,
              HrRegionReader *reader)
{
  uint64_t written = 0, n_read = 0;

  for (guint i = 0; i < N_THREADS; i++)
    {
      written += stage->written[i];
      n_read += stage->n_read[i];
    }
  g_assert_cmpuint (n_read + hr_region_reader_lost (reader), ==, written);
  g_assert_cmpuint (hr_region_reader_written (reader), ==, written);
  for (uint32_t i = 0; i < N_METRICS; i++)
    {
      HrRegionTotals totals;

      g_assert_true (hr_region_reader_totals (reader, i, &totals));
      g_assert_cmpuint (totals.count, ==, stage->items[i]);
    }

  return written;
}

static void
test_read_and_lost_are_what_was_written (Fixture      *fixture,
                                         gconstpointer data)
{
  uint64_t        seconds = environment_number ("HEADROOM_EXACT_SECONDS", 0);
  Stage          *stages = make_stages (N_WRITERS);
  HrRegionReader *readers[N_WRITERS];
  pid_t           children[N_WRITERS];
  uint64_t        written = 0, lost = 0, n_read;

  for (guint i = 0; i < N_WRITERS; i++)
    children[i] = start_writer (fixture, &stages[i], N_THREADS, seconds > 0 ? 0 : RECORDS_EACH, MAX_WEIGHT, &readers[i]);
  n_read = follow_writers (stages, children, readers, seconds * HR_NS_PER_SECOND);

  for (guint i = 0; i < N_WRITERS; i++)
    {
      wait_for_success (children[i]);
      n_read += hr_region_reader_drain (readers[i], check_heavy_cb, &stages[i]);
      written += assert_exact (&stages[i], readers[i]);
      lost += hr_region_reader_lost (readers[i]);
      hr_region_reader_close (readers[i]);
    }
  g_print ("# figures \"writers\": %d, \"threads\": %d, \"seconds\": %" G_GUINT64_FORMAT ", \"written\": %" G_GUINT64_FORMAT
           ", \"read\": %" G_GUINT64_FORMAT ", \"lost\": %" G_GUINT64_FORMAT "\n",
           N_WRITERS, N_THREADS, seconds, written, n_read, lost);
  g_assert_cmpuint (n_read + lost, ==, written);
  munmap (stages, N_WRITERS * sizeof *stages);
}

/* A record that was being written in each thread may stand in the totals alone, and is in nobody's sum but theirs. */
static void
assert_consistent (Stage          *stage,
                   HrRegionReader *reader)
{
  uint64_t written = hr_region_reader_written (reader);
  uint64_t count = 0, n_read = 0;
  double   sum = 0;

  for (guint i = 0; i < N_THREADS; i++)
    n_read += stage->n_read[i];
  g_assert_cmpuint (n_read + hr_region_reader_lost (reader), ==, written);

  for (uint32_t i = 0; i < N_METRICS; i++)
    {
      HrRegionTotals totals;

      g_assert_true (hr_region_reader_totals (reader, i, &totals));
      count += totals.count;
      sum += totals.sum;
    }
  g_assert_cmpuint (count, >=, written);
  g_assert_cmpuint (count, <=, written + KILL_THREADS);
  if (hr_region_reader_lost (reader) == 0)
    {
      g_assert_cmpfloat (sum, >=, stage->sum * (1 - 1e-9));
      g_assert_cmpfloat (sum, <=, (stage->sum + KILL_THREADS * (double) value_of ((uint64_t) KILL_THREADS << SERIAL_BITS)) * (1 + 1e-9));
    }
}

/* Kills a writer when it has written @n records or a few more. Returns whether it was in the middle of one. */
static bool
kill_writer (Fixture *fixture,
             uint64_t n)
{
  Stage          *stage = make_stages (1);
  HrRegionReader *reader;
  HrRegionReader *late;
  pid_t           child = start_writer (fixture, stage, KILL_THREADS, 0, 1, &reader);
  uint64_t        count = 0, written;

  __atomic_store_n (&stage->go, 1, __ATOMIC_RELEASE);
  while (hr_region_reader_written (reader) < n)
    {
      assert_going_on (stage, child);
      hr_region_reader_drain (reader, check_light_cb, stage);
    }
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);

  g_assert_false (hr_region_reader_alive (reader));
  hr_region_reader_drain (reader, check_light_cb, stage);
  assert_consistent (stage, reader);
  written = hr_region_reader_written (reader);
  for (uint32_t i = 0; i < N_METRICS; i++)
    {
      HrRegionTotals totals;

      g_assert_true (hr_region_reader_totals (reader, i, &totals));
      count += totals.count;
    }
  hr_region_reader_close (reader);

  /* Somebody who comes only now reads the same, as far as the rings hold it. */
  memset (stage->n_read, 0, sizeof stage->n_read);
  memset (stage->last_serial, 0, sizeof stage->last_serial);
  stage->sum = 0;
  late = open_reader (stage->path);
  hr_region_reader_drain (late, check_light_cb, stage);
  assert_consistent (stage, late);
  hr_region_reader_close (late);

  g_assert_true (hr_region_reap (stage->path, UINT64_MAX, 0));
  munmap (stage, sizeof *stage);

  return count > written;
}

static void
test_a_killed_writer_leaves_whole_records (Fixture      *fixture,
                                           gconstpointer data)
{
  guint64 n_kills = environment_number ("HEADROOM_EXACT_KILLS", KILLS);
  guint64 n_within = 0;

  for (guint64 i = 0; i < n_kills; i++)
    n_within += kill_writer (fixture, (uint64_t) g_test_rand_int_range (1, KILL_WITHIN));
  g_print ("# figures \"kills\": %" G_GUINT64_FORMAT ", \"within_a_record\": %" G_GUINT64_FORMAT "\n", n_kills, n_within);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASE ("/probe/exact/written", test_read_and_lost_are_what_was_written);
  ADD_CASE ("/probe/exact/killed", test_a_killed_writer_leaves_whole_records);

  return g_test_run ();
}
