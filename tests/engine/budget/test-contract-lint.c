/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/budget/contract-lint.h"

#include "tests/engine/budget/feed.h"

#include <errno.h>
#include <glib/gstdio.h>

#define HEADER "[contract]\nname=Test\nversion=1\n"
#define MEAN "[mean]\nmetric=thompson_duration_ms\nstatistic=mean\nlimit=10\n"

static void
assert_warned (const char *text,
               guint       line,
               const char *expected)
{
  g_autoptr (HrContract) contract = feed_contract (text);
  g_autoptr (GPtrArray) remarks = hr_contract_lint (contract);
  const HrLintRemark *remark;

  g_assert_cmpuint (remarks->len, ==, expected != NULL ? 1 : 0);
  if (expected == NULL)
    return;

  remark = g_ptr_array_index (remarks, 0);
  g_assert_cmpint (remark->severity, ==, HR_LINT_WARNING);
  g_assert_cmpuint (remark->line, ==, line);
  g_assert_cmpstr (remark->text, ==, expected);
}

/* What is delivered has nothing to be said about. */
static void
test_the_contracts_that_come_along (gconstpointer data)
{
  g_autoptr (GPtrArray) remarks = hr_contract_lint_file (data);

  for (guint i = 0; i < remarks->len; i++)
    g_test_message ("%u: %s", ((HrLintRemark *) remarks->pdata[i])->line, ((HrLintRemark *) remarks->pdata[i])->text);
  g_assert_cmpuint (remarks->len, ==, 0);
}

static void
test_bounds_that_nothing_passes (void)
{
  assert_warned (HEADER "[a]\nmetric=error_rate\nstatistic=mean\nlimit=1\n", 4, "[a] can never be over: no share is above 1");
  assert_warned (HEADER "[a]\nmetric=error_rate\nstatistic=mean\nlimit=0.99\n", 0, NULL);
  assert_warned (HEADER "[a]\nmetric=saved\nunit=ratio\nstatistic=mean\nlimit=1\n", 4, "[a] can never be over: no share is above 1");
  assert_warned (HEADER "[a]\nmetric=cache_hit_rate\nstatistic=mean\nminimum=0\n", 4, "[a] can never be over: nothing is below 0");
  assert_warned (HEADER "[a]\nmetric=thompson_duration_ms\nstatistic=compliance\nof=1\nminimum=1\n", 0, NULL);
  assert_warned (HEADER MEAN "warn=0.8\ncritical=0.8\n", 4, "[mean] never warns: it is critical at the same share");
  assert_warned (HEADER MEAN "warn=0.8\ncritical=0.9\n", 0, NULL);
}

static void
test_windows_beyond_what_is_kept (void)
{
  assert_warned (HEADER MEAN "window=101s\n", 4, "[mean] looks back further than what is kept: 1000 snapshots, at ten a second 100 s");
  assert_warned (HEADER MEAN "window=100s\n", 0, NULL);
  assert_warned (HEADER "[a]\nmetric=memory_usage_mb\nstatistic=last\nlimit=1\nwindow=1h\n", 0, NULL);
}

static void
test_levels_beyond_the_limit (void)
{
  assert_warned (HEADER MEAN "optimal=11\n", 4, "[mean] is over at its optimal value");
  assert_warned (HEADER MEAN "healthy=11\n", 4, "[mean] is over where it should be healthy");
  assert_warned (HEADER MEAN "optimal=1\nhealthy=10\nbaseline=20\n", 0, NULL);
  assert_warned (HEADER "[a]\nmetric=throughput_jobs_per_second\nstatistic=mean\nminimum=10\noptimal=9\n", 4, "[a] is over at its optimal value");
  assert_warned (HEADER "[a]\nmetric=thompson_duration_ms\nstatistic=max\nlimit=10\nbaseline=10\n", 4, "[a] has a baseline, which only a mean is held against");
  assert_warned (HEADER "[a]\nmetric=thompson_duration_ms\nstatistic=compliance\nof=1\nminimum=0.9\noptimal=0.1\n", 0, NULL);
}

