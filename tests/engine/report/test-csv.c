/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/csv.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#define PYTHON "/usr/bin/python3"
#define UTC ((gint64) 1772366400 * G_USEC_PER_SEC) /* 2026-03-01T12:00:00Z */
#define INTERVAL_NS (100 * (gint64) HR_NS_PER_MS)

/* Reads a table from standard input with another CSV reader and writes its cells: a cell a line, an empty line behind each row. */
#define READ_BACK "import csv,sys,io\n"                                                                                  \
                  "for row in csv.reader(io.TextIOWrapper(sys.stdin.buffer,encoding='utf-8',newline=''),strict=True):\n" \
                  "  sys.stdout.write(''.join('<'+c+'>\\n' for c in row)+'\\n')\n"

static guint
add_metric (HrHistory  *history,
            const char *name,
            HrKind      kind,
            HrUnit      unit)
{
  HrMetricInfo info = { name, kind, unit, HR_DIRECTION_LOWER };

  return hr_history_add_metric (history, &info);
}

static void
append (HrHistory      *history,
        guint           number,
        gint64          time_us,
        const HrSample *samples,
        guint           n_samples)
{
  HrSnapshot head = { .sequence = number, .end_ns = number * INTERVAL_NS, .interval_ns = INTERVAL_NS, .time_us = time_us };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&head, samples, n_samples);

  hr_history_append (history, snapshot);
}

static HrSample
gauge (guint  metric,
       double value)
{
  return (HrSample){ .metric = metric, .count = 1, .sum = value, .min = value, .max = value, .last = value };
}

/* The rows of the table as another program reads them; each row a strv. */
static GPtrArray *
read_back (GBytes *csv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) python = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                                     PYTHON, "-c", READ_BACK, NULL);
  g_autoptr (GBytes) cells = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) rows = NULL;
  GPtrArray *table = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate (python, csv, NULL, &cells, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (python));

  text = g_strndup (g_bytes_get_data (cells, NULL), g_bytes_get_size (cells));
  rows = g_strsplit (text, "\n\n", -1);
  for (guint i = 0; rows[i] != NULL && *rows[i] != '\0'; i++)
    g_ptr_array_add (table, g_strsplit (rows[i], "\n", -1));

  return table;
}

/* The cell in column @name of data row @row (from 1), without its marks. */
static char *
cell (GPtrArray  *table,
      guint       row,
      const char *name)
{
  g_autofree char *marked = g_strdup_printf ("<%s>", name);
  char           **header = g_ptr_array_index (table, 0);
  char           **cells = g_ptr_array_index (table, row);

  g_assert_cmpuint (g_strv_length (cells), ==, g_strv_length (header));
  for (guint i = 0; header[i] != NULL; i++)
    if (g_str_equal (header[i], marked))
      return g_strndup (cells[i] + 1, strlen (cells[i]) - 2);

  g_error ("no column %s", name);
}

static void
assert_cell (GPtrArray  *table,
             guint       row,
             const char *name,
             const char *expected)
{
  g_autofree char *text = cell (table, row, name);

  g_assert_cmpstr (text, ==, expected);
}

static void
assert_text (HrHistory  *history,
             const char *expected)
{
  g_autoptr (GBytes) csv = hr_csv_format (history);
  g_autofree char *text = g_strndup (g_bytes_get_data (csv, NULL), g_bytes_get_size (csv));

  g_assert_cmpstr (text, ==, expected);
}

static void
test_without_snapshots_names_alone (void)
{
  g_autoptr (HrHistory) history = hr_history_new ();

  assert_text (history, "time\r\n");
  add_metric (history, "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES);
  add_metric (history, "cache_hit_rate", HR_KIND_RATIO, HR_UNIT_RATIO);
  add_metric (history, "processes", HR_KIND_GAUGE, HR_UNIT_COUNT);
  add_metric (history, "ranking", HR_KIND_DURATION, HR_UNIT_MILLISECONDS);
  assert_text (history, "time,memory_usage_mb.mean,memory_usage_mb.max,cache_hit_rate.mean_ratio,cache_hit_rate.max_ratio,"
                        "processes.mean,processes.max,ranking.mean_ms,ranking.max_ms,ranking.count,ranking.p50_ms,ranking.p99_ms,"
                        "ranking.cumulative_count\r\n");
}

static void
test_degrees_have_a_suffix (void)
{
  g_autoptr (HrHistory) history = hr_history_new ();

  add_metric (history, "battery_temperature", HR_KIND_GAUGE, HR_UNIT_CELSIUS);
  assert_text (history, "time,battery_temperature.mean_celsius,battery_temperature.max_celsius\r\n");
}

/* A span is told by its path and its self time, an event by its count, a counter by its sum too. */
static void
test_spans_events_and_counters (void)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  guint         span = add_metric (history, "/rank/draw", HR_KIND_SPAN, HR_UNIT_MILLISECONDS);
  guint         event = add_metric (history, "cache refilled", HR_KIND_EVENT, HR_UNIT_MEGABYTES);
  guint         counter = add_metric (history, "allocated_mb/ranking", HR_KIND_COUNTER, HR_UNIT_MEGABYTES);
  HrBucketCount buckets[] = { { hr_bucket_index (2 * HR_NS_PER_MS), 4 } };
  HrSample      samples[] = { { span, 4, 8, 2, 2, 2, 1, buckets, 5 }, { event, 3, 30, 5, 15, 15 }, { counter, 10, 2.5, 0.25, 0.25, 0.25 } };

  append (history, 1, 0, samples, 3);
  append (history, 2, 0, samples + 1, 1);
  assert_text (history, "time,/rank/draw.mean_ms,/rank/draw.max_ms,/rank/draw.count,/rank/draw.p99_ms,/rank/draw.self_ms,"
                        "cache refilled.count,cache refilled.last_mb,"
                        "allocated_mb/ranking.mean_mb,allocated_mb/ranking.max_mb,allocated_mb/ranking.sum_mb\r\n"
                        ",2,2,4,2,5,3,15,0.25,0.25,2.5\r\n"
                        ",,,,,,3,15,,,\r\n");
}

