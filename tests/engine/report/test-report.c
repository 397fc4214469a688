/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/report.h"
#include "engine/report/save.h"
#include "tests/engine/report/written-session.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define N_SNAPSHOTS 600

/* Jobs that take 5 ms; from snapshot 200 to 299, 20 ms. */
static double
job_ms (guint number)
{
  return number >= 200 && number < 300 ? 20 : 5;
}

static void
write_ranker (Written *self)
{
  gint64 source = written_add_source (self, "ranker");
  gint64 ids[] = { written_add_metric (self, source, "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS),
                   written_add_metric (self, source, "memory_usage_mb", HR_KIND_GAUGE, HR_UNIT_MEGABYTES),
                   written_add_metric (self, source, "/batch", HR_KIND_SPAN, HR_UNIT_MILLISECONDS),
                   written_add_metric (self, source, "/batch/rank", HR_KIND_SPAN, HR_UNIT_MILLISECONDS),
                   written_add_metric (self, source, "cache_hit_rate", HR_KIND_RATIO, HR_UNIT_RATIO) };

  for (guint i = 1; i <= N_SNAPSHOTS; i++)
    {
      double        ms = job_ms (i), memory = 120 + i * 0.05, hits = 0.9 + i % 5 * 0.01;
      HrBucketCount bucket = { hr_bucket_index ((guint64) (ms * 1e6)), 10 };
      HrSample      samples[] = { { 0, 10, ms * 10, ms, ms, ms, 1, &bucket },
                                  { 1, 1, memory, memory, memory, memory },
                                  { 2, 10, ms * 10, ms, ms, ms, 1, &bucket, ms * 20 / 3 },
                                  { 3, 10, ms * 10 / 3, ms / 3, ms / 3, ms / 3, 0, NULL, ms * 10 / 3 },
                                  { 4, 1, hits, hits, hits, hits } };

      /* A stretch that nobody measured. */
      if (i < 400 || i >= 450)
        written_add_snapshot (self, source, i, samples, G_N_ELEMENTS (samples), ids);
    }
}

static void
write_happenings (Written *self)
{
  HrMark           marks[] = { { HR_MARK_OVERHEAD, BEGIN_US + 100 * STEP_US, NULL, (char *) "", 1, 0.018 },
                               { HR_MARK_OVERHEAD, BEGIN_US + 200 * STEP_US, NULL, (char *) "", 1, 0.021 },
                               { HR_MARK_STATE, BEGIN_US + 400 * STEP_US, (char *) "ranker", (char *) "Lost: the program ended", 0, (double) NAN },
                               { HR_MARK_LOSS, BEGIN_US + 410 * STEP_US, (char *) "ranker", (char *) "4 records were overtaken", 4, (double) NAN },
                               { HR_MARK_CLOCK, BEGIN_US + 100 * STEP_US, (char *) "ranker", (char *) "", 0, 0.02 } };
  HrAlertNote      alert = { 1, HR_ALERT_PERFORMANCE, HR_SEVERITY_CRITICAL, HR_UNIT_MILLISECONDS, (char *) "ranker", (char *) "thompson mean", (char *) "Ranking latency", 10, 20, BEGIN_US + 234 * STEP_US, 0 };
  g_autofree char *contract = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (THOMPSON_INI, &contract, NULL, &error));
  hr_writer_add_contract (self->writer, BEGIN_US, "thompson.ini", contract, &error);
  g_assert_no_error (error);
  hr_writer_add_alert (self->writer, &alert, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      hr_writer_add_mark (self->writer, &marks[i], &error);
      g_assert_no_error (error);
    }
}

static HrReport *
make_report (HrSession  *session,
             HrContract *contract)
{
  g_autoptr (GError) error = NULL;
  HrReport *report = hr_report_new (session, contract, (HrRange){ 0 }, NULL, NULL, &error);

  g_assert_no_error (error);

  return report;
}

/* Writes @report beside the session. Returns: (transfer full): where */
static char *
save_report (Written       *self,
             HrReport      *report,
             HrReportFormat format,
             const char    *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = hr_report_write (report, format, &error);
  char *path = g_build_filename (self->folder, name, NULL);

  g_assert_no_error (error);
  hr_save_bytes (path, bytes, NULL, &error);
  g_assert_no_error (error);

  return path;
}

/* Checks every form but the PDF with other programs' readers. */
static void
check_forms (Written    *self,
             HrReport   *report,
             const char *what)
{
  g_autofree char *html = save_report (self, report, HR_REPORT_HTML, "report.html");
  g_autofree char *json = save_report (self, report, HR_REPORT_JSON, "report.json");
  g_autofree char *csv = save_report (self, report, HR_REPORT_CSV, "report.csv");

  written_check ("check-report.py", html, what);
  written_check ("check-report.py", json, what);
  written_check ("check-report.py", csv, what);
}

