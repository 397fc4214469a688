/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/session-work.h"

#include "engine/store/schema.h"
#include "session-fixture.h"

#include <string.h>

typedef struct
{
  char    *folder;
  char    *path;
  char    *target;
  gboolean done;
  gpointer result;
  GError  *error;
} Fixture;

static void
set_up (Fixture      *self,
        gconstpointer suffix)
{
  g_autofree char *name = g_strconcat ("made", suffix, NULL);

  self->folder = g_dir_make_tmp ("headroom-work-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "a.headroom", NULL);
  self->target = g_build_filename (self->folder, name, NULL);
  session_write (self->path);
}

static void
tear_down (Fixture      *self,
           gconstpointer suffix)
{
  remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->path);
  g_free (self->target);
  g_clear_error (&self->error);
}

static void
done_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Fixture *self = user_data;

  self->result = hr_job_finish (result, &self->error);
  self->done = TRUE;
}

static void
run (Fixture       *self,
     HrJobFunc      func,
     gpointer       work,
     GDestroyNotify work_free,
     gboolean       given_up)
{
  g_autoptr (HrJob) job = hr_job_start ("Working", func, work, work_free, NULL, done_cb, self);

  self->done = FALSE;
  if (given_up)
    hr_job_cancel (job);
  while (!self->done)
    g_main_context_iteration (NULL, TRUE);
}

static HrStretch *
whole (Fixture *self)
{
  return hr_stretch_new (self->path, 0, (HrRange){ 0, 0 }, "a");
}

static guint
count_lines (const char *path)
{
  g_autofree char *text = NULL;
  guint            n = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  for (const char *c = text; *c != '\0'; c++)
    n += *c == '\n';

  return n;
}

/* A header, and a row a snapshot. */
static void
test_all_of_it_is_exported (Fixture      *self,
                            gconstpointer data)
{
  run (self, hr_work_run, hr_work_new (HR_WORK_EXPORT, whole (self), self->target), hr_work_free, FALSE);

  g_assert_no_error (self->error);
  g_assert_cmpuint (GPOINTER_TO_UINT (self->result), ==, 1);
  g_assert_cmpuint (count_lines (self->target), ==, 1 + SESSION_N_SNAPSHOTS);
}

static void
test_a_recording_is_as_long_as_the_file_says (Fixture      *self,
                                              gconstpointer data)
{
  gint64 id = session_add_recording (self->path, "Five of it", SESSION_BEGIN_US + 20 * SESSION_STEP_US, SESSION_BEGIN_US + 25 * SESSION_STEP_US);

  run (self, hr_work_run, hr_work_new (HR_WORK_EXPORT, hr_stretch_new (self->path, id, (HrRange){ 0, 0 }, "Five of it"), self->target), hr_work_free, FALSE);

  g_assert_no_error (self->error);
  g_assert_cmpuint (count_lines (self->target), ==, 1 + 5);
}

static void
test_a_recording_that_has_gone_is_told (Fixture      *self,
                                        gconstpointer data)
{
  run (self, hr_work_run, hr_work_new (HR_WORK_EXPORT, hr_stretch_new (self->path, 7, (HrRange){ 0, 0 }, "Gone"), self->target), hr_work_free, FALSE);

  g_assert_error (self->error, HR_STORE_ERROR, HR_STORE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (self->error->message, "“Gone”"));
  g_assert_cmpuint (count_files (self->folder), ==, 1);
}

/* Of whatever kind, nothing stays of what was given up. */
static void
test_nothing_stays_of_what_was_given_up (Fixture      *self,
                                         gconstpointer data)
{
  static const char *const names[HR_N_WORKS] = { "x.headroom", "x.csv", "x.html" };

  for (HrWorkKind kind = 0; kind < HR_N_WORKS; kind++)
    {
      g_autofree char *target = g_build_filename (self->folder, names[kind], NULL);

      run (self, hr_work_run, hr_work_new (kind, whole (self), target), hr_work_free, TRUE);
      g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&self->error);
      g_assert_cmpuint (count_files (self->folder), ==, 1);
    }
}

static void
test_a_report_is_of_the_format_of_its_name (Fixture      *self,
                                            gconstpointer data)
{
  g_autofree char *text = NULL;

  run (self, hr_work_run, hr_work_new (HR_WORK_REPORT, whole (self), self->target), hr_work_free, FALSE);

  g_assert_no_error (self->error);
  g_assert_true (g_file_get_contents (self->target, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "<!DOCTYPE html>"));
}

static void
test_unknown_formats_are_told (void)
{
  static const struct
  {
    HrWorkKind  kind;
    const char *path;
    gboolean    known;
  } cases[] = {
    { HR_WORK_EXPORT, "/a/b.csv", TRUE },
    { HR_WORK_EXPORT, "/a/b.ndjson", TRUE },
    { HR_WORK_EXPORT, "/a/b.html", FALSE },
    { HR_WORK_EXPORT, "/a.csv/b", FALSE },
    { HR_WORK_REPORT, "/a/b.pdf", TRUE },
    { HR_WORK_REPORT, "/a/b", FALSE },
    { HR_WORK_SAVE, "/a/b", TRUE },
  };
  HrComparisonFormat format;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (hr_work_check (cases[i].kind, cases[i].path, &error), ==, cases[i].known);
      g_assert_cmpint (error == NULL, ==, cases[i].known);
    }
  g_assert_true (hr_comparison_format_of_path ("x.md", &format, NULL));
  g_assert_cmpint (format, ==, HR_COMPARISON_MARKDOWN);
  g_assert_false (hr_comparison_format_of_path ("x.pdf", &format, NULL));
}

static void
test_a_saved_session_is_the_same_to_a_comparison (Fixture      *self,
                                                  gconstpointer data)
{
  run (self, hr_work_run, hr_work_new (HR_WORK_SAVE, whole (self), self->target), hr_work_free, FALSE);
  g_assert_no_error (self->error);

  run (self, hr_compare_work_run, hr_compare_work_new (whole (self), hr_stretch_new (self->target, 0, (HrRange){ 0, 0 }, "b")), hr_compare_work_free, FALSE);
  g_assert_no_error (self->error);
  g_assert_cmpuint (hr_comparison_get_n_rows (self->result), >, 0);
  g_assert_cmpint (hr_comparison_get_difference (self->result), !=, HR_DIFFERENCE_WORSE);
  hr_comparison_free (self->result);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/app/session-work/all-of-it-is-exported", Fixture, ".csv", set_up, test_all_of_it_is_exported, tear_down);
  g_test_add ("/app/session-work/a-recording-is-as-long-as-the-file-says", Fixture, ".csv", set_up, test_a_recording_is_as_long_as_the_file_says, tear_down);
  g_test_add ("/app/session-work/a-recording-that-has-gone-is-told", Fixture, ".csv", set_up, test_a_recording_that_has_gone_is_told, tear_down);
  g_test_add ("/app/session-work/nothing-stays-of-what-was-given-up", Fixture, ".csv", set_up, test_nothing_stays_of_what_was_given_up, tear_down);
  g_test_add ("/app/session-work/a-report-is-of-the-format-of-its-name", Fixture, ".html", set_up, test_a_report_is_of_the_format_of_its_name, tear_down);
  g_test_add_func ("/app/session-work/unknown-formats-are-told", test_unknown_formats_are_told);
  g_test_add ("/app/session-work/a-saved-session-is-the-same-to-a-comparison", Fixture, ".headroom", set_up, test_a_saved_session_is_the_same_to_a_comparison, tear_down);

  return g_test_run ();
}
