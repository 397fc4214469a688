/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/block.h"
#include "engine/store/recorder-private.h"
#include "tests/engine/store/store-fixture.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SECOND_US ((gint64) G_USEC_PER_SEC)

#define wait_until(condition) \
  while (!(condition))        \
  g_main_context_iteration (NULL, TRUE)

/* SQLite's syncs come by here: while it is set, they fail. */
static gint syncs_fail;

int fdatasync (int fd);
int fsync (int fd);

int
fdatasync (int fd)
{
  if (g_atomic_int_get (&syncs_fail))
    {
      errno = EIO;
      return -1;
    }

  return (int) syscall (SYS_fdatasync, fd);
}

int
fsync (int fd)
{
  if (g_atomic_int_get (&syncs_fail))
    {
      errno = EIO;
      return -1;
    }

  return (int) syscall (SYS_fsync, fd);
}

static HrRecorder *
record (Fixture                 *self,
        const HrRecorderOptions *options)
{
  HrStoreClock clock = fixture_clock (self);

  return hr_recorder_new_with_clock (self->path, options, &clock);
}

static void
advance (Fixture    *self,
         HrRecorder *recorder,
         gint64      us)
{
  g_mutex_lock (&self->mutex);
  self->utc_us += us;
  self->monotonic_us += us;
  g_mutex_unlock (&self->mutex);
  hr_recorder_wake (recorder);
}

static HrRecorderState
state_of (HrRecorder *recorder)
{
  return hr_recorder_get_status (recorder)->state;
}

static HrSource *
make_source (const char *name)
{
  HrSource *source = hr_source_new (HR_SOURCE_PROCESS, name);

  hr_source_set_place (source, HR_GROUP_COMPUTER, "local:");
  for (guint i = 0; i < G_N_ELEMENTS (series_metrics); i++)
    hr_history_add_metric (hr_source_get_history (source), &series_metrics[i]);

  return source;
}

/* Hands in snapshots @first up to @end of the series. */
static void
hand_in (HrRecorder *recorder,
         HrSource   *source,
         guint       first,
         guint       end)
{
  for (guint i = first; i < end; i++)
    {
      g_autoptr (HrSnapshot) snapshot = make_snapshot (i);

      hr_recorder_add_snapshot (recorder, source, NULL, snapshot);
    }
}

static void
record_until_durable (Fixture    *self,
                      HrRecorder *recorder,
                      HrSource   *source,
                      guint       first,
                      guint       end,
                      guint64     n_durable)
{
  hand_in (recorder, source, first, end);
  advance (self, recorder, SECOND_US);
  wait_until (hr_recorder_get_status (recorder)->n_durable == n_durable);
}