static void
test_budgets_that_judge_the_same (void)
{
#define OTHER "[other]\nmetric=thompson_duration_ms\nlimit=12\n"
  assert_warned (HEADER MEAN OTHER "statistic=mean\n", 8, "[other] judges what [mean] in line 4 judges already");
  assert_warned (HEADER MEAN OTHER "statistic=max\n", 0, NULL);
  assert_warned (HEADER MEAN OTHER "statistic=mean\nwindow=1s\n", 0, NULL);
  assert_warned (HEADER MEAN OTHER "statistic=mean\nsource=ranker*\n", 0, NULL);
  /* Between two bounds. */
  assert_warned (HEADER "[a]\nmetric=saved\nunit=ratio\nstatistic=last\nlimit=0.6\n[b]\nmetric=saved\nunit=ratio\nstatistic=last\nminimum=0.4\n", 0, NULL);
#undef OTHER
}

static void
test_names_that_are_almost_ours (void)
{
  assert_warned (HEADER "[a]\nmetric=memory_usage_md\nunit=MB\nstatistic=last\nlimit=1\n", 4,
                 "[a] is about a metric “memory_usage_md” of the program's own: is “memory_usage_mb” meant?");
  assert_warned (HEADER "[a]\nmetric=Memory_Usage_MB\nunit=MB\nstatistic=last\nlimit=1\n", 4,
                 "[a] is about a metric “Memory_Usage_MB” of the program's own: is “memory_usage_mb” meant?");
  assert_warned (HEADER "[a]\nmetric=treadcount\nunit=count\nstatistic=last\nlimit=1\n", 4,
                 "[a] is about a metric “treadcount” of the program's own: is “thread_count” meant?");
  assert_warned (HEADER "[a]\nmetric=memory\nunit=MB\nstatistic=last\nlimit=1\n", 0, NULL);
  assert_warned (HEADER "[a]\nmetric=é\nstatistic=rate\nlimit=1\n", 0, NULL);
  assert_warned (HEADER "[a]\nmetric=memory_usage_mb\nunit=MB\nstatistic=last\nlimit=1\n", 0, NULL);
}

static void
test_a_file_that_is_none (void)
{
  g_autofree char    *path = g_build_filename (g_get_tmp_dir (), "lint 7: odd.ini", NULL);
  const HrLintRemark *remark;
  g_autoptr (GPtrArray) wrong = NULL, missing = NULL;

  g_assert_true (g_file_set_contents (path, HEADER MEAN "limits=9\n", -1, NULL));
  wrong = hr_contract_lint_file (path);
  g_assert_cmpuint (wrong->len, ==, 1);
  remark = g_ptr_array_index (wrong, 0);
  g_assert_cmpint (remark->severity, ==, HR_LINT_ERROR);
  g_assert_cmpuint (remark->line, ==, 8);
  g_assert_cmpstr (remark->text, ==, "no budget has a key of this name");

  g_assert_cmpint (g_remove (path), ==, 0);
  missing = hr_contract_lint_file (path);
  g_assert_cmpuint (missing->len, ==, 1);
  remark = g_ptr_array_index (missing, 0);
  g_assert_cmpuint (remark->line, ==, 0);
  g_assert_cmpstr (remark->text, ==, g_strerror (ENOENT));
  g_assert_cmpstr (hr_lint_severity_name (remark->severity), ==, "error");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (int i = 1; i < argc; i++)
    {
      g_autofree char *name = g_path_get_basename (argv[i]);
      g_autofree char *path = g_strconcat ("/budget/contract-lint/", name, NULL);

      g_test_add_data_func (path, argv[i], test_the_contracts_that_come_along);
    }
  g_test_add_func ("/budget/contract-lint/bounds", test_bounds_that_nothing_passes);
  g_test_add_func ("/budget/contract-lint/windows", test_windows_beyond_what_is_kept);
  g_test_add_func ("/budget/contract-lint/levels", test_levels_beyond_the_limit);
  g_test_add_func ("/budget/contract-lint/same", test_budgets_that_judge_the_same);
  g_test_add_func ("/budget/contract-lint/names", test_names_that_are_almost_ours);
  g_test_add_func ("/budget/contract-lint/none", test_a_file_that_is_none);

  return g_test_run ();
}