/* How many of forty spans have columns, and whether @path is one of them. @self: the self time of each by its number. */
static guint
count_spans (double (*self) (guint),
             const char *path,
             gboolean   *out_there)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  g_autoptr (GBytes) csv = NULL;
  g_autofree char *column = g_strdup_printf (",%s.self_ms", path);
  g_autofree char *text = NULL;
  g_auto (GStrv) parts = NULL;
  HrSample samples[40];

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autofree char *name = g_strdup_printf ("/%u", i);

      samples[i] = (HrSample){ add_metric (history, name, HR_KIND_SPAN, HR_UNIT_MILLISECONDS), 1, 100, 100, 100, 100, 0, NULL, self (i) };
    }
  append (history, 1, 0, samples, G_N_ELEMENTS (samples));
  csv = hr_csv_format (history);
  text = g_strndup (g_bytes_get_data (csv, NULL), g_bytes_get_size (csv));
  parts = g_strsplit (text, ".self_ms", -1);
  *out_there = strstr (text, column) != NULL;

  return g_strv_length (parts) - 1;
}

static double
rising (guint i)
{
  return i;
}

static double
two_steps (guint i)
{
  return i < 36 ? 0 : 1;
}

/* However many spans a program has, a row stays readable: those with the most self time are written. */
static void
test_spans_are_bounded (void)
{
  gboolean there;

  g_assert_cmpuint (count_spans (rising, "/8", &there), ==, 32);
  g_assert_true (there);
  g_assert_cmpuint (count_spans (rising, "/7", &there), ==, 32);
  g_assert_false (there);
  g_assert_cmpuint (count_spans (two_steps, "/39", &there), ==, 32);
  g_assert_true (there);
  g_assert_cmpuint (count_spans (two_steps, "/27", &there), ==, 32);
  g_assert_true (there);
  g_assert_cmpuint (count_spans (two_steps, "/28", &there), ==, 32);
  g_assert_false (there);
}