static void
keep_result_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
close_recorder (HrRecorder *recorder,
                GError    **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  gboolean closed;

  hr_recorder_close_async (recorder, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  closed = hr_recorder_close_finish (recorder, result, error);
  g_assert_cmpint (state_of (recorder), ==, HR_RECORDER_CLOSED);
  /* What was still to be told of is told. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (recorder);

  return closed;
}

static void
close_well (HrRecorder *recorder)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (close_recorder (recorder, &error));
  g_assert_no_error (error);
}

#define N_STORED "SELECT (SELECT total (n) FROM batch) + (SELECT total (n) FROM chunk)"

/* Numbers of the one source are 1, 2, 3, … up to @n. */
static void
assert_stored (Fixture *self,
               guint    n)
{
  g_assert_cmpint (ask (self, N_STORED), ==, n);
  g_assert_cmpint (ask (self, "SELECT max (number + n - 1) FROM (SELECT number, n FROM batch UNION ALL SELECT number, n FROM chunk)"), ==, n);
  assert_sound (self);
}

static void
test_durable (Fixture      *self,
              gconstpointer data)
{
  HrRecorder *recorder = record (self, NULL);
  g_autoptr (HrSource) source = make_source ("ranker");
  const HrRecorderStatus *status;

  wait_until (state_of (recorder) == HR_RECORDER_WRITING);
  hand_in (recorder, source, 0, 10);
  status = hr_recorder_get_status (recorder);
  g_assert_cmpuint (status->n_waiting, ==, 10);
  g_assert_cmpuint (status->n_durable, ==, 0);

  advance (self, recorder, SECOND_US);
  wait_until ((status = hr_recorder_get_status (recorder))->n_durable == 10);
  g_assert_cmpuint (status->n_waiting, ==, 0);
  g_assert_cmpint (status->durable_us, ==, EPOCH_US + SECOND_US);
  g_assert_cmpuint (status->bytes, >, 0);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM batch"), ==, 1);
  g_assert_cmpint (ask (self, N_STORED), ==, 10);

  close_well (recorder);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk"), ==, 1);
  g_assert_cmpuint (count_files (self->folder), ==, 1);
}

/* What waits when it is closed is written. */
static void
test_close (Fixture      *self,
            gconstpointer data)
{
  HrRecorder *recorder = record (self, NULL);
  g_autoptr (HrSource) source = make_source ("ranker");

  hand_in (recorder, source, 0, 25);
  close_well (recorder);
  assert_stored (self, 25);
}

/* Who lets go of it without closing it leaves a file that is whole. */
static void
test_let_go (Fixture      *self,
             gconstpointer data)
{
  HrRecorder *recorder = record (self, NULL);
  g_autoptr (HrSource) source = make_source ("ranker");
  g_autoptr (GError) error = NULL;
  HrWriter *writer = NULL;

  record_until_durable (self, recorder, source, 0, 10, 10);
  hand_in (recorder, source, 10, 20);
  g_object_unref (recorder);
  while (writer == NULL)
    {
      g_clear_error (&error);
      writer = hr_writer_open (self->path, FALSE, &error);
    }
  close_writer (writer);
  assert_stored (self, 20);
}

/* A source that comes back as another object, with its metrics in another order, is the same in the file. */
static void
test_source_again (Fixture      *self,
                   gconstpointer data)
{
  HrRecorder *recorder = record (self, NULL);
  HrSource   *first = make_source ("ranker");
  g_autoptr (HrSource) second = hr_source_new (HR_SOURCE_PROCESS, "ranker");
  HrSample   sample = { .metric = 0, .count = 5, .sum = 5, .min = 1, .max = 1, .last = 1 };
  HrSnapshot head = { .sequence = 1, .end_ns = 11 * STEP_NS, .interval_ns = STEP_NS, .time_us = EPOCH_US };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&head, &sample, 1);

  hr_history_add_metric (hr_source_get_history (second), &series_metrics[1]);
  hr_history_add_metric (hr_source_get_history (second), &series_metrics[0]);
  hand_in (recorder, first, 0, 10);
  g_object_unref (first);
  hr_recorder_add_snapshot (recorder, second, NULL, snapshot);
  close_well (recorder);

  assert_stored (self, 11);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM source"), ==, 1);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM metric"), ==, 2);
  g_assert_cmpint (ask (self, "SELECT count FROM tier JOIN metric ON metric.id = tier.metric WHERE name = 'memory_usage_mb'"), ==, 10);
}

/* By another name it is another source. */
static void
test_renamed (Fixture      *self,
              gconstpointer data)
{
  HrRecorder *recorder = record (self, NULL);
  g_autoptr (HrSource) source = make_source ("ranker");

  hand_in (recorder, source, 0, 10);
  hr_source_set_name (source, "ranker (2)");
  hand_in (recorder, source, 10, 15);
  close_well (recorder);
  g_assert_cmpint (ask (self, "SELECT n FROM chunk JOIN source ON source.id = chunk.source WHERE name = 'ranker'"), ==, 10);
  g_assert_cmpint (ask (self, "SELECT n FROM chunk JOIN source ON source.id = chunk.source WHERE name = 'ranker (2)'"), ==, 5);
}

