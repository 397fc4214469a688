/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/history-loader.h"
#include "tests/folder.h"

#include <math.h>

#define STEP_US (100 * 1000)
#define N_SNAPSHOTS 36000
#define SPIKE 12345
#define START_US (G_GINT64_CONSTANT (1790000000) * G_USEC_PER_SEC)

typedef struct
{
  char     *folder;
  char     *path;
  HrWriter *writer;
  gint64    source;
  gint64    ids[2];
  guint     n_answers;
  guint     n_failures;
  guint     n_series_read; /* of the last answer */
  gint64    range_us;      /* of the last answer */
} Fixture;

static void
add_snapshots (Fixture *self,
               gint64   begin,
               gint64   end)
{
  g_autoptr (GPtrArray) batch = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_snapshot_unref);
  g_autoptr (GError) error = NULL;

  for (gint64 i = begin; i < end; i++)
    {
      double     value = i == SPIKE ? 99 : 3;
      HrSample   samples[] = { { .metric = 0, .count = 2, .sum = 2 * value, .min = value, .max = value, .last = value },
                               { .metric = 1, .count = 1, .sum = 7, .min = 7, .max = 7, .last = 7 } };
      HrSnapshot head = { .sequence = (guint64) i + 1, .end_ns = (i + 1) * STEP_US * 1000, .interval_ns = STEP_US * 1000, .time_us = START_US + (i + 1) * STEP_US };

      g_ptr_array_add (batch, hr_snapshot_new (&head, samples, 2));
    }
  g_assert_true (hr_writer_add_snapshots (self->writer, self->source, (HrSnapshot *const *) batch->pdata, batch->len, self->ids, &error));
  g_assert_no_error (error);
}

static void
add_notes (Fixture *self)
{
  HrAlertNote  alert = { 1, HR_ALERT_PERFORMANCE, HR_SEVERITY_HIGH, HR_UNIT_MILLISECONDS, (char *) "ranker", (char *) "tail", (char *) "Latency", 10, 99,
                         START_US + SPIKE * (gint64) STEP_US, START_US + (SPIKE + 20) * (gint64) STEP_US };
  HrMark       mark = { HR_MARK_STATE, START_US + 5, (char *) "ranker", (char *) "is back", 0, (double) NAN };
  HrRawWindow *window = g_new0 (HrRawWindow, 1);
  g_autoptr (GError) error = NULL;

  *window = (HrRawWindow){ .source = g_strdup ("ranker"), .alert = 1, .begin_us = alert.raised_us - 100, .end_us = alert.raised_us + 100, .n = 2 };
  window->times_us = g_new (gint64, 2);
  window->metrics = g_new0 (guint32, 2);
  window->values = g_new (double, 2);
  window->items = g_new0 (guint64, 2);
  for (int i = 0; i < 2; i++)
    {
      window->times_us[i] = alert.raised_us + i;
      window->values[i] = 98 + i;
      window->items[i] = 1;
    }
  g_assert_true (hr_writer_add_alert (self->writer, &alert, &error));
  g_assert_true (hr_writer_add_mark (self->writer, &mark, &error));
  g_assert_true (hr_writer_add_raw (self->writer, self->source, window, self->ids, &error));
  g_assert_true (hr_writer_add_contract (self->writer, START_US, "a.ini", "[contract]\nname=A\nversion=1\n[tail]\nmetric=thompson_duration_ms\nstatistic=p99\nlimit=10\n", &error));
  g_assert_no_error (error);
  hr_raw_window_free (window);
}

