/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/export.h"
#include "engine/store/schema.h"
#include "tests/engine/report/written-session.h"

#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define N_SNAPSHOTS 400

/* A double of any size and sign. */
static double
random_double (GRand *random)
{
  for (;;)
    {
      guint64 bits = (guint64) g_rand_int (random) << 32 | g_rand_int (random);
      double  value;

      memcpy (&value, &bits, sizeof value);
      if (isfinite (value))
        return value;
    }
}

static void
expect (GString    *out,
        guint       row,
        const char *metric,
        const char *part,
        double      value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  g_string_append_printf (out, "%u\t%s\t%s\t%016" G_GINT64_MODIFIER "x\n", row, metric, part, bits);
}

static void
expect_sample (GString        *out,
               guint           row,
               const char     *metric,
               const HrSample *sample)
{
  expect (out, row, metric, "count", (double) sample->count);
  expect (out, row, metric, "sum", sample->sum);
  expect (out, row, metric, "min", sample->min);
  expect (out, row, metric, "max", sample->max);
  expect (out, row, metric, "last", sample->last);
  expect (out, row, metric, "mean", sample->sum / (double) sample->count);
}

/* Two sources that take turns, with values of every kind; every seventh interval has no duration. Returns what has to come out, as check-export.py
 * reads it. */
static char *
write_two_sources (Written *self)
{
  GRand   *random = g_rand_new_with_seed (1);
  gint64   sources[] = { written_add_source (self, "ranker"), written_add_source (self, "a \"quoted\", name") };
  gint64   ids[2][3];
  GString *expected = g_string_new (NULL);
  guint    row = 0;

  for (guint s = 0; s < 2; s++)
    {
      ids[s][0] = written_add_metric (self, sources[s], "level", HR_KIND_GAUGE, HR_UNIT_COUNT);
      ids[s][1] = written_add_metric (self, sources[s], "job_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS);
      ids[s][2] = written_add_metric (self, sources[s], "bytes, in", HR_KIND_COUNTER, HR_UNIT_MEGABYTES);
    }
  for (guint i = 1; i <= N_SNAPSHOTS; i++)
    for (guint s = 0; s < 2; s++, row++)
      {
        double        value = i % 2 == 0 ? random_double (random) : g_rand_int_range (random, -1000, 1000) / 100.0;
        double        ms = g_rand_double_range (random, 0.1, 30);
        HrBucketCount bucket = { hr_bucket_index ((guint64) (ms * 1e6)), 3 };
        HrSample      samples[] = { { 0, 1, value, value, value, value }, { 1, 3, ms * 3, ms, ms, ms, 1, &bucket }, { 2, 7, ms / 3, ms / 9, ms, ms / 5 } };
        guint         n = i % 7 == 0 ? 1 : 3;

        written_add_snapshot (self, sources[s], i, samples, n, ids[s]);
        expect_sample (expected, row, "level", &samples[0]);
        if (n == 3)
          {
            expect_sample (expected, row, "job_ms", &samples[1]);
            expect_sample (expected, row, "bytes, in", &samples[2]);
          }
      }
  g_rand_free (random);

  return g_string_free (expected, FALSE);
}

/* Another program, with readers of its own, reads every number back. */
static void
test_every_value_comes_back (Written      *self,
                             gconstpointer format_name)
{
  g_autofree char *expected = write_two_sources (self);
  g_autofree char *expected_path = g_build_filename (self->folder, "expected", NULL);
  g_autofree char *path = g_strdup_printf ("%s/export.%s", self->folder, (const char *) format_name);
  g_autoptr (HrSession) session = written_open (self);
  g_autoptr (GError) error = NULL;
  HrExportFormat format;

  g_assert_true (g_file_set_contents (expected_path, expected, -1, NULL));
  g_assert_true (hr_export_format_from_name (format_name, &format));
  hr_export_save (session, format, NULL, path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  written_check ("check-export.py", path, expected_path);
}

static char *
export_text (HrSession             *session,
             HrExportFormat         format,
             const HrExportOptions *options,
             GError               **error)
{
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();

  if (!hr_export_session (session, format, options, out, NULL, NULL, NULL, error))
    return NULL;

  return g_strndup (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (out)), g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (out)));
}