/* Metrics that come later, and what a source is called, are told when they are known. */
static void
test_source_grows (Fixture      *self,
                   gconstpointer data)
{
  HrRecorder *recorder = record (self, NULL);
  g_autoptr (HrSource) source = hr_source_new (HR_SOURCE_PROCESS, "ranker");
  g_autoptr (HrSource) computer = hr_source_new (HR_SOURCE_COMPUTER, "host");
  g_autoptr (HrSnapshot) first = make_snapshot (1);
  g_autoptr (HrSnapshot) second = make_snapshot (3);

  hr_history_add_metric (hr_source_get_history (source), &series_metrics[0]);
  hr_recorder_add_snapshot (recorder, source, computer, first);
  advance (self, recorder, SECOND_US);
  wait_until (hr_recorder_get_status (recorder)->n_durable == 1);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM metric"), ==, 1);

  hr_history_add_metric (hr_source_get_history (source), &series_metrics[1]);
  hr_source_set_title (source, "Mine");
  hr_recorder_add_snapshot (recorder, source, computer, second);
  close_well (recorder);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM metric"), ==, 2);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM source WHERE name = 'ranker' AND title = 'Mine' AND origin = 'host'"), ==, 1);
}

/* Waits for trouble number @n, which is tried again after @seconds: not before. */
static void
expect_trouble (Fixture    *self,
                HrRecorder *recorder,
                guint       seconds)
{
  g_autofree char *when = g_strdup_printf (" in %u second", seconds);

  wait_until (state_of (recorder) == HR_RECORDER_TROUBLE && strstr (hr_recorder_get_status (recorder)->message, when) != NULL);
  advance (self, recorder, seconds * SECOND_US);
}

/* It is tried again ever more slowly, by itself, and at once when somebody asks for it. Nothing of what waits is lost. */
static void
test_trouble (Fixture      *self,
              gconstpointer data)
{
  static const guint seconds[] = { 1, 2, 5, 10, 30, 30 };
  HrRecorder        *recorder;
  g_autoptr (HrSource) source = make_source ("ranker");

  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  recorder = record (self, NULL);
  hand_in (recorder, source, 0, 100);
  for (guint i = 0; i < G_N_ELEMENTS (seconds); i++)
    expect_trouble (self, recorder, seconds[i]);
  g_assert_cmpuint (hr_recorder_get_status (recorder)->n_waiting, ==, 100);
  g_assert_cmpuint (hr_recorder_get_status (recorder)->n_durable, ==, 0);

  g_assert_cmpint (g_mkdir (self->folder, 0700), ==, 0);
  hr_recorder_retry (recorder);
  wait_until (hr_recorder_get_status (recorder)->n_durable == 100);
  g_assert_cmpint (state_of (recorder), ==, HR_RECORDER_WRITING);
  g_assert_null (hr_recorder_get_status (recorder)->message);
  close_well (recorder);
  assert_stored (self, 100);
}

/* A sync that fails acknowledges nothing; when syncs work again, all is there once. */
static void
test_failed_sync (Fixture      *self,
                  gconstpointer data)
{
  HrRecorder *recorder = record (self, NULL);
  g_autoptr (HrSource) source = make_source ("ranker");

  record_until_durable (self, recorder, source, 0, 10, 10);
  g_atomic_int_set (&syncs_fail, TRUE);
  hand_in (recorder, source, 10, 20);
  advance (self, recorder, SECOND_US);
  expect_trouble (self, recorder, 1);
  expect_trouble (self, recorder, 2);
  hand_in (recorder, source, 20, 30);
  wait_until (state_of (recorder) == HR_RECORDER_TROUBLE);
  g_assert_cmpuint (hr_recorder_get_status (recorder)->n_durable, ==, 10);
  g_assert_cmpuint (hr_recorder_get_status (recorder)->n_waiting, ==, 20);

  g_atomic_int_set (&syncs_fail, FALSE);
  hr_recorder_retry (recorder);
  wait_until (hr_recorder_get_status (recorder)->n_durable == 30);
  close_well (recorder);
  assert_stored (self, 30);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM run"), ==, 1);
}