static void
set_up (Fixture      *self,
        gconstpointer data)
{
  static const HrMetricInfo metrics[] = { { "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
                                          { "thread_count", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER } };
  HrSourceNote              note = { (char *) "ranker", (char *) "The ranker", NULL, (char *) "local:", NULL, HR_SOURCE_PROCESS, HR_GROUP_COMPUTER };
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("headroom-history-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "a.headroom", NULL);
  self->writer = hr_writer_open (self->path, TRUE, &error);
  g_assert_no_error (error);
  self->source = hr_writer_add_source (self->writer, &note, &error);
  for (int i = 0; i < 2; i++)
    self->ids[i] = hr_writer_add_metric (self->writer, self->source, &metrics[i], &error);
  g_assert_no_error (error);
  add_snapshots (self, 0, N_SNAPSHOTS);
  add_notes (self);
  g_assert_true (hr_writer_commit (self->writer, &error));
}

static void
tear_down (Fixture      *self,
           gconstpointer data)
{
  hr_writer_free (self->writer);
  remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->path);
}

static HrHistoryQuery *
query_new (Fixture *self,
           gint64   from,
           gint64   to,
           gboolean whole)
{
  static const char *const metrics[] = { "thompson_duration_ms", NULL };
  HrHistoryQuery          *query = g_new0 (HrHistoryQuery, 1);

  query->path = g_strdup (self->path);
  query->source = g_strdup ("ranker");
  query->metrics = g_strdupv ((char **) metrics);
  query->range = (HrRange){ START_US + from * STEP_US, START_US + to * STEP_US };
  query->n_bins = 500;
  query->whole = whole;

  return query;
}

static HrHistoryAnswer *
ask (HrHistoryReader *reader,
     HrHistoryQuery  *query)
{
  g_autoptr (GError) error = NULL;
  HrHistoryAnswer *answer = hr_history_reader_read (reader, query, NULL, &error);

  g_assert_no_error (error);
  hr_history_query_free (query);

  return answer;
}

static void
test_the_spike_is_in_the_whole_and_in_the_range (Fixture      *self,
                                                 gconstpointer data)
{
  g_autoptr (HrHistoryReader) reader = hr_history_reader_new ();
  g_autoptr (HrHistoryAnswer) answer = ask (reader, query_new (self, SPIKE - 50, SPIKE + 50, TRUE));
  const HrHistorySeries *series = hr_history_answer_find (answer, "thompson_duration_ms");
  double                 highest = 0;

  g_assert_cmpint (answer->bounds.begin_us, ==, START_US);
  g_assert_cmpint (answer->bounds.end_us, ==, START_US + N_SNAPSHOTS * (gint64) STEP_US);
  for (guint i = 0; i < series->whole->len; i++)
    highest = MAX (highest, g_array_index (series->whole, HrBin, i).max);
  g_assert_cmpfloat (highest, ==, 99);
  g_assert_cmpuint (series->whole->len, <=, 2 * 1000 + 2);

  /* From so near there are the samples themselves. */
  highest = 0;
  for (guint i = 0; i < series->fine->len; i++)
    highest = MAX (highest, g_array_index (series->fine, HrBin, i).max);
  g_assert_cmpfloat (highest, ==, 99);
  g_assert_cmpuint (series->fine->len, >=, 100);

  /* Of what nobody asked for there is the name alone. */
  g_assert_null (hr_history_answer_find (answer, "thread_count")->fine);
  g_assert_null (hr_history_answer_find (answer, "none"));
}

static void
test_the_whole_has_what_happened (Fixture      *self,
                                  gconstpointer data)
{
  g_autoptr (HrHistoryReader) reader = hr_history_reader_new ();
  g_autoptr (HrHistoryAnswer) answer = ask (reader, query_new (self, 0, 100, TRUE));
  g_autoptr (HrHistoryAnswer) part = ask (reader, query_new (self, 0, 100, FALSE));

  g_assert_cmpuint (answer->alerts->len, ==, 1);
  g_assert_cmpuint (answer->marks->len, ==, 1);
  g_assert_nonnull (answer->contract);
  g_assert_cmpstr (hr_contract_get_name (answer->contract), ==, "A");
  g_assert_false (part->has_whole);
  g_assert_null (part->alerts);
}

static void
test_records_are_read_where_they_were_kept (Fixture      *self,
                                            gconstpointer data)
{
  g_autoptr (HrHistoryReader) reader = hr_history_reader_new ();
  HrHistoryQuery *query = query_new (self, SPIKE - 50, SPIKE + 50, FALSE);
  g_autoptr (HrHistoryAnswer) answer = NULL;
  const HrHistorySeries *series;

  query->raw = TRUE;
  answer = ask (reader, query);
  series = hr_history_answer_find (answer, "thompson_duration_ms");
  g_assert_cmpuint (series->times_us->len, ==, 2);
  g_assert_cmpfloat (g_array_index (series->values, double, 1), ==, 99);
  g_assert_cmpint (g_array_index (series->times_us, gint64, 1), ==, START_US + SPIKE * (gint64) STEP_US + 1);

  /* Those that are asked for, and not all that were kept around the same alert. */
  g_clear_pointer (&answer, hr_history_answer_free);
  query = query_new (self, SPIKE, SPIKE + 50, FALSE);
  query->range.begin_us++;
  query->raw = TRUE;
  answer = ask (reader, query);
  series = hr_history_answer_find (answer, "thompson_duration_ms");
  g_assert_cmpuint (series->times_us->len, ==, 1);
  g_assert_cmpfloat (g_array_index (series->values, double, 0), ==, 99);
}

static void
test_what_was_written_since_is_read (Fixture      *self,
                                     gconstpointer data)
{
  g_autoptr (HrHistoryReader) reader = hr_history_reader_new ();
  g_autoptr (HrHistoryAnswer) before = ask (reader, query_new (self, 0, 100, FALSE));
  g_autoptr (HrHistoryAnswer) after = NULL;
  g_autoptr (GError) error = NULL;

  add_snapshots (self, N_SNAPSHOTS, N_SNAPSHOTS + 10);
  g_assert_true (hr_writer_commit (self->writer, &error));
  after = ask (reader, query_new (self, 0, 100, FALSE));
  g_assert_cmpint (after->bounds.end_us, ==, before->bounds.end_us + 10 * STEP_US);
}

static void
test_recordings_are_stretches (Fixture      *self,
                               gconstpointer data)
{
  g_autoptr (HrHistoryReader) reader = hr_history_reader_new ();
  g_autoptr (GError) error = NULL;
  gint64          id = hr_writer_set_recording (self->writer, 0, "before the fix", START_US + 1000 * (gint64) STEP_US, START_US + 2000 * (gint64) STEP_US, &error);
  HrHistoryQuery *query = query_new (self, 0, N_SNAPSHOTS, TRUE);
  g_autoptr (HrHistoryAnswer) answer = NULL;

  g_assert_no_error (error);
  g_assert_true (hr_writer_commit (self->writer, &error));
  query->recording = id;
  answer = ask (reader, query);
  g_assert_cmpint (answer->bounds.begin_us, ==, START_US + 1000 * (gint64) STEP_US);
  g_assert_cmpint (answer->bounds.end_us, ==, START_US + 2000 * (gint64) STEP_US);
  g_assert_cmpuint (answer->alerts->len, ==, 0);
}

static void
test_nothing_of_a_source_is_no_error (Fixture      *self,
                                      gconstpointer data)
{
  g_autoptr (HrHistoryReader) reader = hr_history_reader_new ();
  HrHistoryQuery *query = query_new (self, 0, 100, TRUE);
  g_autoptr (HrHistoryAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;

  g_free (query->source);
  query->source = g_strdup ("nobody");
  answer = ask (reader, query);
  g_assert_null (answer->source);
  g_assert_cmpuint (answer->sources->len, ==, 1);

  query = query_new (self, 0, 100, TRUE);
  g_free (query->path);
  query->path = g_build_filename (self->folder, "none.headroom", NULL);
  g_assert_null (hr_history_reader_read (reader, query, NULL, &error));
  g_assert_nonnull (error);
  hr_history_query_free (query);
}

static void
answered_cb (HrHistoryLoader *loader,
             HrHistoryAnswer *answer,
             Fixture         *self)
{
  self->n_answers++;
  self->range_us = answer->range.end_us - answer->range.begin_us;
}

static void
failed_cb (HrHistoryLoader *loader,
           GError          *error,
           Fixture         *self)
{
  self->n_failures++;
}

static void
test_the_newest_question_wins (Fixture      *self,
                               gconstpointer data)
{
  g_autoptr (HrHistoryLoader) loader = hr_history_loader_new ();

  g_signal_connect (loader, "answered", G_CALLBACK (answered_cb), self);
  g_signal_connect (loader, "failed", G_CALLBACK (failed_cb), self);
  for (int i = 1; i <= 50; i++)
    hr_history_loader_ask (loader, query_new (self, 0, i * 100, FALSE));
  while (hr_history_loader_is_busy (loader))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (self->n_answers, ==, 2);
  g_assert_cmpuint (self->n_failures, ==, 0);
  g_assert_cmpint (self->range_us, ==, 5000 * (gint64) STEP_US);
}

static void
test_who_wants_no_answer_gets_none (Fixture      *self,
                                    gconstpointer data)
{
  g_autoptr (HrHistoryLoader) loader = hr_history_loader_new ();

  g_signal_connect (loader, "answered", G_CALLBACK (answered_cb), self);
  g_signal_connect (loader, "failed", G_CALLBACK (failed_cb), self);
  hr_history_loader_ask (loader, query_new (self, 0, 1000, TRUE));
  hr_history_loader_ask (loader, query_new (self, 0, 2000, TRUE));
  hr_history_loader_drop (loader);
  hr_history_loader_ask (loader, query_new (self, 0, 3000, TRUE));
  while (hr_history_loader_is_busy (loader))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (self->n_answers, ==, 1);
  g_assert_cmpuint (self->n_failures, ==, 0);
  g_assert_cmpint (self->range_us, ==, 3000 * (gint64) STEP_US);
}

#define ADD(path, func) g_test_add ("/app/history-reader/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("spike", test_the_spike_is_in_the_whole_and_in_the_range);
  ADD ("whole", test_the_whole_has_what_happened);
  ADD ("records", test_records_are_read_where_they_were_kept);
  ADD ("since", test_what_was_written_since_is_read);
  ADD ("recordings", test_recordings_are_stretches);
  ADD ("nothing", test_nothing_of_a_source_is_no_error);
  ADD ("newest", test_the_newest_question_wins);
  ADD ("dropped", test_who_wants_no_answer_gets_none);

  return g_test_run ();
}