static void
test_the_columns_of_every_kind (Written      *self,
                                gconstpointer data)
{
  static const struct
  {
    const char *name;
    HrKind      kind;
    HrUnit      unit;
  } metrics[] = {
    { "level", HR_KIND_GAUGE, HR_UNIT_CELSIUS },
    { "level", HR_KIND_GAUGE, HR_UNIT_COUNT },
    { "cache_ratio", HR_KIND_RATIO, HR_UNIT_RATIO },
    { "in", HR_KIND_COUNTER, HR_UNIT_MEGABYTES },
    { "job_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS },
    { "/rank", HR_KIND_SPAN, HR_UNIT_MILLISECONDS },
    { "start", HR_KIND_EVENT, HR_UNIT_COUNT },
  };
  gint64        source = written_add_source (self, "ranker"), ids[G_N_ELEMENTS (metrics)];
  HrBucketCount bucket = { hr_bucket_index (2000000), 2 };
  HrSample      samples[] = { { 0, 1, 36.5, 36.5, 36.5, 36.5 }, { 4, 2, 4, 2, 2, 2, 1, &bucket }, { 5, 2, 4, 2, 2, 2, 1, &bucket, 0.5 }, { 6, 3, 0, 0, 0, 0 } };
  g_autoptr (HrSession) session = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (metrics); i++)
    ids[i] = written_add_metric (self, source, metrics[i].name, metrics[i].kind, metrics[i].unit);
  written_add_snapshot (self, source, 1, samples, G_N_ELEMENTS (samples), ids);
  session = written_open (self);
  text = export_text (session, HR_EXPORT_CSV, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==,
                   "time,source,interval_ms,lost,catch_up,"
                   "level.mean_celsius,level.min_celsius,level.max_celsius,level.last_celsius,level.count,"
                   "level (gauge count).mean,level (gauge count).min,level (gauge count).max,level (gauge count).last,level (gauge count).count,"
                   "cache_ratio.mean,cache_ratio.min,cache_ratio.max,cache_ratio.last,cache_ratio.count,"
                   "in.mean_mb,in.min_mb,in.max_mb,in.last_mb,in.sum_mb,in.count,"
                   "job_ms.mean,job_ms.min,job_ms.max,job_ms.last,job_ms.sum,job_ms.count,job_ms.p50,job_ms.p99,"
                   "/rank.mean_ms,/rank.min_ms,/rank.max_ms,/rank.last_ms,/rank.sum_ms,/rank.count,/rank.p99_ms,/rank.self_ms,"
                   "start.last,start.sum,start.count\r\n"
                   "2026-03-01T12:00:00.100000Z,ranker,100,0,0,36.5,36.5,36.5,36.5,1,,,,,,,,,,,,,,,,,2,2,2,2,4,2,2,2,2,2,2,2,4,2,2,0.5,0,0,3\r\n");
}

static void
test_what_is_not_wanted_is_left_out (Written      *self,
                                     gconstpointer data)
{
  g_autofree char *expected = write_two_sources (self);
  g_autoptr (HrSession) session = written_open (self);
  HrExportOptions wanted = { "ran*", "level", { BEGIN_US + 10 * STEP_US, BEGIN_US + 20 * STEP_US } };
  HrExportOptions nobody = { "nobody" };
  g_autoptr (GError) error = NULL;
  g_autofree char *text = export_text (session, HR_EXPORT_CSV, &wanted, &error);
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);

  g_assert_cmpstr (lines[0], ==, "time,source,interval_ms,lost,catch_up,level.mean,level.min,level.max,level.last,level.count");
  g_assert_cmpuint (g_strv_length (lines), >, 10);
  g_assert_cmpuint (g_strv_length (lines), <, 15);
  g_assert_null (strstr (text, "quoted"));

  g_assert_null (export_text (session, HR_EXPORT_CSV, &nobody, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_NOT_FOUND);
}

static gboolean
give_up_cb (double   share,
            gpointer user_data)
{
  guint *n = user_data;

  g_assert_cmpfloat (share, >=, 0);
  g_assert_cmpfloat (share, <=, 1);

  return ++*n < 2;
}

static void
test_given_up_leaves_no_file (Written      *self,
                              gconstpointer data)
{
  g_autofree char *expected = write_two_sources (self);
  g_autofree char *path = g_build_filename (self->folder, "export.json", NULL);
  g_autoptr (HrSession) session = written_open (self);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  guint n = 0, n_files = count_files (self->folder);

  g_assert_false (hr_export_save (session, HR_EXPORT_JSON, NULL, path, give_up_cb, &n, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_false (hr_export_save (session, HR_EXPORT_CSV, NULL, path, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count_files (self->folder), ==, n_files);
}

static void
test_a_full_disk_is_told (Written      *self,
                          gconstpointer data)
{
  g_autofree char *expected = write_two_sources (self);
  g_autoptr (HrSession) session = written_open (self);
  int fd = open ("/dev/full", O_WRONLY | O_CLOEXEC);
  g_autoptr (GOutputStream) out = g_unix_output_stream_new (fd, TRUE);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (fd, >=, 0);
  g_assert_false (hr_export_session (session, HR_EXPORT_NDJSON, NULL, out, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
}

static void
test_formats_have_names (void)
{
  HrExportFormat format;

  g_assert_true (hr_export_format_from_name ("ndjson", &format));
  g_assert_cmpint (format, ==, HR_EXPORT_NDJSON);
  g_assert_false (hr_export_format_from_name ("xlsx", &format));
}

#define ADD(path, data, function) g_test_add ("/report/export/" path, Written, data, written_set_up, function, written_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("csv", "csv", test_every_value_comes_back);
  ADD ("ndjson", "ndjson", test_every_value_comes_back);
  ADD ("json", "json", test_every_value_comes_back);
  ADD ("kinds", NULL, test_the_columns_of_every_kind);
  ADD ("wanted", NULL, test_what_is_not_wanted_is_left_out);
  ADD ("cancel", NULL, test_given_up_leaves_no_file);
  ADD ("full-disk", NULL, test_a_full_disk_is_told);
  g_test_add_func ("/report/export/names", test_formats_have_names);

  return g_test_run ();
}