/* Closing does not hide that something could not be written. */
static void
test_failed_close (Fixture      *self,
                   gconstpointer data)
{
  HrRecorder *recorder = record (self, NULL);
  g_autoptr (HrSource) source = make_source ("ranker");
  g_autoptr (GError) error = NULL;

  record_until_durable (self, recorder, source, 0, 10, 10);
  hand_in (recorder, source, 10, 20);
  g_atomic_int_set (&syncs_fail, TRUE);
  g_assert_false (close_recorder (recorder, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_WRITE);
  g_atomic_int_set (&syncs_fail, FALSE);

  close_writer (open_writer (self));
  g_assert_cmpint (ask (self, N_STORED), >=, 10);
  assert_sound (self);
}

/* A file that was taken away is made anew, with all that was not durable. */
static void
test_removed (Fixture      *self,
              gconstpointer data)
{
  HrRecorder *recorder = record (self, NULL);
  g_autoptr (HrSource) source = make_source ("ranker");

  record_until_durable (self, recorder, source, 0, 10, 10);
  empty_folder (self->folder);
  hand_in (recorder, source, 10, 20);
  advance (self, recorder, SECOND_US);
  expect_trouble (self, recorder, 1);
  wait_until (hr_recorder_get_status (recorder)->n_durable == 20);
  close_well (recorder);
  g_assert_cmpint (ask (self, N_STORED), ==, 10);
  g_assert_cmpint (ask (self, "SELECT sum (tier.count) FROM tier JOIN metric ON metric.id = tier.metric JOIN source ON source.id = metric.source "
                              "WHERE source.name = 'ranker' AND metric.name = 'memory_usage_mb'"),
                   ==, 10);
}

/* A full queue loses the newest, and says how many of whom when it can. */
static void
test_full_queue (Fixture      *self,
                 gconstpointer data)
{
  const HrRecorderOptions options = { .queue_bytes = 8 * 1024 };
  HrRecorder             *recorder;
  g_autoptr (HrSource) source = make_source ("ranker");
  guint64 n_lost;

  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  recorder = record (self, &options);
  wait_until (state_of (recorder) == HR_RECORDER_TROUBLE);
  hand_in (recorder, source, 0, 200);
  n_lost = hr_recorder_get_status (recorder)->n_lost;
  g_assert_cmpuint (n_lost, >, 100);
  g_assert_cmpuint (hr_recorder_get_status (recorder)->n_waiting, ==, 200 - n_lost);

  g_assert_cmpint (g_mkdir (self->folder, 0700), ==, 0);
  hr_recorder_retry (recorder);
  wait_until (hr_recorder_get_status (recorder)->n_durable == 200 - n_lost);
  hand_in (recorder, source, 200, 210);
  close_well (recorder);
  g_assert_cmpint (ask (self, N_STORED), ==, 210 - n_lost);
  g_assert_cmpint (ask (self, "SELECT sum (n) FROM mark WHERE kind = 'loss' AND source = 'ranker'"), ==, n_lost);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM mark"), ==, 1);
  g_assert_cmpint (ask (self, "SELECT max (n) FROM chunk"), ==, 200 - n_lost);
}

/* The second to record into a file says why it cannot, and goes on when the first has left. */
static void
test_busy (Fixture      *self,
           gconstpointer data)
{
  HrRecorder *first = record (self, NULL);
  HrRecorder *second;
  g_autoptr (HrSource) source = make_source ("ranker");

  record_until_durable (self, first, source, 0, 10, 10);
  second = record (self, NULL);
  wait_until (state_of (second) == HR_RECORDER_TROUBLE);
  g_assert_nonnull (strstr (hr_recorder_get_status (second)->message, "is being written by another program"));
  hand_in (second, source, 10, 20);
  close_well (first);
  advance (self, second, SECOND_US);
  wait_until (hr_recorder_get_status (second)->n_durable == 10);
  close_well (second);
  assert_stored (self, 20);
}

static GAsyncResult *
begin_recording (HrRecorder *recorder,
                 const char *name)
{
  GAsyncResult *result = NULL;

  hr_recorder_begin_recording_async (recorder, name, NULL, keep_result_cb, &result);
  wait_until (result != NULL);

  return result;
}

static void
test_recordings (Fixture      *self,
                 gconstpointer data)
{
  HrRecorder *recorder = record (self, NULL);
  g_autoptr (GAsyncResult) begun = begin_recording (recorder, "mine");
  g_autoptr (GAsyncResult) set = NULL;
  g_autoptr (GAsyncResult) removed = NULL;
  g_autoptr (GAsyncResult) missing = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id = hr_recorder_begin_recording_finish (recorder, begun, &error);

  g_assert_no_error (error);
  g_assert_cmpint (id, >, 0);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM recording WHERE name = 'mine' AND end_us IS NULL"), ==, 1);

  hr_recorder_set_recording_async (recorder, id, "ours", EPOCH_US, EPOCH_US + 5, NULL, keep_result_cb, &set);
  wait_until (set != NULL);
  g_assert_true (hr_recorder_set_recording_finish (recorder, set, &error));
  g_assert_cmpint (ask (self, "SELECT end_us - begin_us FROM recording WHERE name = 'ours'"), ==, 5);

  hr_recorder_remove_recording_async (recorder, id, NULL, keep_result_cb, &removed);
  hr_recorder_remove_recording_async (recorder, id, NULL, keep_result_cb, &missing);
  wait_until (missing != NULL);
  g_assert_true (hr_recorder_remove_recording_finish (recorder, removed, &error));
  g_assert_false (hr_recorder_remove_recording_finish (recorder, missing, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_NOT_FOUND);
  g_assert_cmpint (state_of (recorder), ==, HR_RECORDER_WRITING);
  close_well (recorder);
}

/* An order that cannot be obeyed is answered at once. */
static void
test_recording_in_trouble (Fixture      *self,
                           gconstpointer data)
{
  HrRecorder *recorder;
  g_autoptr (GAsyncResult) begun = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  recorder = record (self, NULL);
  wait_until (state_of (recorder) == HR_RECORDER_TROUBLE);
  begun = begin_recording (recorder, "mine");
  g_assert_cmpint (hr_recorder_begin_recording_finish (recorder, begun, &error), ==, 0);
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ);
  g_clear_error (&error);
  g_assert_cmpint (g_mkdir (self->folder, 0700), ==, 0);
  close_well (recorder);
}

/* However often it is told of, an alert is one row; what it had last stays. */
static void
test_alert (Fixture      *self,
            gconstpointer data)
{
  HrRecorder *recorder = record (self, NULL);
  g_autoptr (HrAlert) alert = hr_alert_new (HR_ALERT_MEMORY, "ranker", "memory", "Memory", HR_UNIT_MEGABYTES, 200, EPOCH_US);
  g_autoptr (HrAlert) other = hr_alert_new (HR_ALERT_MEMORY, "other", "memory", "Memory", HR_UNIT_MEGABYTES, 200, EPOCH_US);

  g_assert_cmpuint (hr_recorder_get_alert_id (recorder, alert), ==, 0);
  hr_recorder_add_alert (recorder, alert);
  hr_alert_update (alert, 250, HR_SEVERITY_HIGH);
  hr_recorder_add_alert (recorder, alert);
  hr_recorder_add_alert (recorder, other);
  g_assert_cmpuint (hr_recorder_get_alert_id (recorder, alert), !=, hr_recorder_get_alert_id (recorder, other));
  hr_alert_clear (alert, EPOCH_US + 7);
  hr_recorder_add_alert (recorder, alert);
  close_well (recorder);

  g_assert_cmpint (ask (self, "SELECT count(*) FROM alert"), ==, 2);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM alert WHERE worst = 250 AND severity = 'high' AND cleared_us - raised_us = 7"), ==, 1);
}

/* What is too old goes while it records. */
static void
test_limits (Fixture      *self,
             gconstpointer data)
{
  HrRecorder *recorder = record (self, NULL);
  g_autoptr (HrSource) source = make_source ("ranker");
  g_autoptr (HrSource) young = make_source ("young");

  record_until_durable (self, recorder, source, 0, HR_CHUNK_SNAPSHOTS, HR_CHUNK_SNAPSHOTS);
  advance (self, recorder, 3600 * SECOND_US);
  hr_recorder_set_limits (recorder, 1800 * SECOND_US, 0);
  record_until_durable (self, recorder, young, 2 * HR_CHUNK_SNAPSHOTS, 2 * HR_CHUNK_SNAPSHOTS + 10, HR_CHUNK_SNAPSHOTS + 10);
  close_well (recorder);
  g_assert_cmpint (ask (self, "SELECT count(*) FROM chunk WHERE n = 4096"), ==, 0);
}

/* What is handed in after it was closed is not recorded, and nothing waits for it. */
static void
test_after_close (Fixture      *self,
                  gconstpointer data)
{
  HrRecorder *recorder = record (self, NULL);
  g_autoptr (HrSource) source = make_source ("ranker");
  g_autoptr (GAsyncResult) closed = NULL;
  g_autoptr (GAsyncResult) again = NULL;
  g_autoptr (GError) error = NULL;

  hr_recorder_close_async (recorder, NULL, keep_result_cb, &closed);
  hand_in (recorder, source, 0, 10);
  hr_recorder_close_async (recorder, NULL, keep_result_cb, &again);
  wait_until (closed != NULL && again != NULL);
  g_assert_true (hr_recorder_close_finish (recorder, closed, &error));
  g_assert_false (hr_recorder_close_finish (recorder, again, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_assert_cmpint (ask (self, N_STORED), ==, 0);
  g_object_unref (recorder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/recorder/durable", Fixture, NULL, set_up, test_durable, tear_down);
  g_test_add ("/store/recorder/close", Fixture, NULL, set_up, test_close, tear_down);
  g_test_add ("/store/recorder/let-go", Fixture, NULL, set_up, test_let_go, tear_down);
  g_test_add ("/store/recorder/source-again", Fixture, NULL, set_up, test_source_again, tear_down);
  g_test_add ("/store/recorder/renamed", Fixture, NULL, set_up, test_renamed, tear_down);
  g_test_add ("/store/recorder/source-grows", Fixture, NULL, set_up, test_source_grows, tear_down);
  g_test_add ("/store/recorder/trouble", Fixture, NULL, set_up, test_trouble, tear_down);
  g_test_add ("/store/recorder/failed-sync", Fixture, NULL, set_up, test_failed_sync, tear_down);
  g_test_add ("/store/recorder/failed-close", Fixture, NULL, set_up, test_failed_close, tear_down);
  g_test_add ("/store/recorder/removed", Fixture, NULL, set_up, test_removed, tear_down);
  g_test_add ("/store/recorder/full-queue", Fixture, NULL, set_up, test_full_queue, tear_down);
  g_test_add ("/store/recorder/busy", Fixture, NULL, set_up, test_busy, tear_down);
  g_test_add ("/store/recorder/recordings", Fixture, NULL, set_up, test_recordings, tear_down);
  g_test_add ("/store/recorder/recording-in-trouble", Fixture, NULL, set_up, test_recording_in_trouble, tear_down);
  g_test_add ("/store/recorder/alert", Fixture, NULL, set_up, test_alert, tear_down);
  g_test_add ("/store/recorder/limits", Fixture, NULL, set_up, test_limits, tear_down);
  g_test_add ("/store/recorder/after-close", Fixture, NULL, set_up, test_after_close, tear_down);

  return g_test_run ();
}