static void
test_gaps_are_empty_cells (void)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  guint         memory = add_metric (history, "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES);
  guint         ranking = add_metric (history, "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS);
  HrSample      only_memory = gauge (memory, 142.5);
  HrBucketCount buckets[] = { { hr_bucket_index (HR_NS_PER_MS), 98 }, { hr_bucket_index (100 * HR_NS_PER_MS), 2 } };
  HrSample      only_ranking = { .metric = ranking, .count = 100, .sum = 298, .min = 1, .max = 100, .last = 1, .n_buckets = 2, .buckets = buckets };
  g_autoptr (GBytes) csv = NULL;
  g_autoptr (GPtrArray) table = NULL;
  g_autofree char *p50 = NULL, *p99 = NULL;

  append (history, 1, UTC + 250000, &only_memory, 1);
  append (history, 2, UTC + 350999, &only_ranking, 1);
  append (history, 3, 0, NULL, 0);
  append (history, 4, UTC + 550000, &only_ranking, 1);
  csv = hr_csv_format (history);
  table = read_back (csv);

  g_assert_cmpuint (table->len, ==, 5);
  assert_cell (table, 1, "time", "2026-03-01T12:00:00.250Z");
  assert_cell (table, 1, "memory_usage_mb.mean", "142.5");
  assert_cell (table, 1, "memory_usage_mb.max", "142.5");
  assert_cell (table, 1, "thompson_duration_ms.mean", "");
  assert_cell (table, 1, "thompson_duration_ms.count", "");
  assert_cell (table, 1, "thompson_duration_ms.p99", "");
  assert_cell (table, 1, "thompson_duration_ms.cumulative_count", "");

  assert_cell (table, 2, "time", "2026-03-01T12:00:00.350Z");
  assert_cell (table, 2, "memory_usage_mb.mean", "");
  assert_cell (table, 2, "thompson_duration_ms.mean", "2.98");
  assert_cell (table, 2, "thompson_duration_ms.max", "100");
  assert_cell (table, 2, "thompson_duration_ms.count", "100");
  assert_cell (table, 2, "thompson_duration_ms.cumulative_count", "100");
  p50 = cell (table, 2, "thompson_duration_ms.p50");
  p99 = cell (table, 2, "thompson_duration_ms.p99");
  g_assert_cmpfloat_with_epsilon (g_ascii_strtod (p50, NULL), 1, 0.008);
  g_assert_cmpfloat_with_epsilon (g_ascii_strtod (p99, NULL), 100, 0.8);
  g_assert_cmpfloat (g_ascii_strtod (p99, NULL), <=, 100);

  assert_cell (table, 3, "time", "");
  assert_cell (table, 3, "thompson_duration_ms.count", "");
  assert_cell (table, 3, "thompson_duration_ms.cumulative_count", "100");
  assert_cell (table, 4, "thompson_duration_ms.cumulative_count", "200");
}

static void
test_counts_go_on_when_the_ring_wraps (void)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  guint         ranking = add_metric (history, "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS);
  HrBucketCount bucket = { hr_bucket_index (HR_NS_PER_MS), 3 };
  HrSample      sample = { .metric = ranking, .count = 3, .sum = 3, .min = 1, .max = 1, .last = 1, .n_buckets = 1, .buckets = &bucket };
  g_autoptr (GBytes) csv = NULL;
  g_autoptr (GPtrArray) table = NULL;

  for (guint i = 1; i <= HR_HISTORY_SNAPSHOTS + 50; i++)
    append (history, i, UTC + (gint64) i * 100000, &sample, 1);
  csv = hr_csv_format (history);
  table = read_back (csv);

  g_assert_cmpuint (table->len, ==, HR_HISTORY_SNAPSHOTS + 1);
  assert_cell (table, 1, "time", "2026-03-01T12:00:05.100Z");
  assert_cell (table, 1, "thompson_duration_ms.cumulative_count", "153");
  assert_cell (table, HR_HISTORY_SNAPSHOTS, "thompson_duration_ms.cumulative_count", "3150");
}

static void
test_names_are_quoted (void)
{
  static const char name[] = "a \"quoted\", split\r\nname ü";
  g_autoptr (HrHistory) history = hr_history_new ();
  HrSample sample = gauge (add_metric (history, name, HR_KIND_GAUGE, HR_UNIT_COUNT), 7);
  g_autoptr (GBytes) csv = NULL;
  g_autofree char *text = NULL;

  append (history, 1, UTC, &sample, 1);
  csv = hr_csv_format (history);
  text = g_strndup (g_bytes_get_data (csv, NULL), g_bytes_get_size (csv));
  g_assert_true (g_str_has_prefix (text, "time,\"a \"\"quoted\"\", split\r\nname ü.mean\",\"a \"\"quoted\"\""));
}

static void
test_a_comma_in_a_name_is_one_cell (void)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  HrSample sample = gauge (add_metric (history, "hits, \"all\"", HR_KIND_GAUGE, HR_UNIT_COUNT), 7);
  g_autoptr (GBytes) csv = NULL;
  g_autoptr (GPtrArray) table = NULL;

  append (history, 1, UTC, &sample, 1);
  csv = hr_csv_format (history);
  table = read_back (csv);
  assert_cell (table, 1, "hits, \"all\".mean", "7");
}

static void
test_what_is_no_number_is_empty (void)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  HrSample sample = gauge (add_metric (history, "level", HR_KIND_GAUGE, HR_UNIT_COUNT), (double) INFINITY);

  append (history, 1, UTC, &sample, 1);
  assert_text (history, "time,level.mean,level.max\r\n2026-03-01T12:00:00.000Z,,\r\n");
}

static void
test_numbers_have_a_point_in_every_locale (void)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  HrSample sample = gauge (add_metric (history, "level", HR_KIND_GAUGE, HR_UNIT_COUNT), 0.1);

  append (history, 1, UTC, &sample, 1);
  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL)
    {
      g_test_skip ("no locale with a decimal comma is installed");
      return;
    }
  assert_text (history, "time,level.mean,level.max\r\n2026-03-01T12:00:00.000Z,0.1,0.1\r\n");
  setlocale (LC_ALL, "C.UTF-8");
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/csv/names", test_without_snapshots_names_alone);
  g_test_add_func ("/report/csv/degrees", test_degrees_have_a_suffix);
  g_test_add_func ("/report/csv/gaps", test_gaps_are_empty_cells);
  g_test_add_func ("/report/csv/kinds", test_spans_events_and_counters);
  g_test_add_func ("/report/csv/spans", test_spans_are_bounded);
  g_test_add_func ("/report/csv/wrap", test_counts_go_on_when_the_ring_wraps);
  g_test_add_func ("/report/csv/quotes", test_names_are_quoted);
  g_test_add_func ("/report/csv/comma", test_a_comma_in_a_name_is_one_cell);
  g_test_add_func ("/report/csv/no-number", test_what_is_no_number_is_empty);
  g_test_add_func ("/report/csv/locale", test_numbers_have_a_point_in_every_locale);

  return g_test_run ();
}