static HrSession *
open_whole (Written *self)
{
  write_ranker (self);
  write_happenings (self);

  return written_open (self);
}

static void
test_a_session_is_told (Written      *self,
                        gconstpointer data)
{
  g_autoptr (HrSession) session = open_whole (self);
  g_autoptr (HrReport) report = make_report (session, NULL);

  g_assert_cmpint (hr_assessment_get_outcome (hr_report_get_assessment (report)), ==, HR_OUTCOME_BREACH);
  check_forms (self, report, "whole");
}

/* What is given is judged by, whatever was in force. */
static void
test_another_contract (Written      *self,
                       gconstpointer data)
{
  static const char text[] = "[contract]\nname=Loose\nversion=1\n[mean]\nmetric=thompson_duration_ms\nstatistic=mean\nwindow=1s\nlimit=50\n";
  g_autoptr (HrSession) session = open_whole (self);
  g_autoptr (HrContract) contract = hr_contract_parse (text, strlen (text), "loose.ini", NULL);
  g_autoptr (HrReport) report = make_report (session, contract);
  g_autoptr (GBytes) html = hr_report_write (report, HR_REPORT_HTML, NULL);
  g_autofree char *page = g_strndup (g_bytes_get_data (html, NULL), g_bytes_get_size (html));

  g_assert_cmpint (hr_assessment_get_outcome (hr_report_get_assessment (report)), ==, HR_OUTCOME_PASS);
  g_assert_nonnull (strstr (page, "loose.ini"));
  g_assert_nonnull (strstr (page, "Passed"));
}

/* Every page says its number, and how many there are. */
static void
check_page_numbers (const char *text)
{
  g_autoptr (GRegex) regex = g_regex_new ("Page (\\d+) of (\\d+)", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint n = 0, n_pages = 0;

  g_regex_match (regex, text, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_autofree char *number = g_match_info_fetch (match, 1);
      g_autofree char *of = g_match_info_fetch (match, 2);

      n_pages = (guint) atoi (of);
      g_assert_cmpint (atoi (number), ==, ++n);
    }
  g_assert_cmpuint (n, >, 1);
  g_assert_cmpuint (n, ==, n_pages);
}

static void
test_what_is_printed (Written      *self,
                      gconstpointer data)
{
  static const char *const said[] = { "test", "Failed", "limit 10 ms", "20 ms", "1.95 %", "/batch/rank", "SHA-256 of the contract" };
  g_autoptr (HrSession) session = open_whole (self);
  g_autoptr (HrReport) report = make_report (session, NULL);
  g_autofree char *path = save_report (self, report, HR_REPORT_PDF, "report.pdf");
  g_autofree char *pdftotext = g_find_program_in_path ("pdftotext");
  g_autoptr (GSubprocess) reader = NULL;
  g_autofree char *text = NULL;

  if (pdftotext == NULL)
    {
      g_test_skip ("pdftotext (poppler-utils) is not installed");
      return;
    }
  reader = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, pdftotext, "-layout", path, "-", NULL);
  g_assert_true (g_subprocess_communicate_utf8 (reader, NULL, NULL, &text, NULL, NULL));
  g_assert_true (g_subprocess_get_successful (reader));
  for (gsize i = 0; i < G_N_ELEMENTS (said); i++)
    if (strstr (text, said[i]) == NULL)
      g_error ("the PDF does not say “%s”: %s", said[i], text);
  check_page_numbers (text);
}

/* Names come from outside. */
static void
test_names_are_no_markup (Written      *self,
                          gconstpointer data)
{
  static const char name[] = "<script>alert(1)</script>\" onload='x' & ]]> \x01";
  gint64            source = written_add_source (self, name);
  gint64            ids[] = { written_add_metric (self, source, name, HR_KIND_DURATION, HR_UNIT_MILLISECONDS) };
  HrBucketCount     bucket = { 100, 1 };
  HrSample          sample = { 0, 1, 1e-4, 1e-4, 1e-4, 1e-4, 1, &bucket };
  HrMark            mark = { HR_MARK_NOTE, BEGIN_US + STEP_US, (char *) name, (char *) name, 0, 0 };
  g_autoptr (HrSession) session = NULL;
  g_autoptr (HrReport) report = NULL;
  g_autofree char *pdf = NULL;

  for (guint i = 1; i < 20; i++)
    written_add_snapshot (self, source, i, &sample, 1, ids);
  g_assert_true (hr_writer_add_mark (self->writer, &mark, NULL));
  session = written_open (self);
  report = make_report (session, NULL);
  check_forms (self, report, "hostile");
  pdf = save_report (self, report, HR_REPORT_PDF, "report.pdf");
}

/* Of an event its values are nobody's business: how often it happened is what its budget and its chart are about. */
static void
test_what_is_counted_is_a_rate (Written      *self,
                                gconstpointer data)
{
  static const char text[] = "[contract]\nname=Misses\nversion=1\n[misses]\nmetric=miss\nstatistic=rate\nwindow=1s\nlimit=70\n";
  gint64            source = written_add_source (self, "ranker");
  gint64            ids[] = { written_add_metric (self, source, "miss", HR_KIND_EVENT, HR_UNIT_MEGABYTES) };
  HrSample          sample = { 0, 5, 5 * 4321, 4321, 4321, 4321 };
  g_autoptr (HrContract) contract = hr_contract_parse (text, strlen (text), "misses.ini", NULL);
  g_autoptr (HrSession) session = NULL;
  g_autoptr (HrReport) report = NULL;
  g_autoptr (GBytes) html = NULL;
  g_autofree char *page = NULL;

  for (guint i = 1; i <= 100; i++)
    written_add_snapshot (self, source, i, &sample, 1, ids);
  session = written_open (self);
  report = make_report (session, contract);
  html = hr_report_write (report, HR_REPORT_HTML, NULL);
  page = g_strndup (g_bytes_get_data (html, NULL), g_bytes_get_size (html));
  g_assert_nonnull (strstr (page, "mean 50/s, at most 50/s"));
  g_assert_nonnull (strstr (page, "limit 70/s"));
  g_assert_null (strstr (page, "4.32"));
}

static void
test_nothing_was_measured (Written      *self,
                           gconstpointer data)
{
  g_autoptr (HrSession) session = written_open (self);
  g_autoptr (HrReport) report = make_report (session, NULL);
  g_autofree char *pdf = save_report (self, report, HR_REPORT_PDF, "report.pdf");

  g_assert_null (hr_report_get_assessment (report));
  check_forms (self, report, "empty");
}

static gboolean
progress_cb (double   share,
             gpointer user_data)
{
  double *last = user_data;

  g_assert_cmpfloat (share, >=, *last);
  g_assert_cmpfloat (share, <=, 1);
  *last = share;

  return TRUE;
}

static gboolean
refuse_cb (double   share,
           gpointer user_data)
{
  return FALSE;
}

static void
test_it_goes_on_and_can_be_given_up (Written      *self,
                                     gconstpointer data)
{
  g_autoptr (HrSession) session = open_whole (self);
  g_autoptr (GError) error = NULL;
  double last = 0;
  g_autoptr (HrReport) report = hr_report_new (session, NULL, (HrRange){ 0 }, progress_cb, &last, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat (last, >, 0.5);
  g_assert_null (hr_report_new (session, NULL, (HrRange){ 0 }, refuse_cb, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_formats_have_names (void)
{
  HrReportFormat format;

  g_assert_true (hr_report_format_from_name ("pdf", &format));
  g_assert_cmpint (format, ==, HR_REPORT_PDF);
  g_assert_false (hr_report_format_from_name ("docx", &format));
}

/* A browser draws it. */
static void
test_a_browser_draws_it (Written      *self,
                         gconstpointer data)
{
  g_autofree char *chromium = g_find_program_in_path ("chromium");
  g_autoptr (HrSession) session = open_whole (self);
  g_autoptr (HrReport) report = make_report (session, NULL);
  g_autofree char *html = save_report (self, report, HR_REPORT_HTML, "report.html");
  g_autofree char *folder = g_dir_make_tmp ("headroom-browser-XXXXXX", NULL);
  g_autofree char *profile = g_strdup_printf ("--user-data-dir=%s", folder);
  g_autofree char *picture = g_build_filename (self->folder, "page.png", NULL);
  g_autofree char *shot = g_strdup_printf ("--screenshot=%s", picture);
  g_autoptr (GSubprocess) browser = NULL, remover = NULL;
  GStatBuf status;

  if (chromium == NULL)
    {
      g_rmdir (folder);
      g_test_skip ("chromium is not installed");
      return;
    }
  browser = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, chromium, "--headless", "--no-sandbox", "--disable-gpu", profile, "--window-size=1000,3000", shot, html, NULL);
  g_assert_true (g_subprocess_wait_check (browser, NULL, NULL));
  remover = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "rm", "-r", folder, NULL);
  g_assert_true (g_subprocess_wait_check (remover, NULL, NULL));
  g_assert_cmpint (g_stat (picture, &status), ==, 0);
  /* An empty page of that size takes 12 kB. */
  g_assert_cmpint (status.st_size, >, 60000);
}

#define ADD(path, function) g_test_add ("/report/report/" path, Written, NULL, written_set_up, function, written_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("whole", test_a_session_is_told);
  ADD ("contract", test_another_contract);
  ADD ("pdf", test_what_is_printed);
  ADD ("hostile", test_names_are_no_markup);
  ADD ("counted", test_what_is_counted_is_a_rate);
  ADD ("empty", test_nothing_was_measured);
  ADD ("progress", test_it_goes_on_and_can_be_given_up);
  ADD ("browser", test_a_browser_draws_it);
  g_test_add_func ("/report/report/names", test_formats_have_names);

  return g_test_run ();
}
