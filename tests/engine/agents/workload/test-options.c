/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/workload/options.h"

static gboolean
parse (const char        *line,
       HrWorkloadOptions *options,
       GError           **error)
{
  g_autofree char *whole = g_strdup_printf ("headroom-workload %s", line);
  g_auto (GStrv) words = g_strsplit (whole, " ", -1);
  g_autofree char **argv = g_memdup2 (words, (g_strv_length (words) + 1) * sizeof *words);
  char            **left = argv;
  int               argc = (int) g_strv_length (words);

  return hr_workload_options_parse (options, &argc, &left, error);
}

static void
test_the_defaults_are_a_well_behaved_load (void)
{
  HrWorkloadOptions options = { 0 };
  g_autoptr (GError) error = NULL;
  char  *words[] = { (char *) "headroom-workload", NULL };
  char **argv = words;
  int    argc = 1;

  g_assert_true (hr_workload_options_parse (&options, &argc, &argv, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (options.batches_per_second, ==, 50);
  g_assert_cmpuint (options.batch, ==, 0);
  g_assert_cmpuint (options.slow_every, ==, 1);
  g_assert_cmpuint (options.work, ==, 1);
  g_assert_cmpfloat (options.seconds, ==, 0);
  g_assert_cmpfloat (options.slow_ms, ==, 0);
  g_assert_cmpfloat (options.leak_mb_per_second, ==, 0);
  g_assert_cmpfloat (options.stall_seconds, ==, 0);
  g_assert_null (options.learnt_path);
  g_assert_null (options.embed_address);
  g_assert_cmpfloat (options.frames_per_second, ==, 0);
}

static void
test_every_option_arrives (void)
{
  HrWorkloadOptions options = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (parse ("--rate 12.5 --batch=100 --duration 3 --seed 9 --work 12 --slow-ms 25 --slow-every 2 --slow-for 4 --leak 5 --stall 6 --learnt /x/y --frames 60 --embed tcp:7777 --embed-token 00", &options, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (options.batches_per_second, ==, 12.5);
  g_assert_cmpuint (options.batch, ==, 100);
  g_assert_cmpfloat (options.seconds, ==, 3);
  g_assert_cmpuint (options.seed, ==, 9);
  g_assert_cmpuint (options.work, ==, 12);
  g_assert_cmpfloat (options.slow_ms, ==, 25);
  g_assert_cmpuint (options.slow_every, ==, 2);
  g_assert_cmpfloat (options.misbehave_seconds, ==, 4);
  g_assert_cmpfloat (options.leak_mb_per_second, ==, 5);
  g_assert_cmpfloat (options.stall_seconds, ==, 6);
  g_assert_cmpstr (options.learnt_path, ==, "/x/y");
  g_assert_cmpfloat (options.frames_per_second, ==, 60);
  g_assert_cmpstr (options.embed_address, ==, "tcp:7777");
  g_assert_cmpstr (options.embed_token, ==, "00");
  hr_workload_options_clear (&options);
  g_assert_null (options.embed_address);
}

static void
test_durations_have_units (void)
{
  HrWorkloadOptions options = { 0 };

  g_assert_true (parse ("--duration 5s", &options, NULL));
  g_assert_cmpfloat (options.seconds, ==, 5);
  g_assert_true (parse ("--duration 250ms", &options, NULL));
  g_assert_cmpfloat (options.seconds, ==, 0.25);
  g_assert_true (parse ("--duration 0.5", &options, NULL));
  g_assert_cmpfloat (options.seconds, ==, 0.5);
}

static void
test_slow_batches_are_small_unless_told (void)
{
  HrWorkloadOptions options = { 0 };

  g_assert_true (parse ("--slow-ms 25", &options, NULL));
  g_assert_cmpuint (options.batch, ==, 10);
  g_assert_true (parse ("--slow-ms 25 --batch 28", &options, NULL));
  g_assert_cmpuint (options.batch, ==, 28);
}

static void
test_bad_options_are_refused_untouched (void)
{
  static const char *const lines[] = {
    "--rate -1", "--rate nan", "--rate x", "--batch 9", "--batch 101", "--batch -5", "--duration -1", "--duration inf", "--duration 5x", "--duration=", "--work 0", "--work -3",
    "--slow-ms -1", "--slow-ms 60001", "--slow-every 2", "--slow-ms 1 --slow-every -1", "--slow-for -1", "--leak -1",
    "--frames 0.5", "--frames 1001", "--embed-token 00", "--leak 10001", "--stall -1", "--seed x", "--unknown", "extra"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      HrWorkloadOptions options = { .seed = 77 };
      g_autoptr (GError) error = NULL;

      g_assert_false (parse (lines[i], &options, &error));
      g_assert_nonnull (error);
      g_assert_cmpuint (options.seed, ==, 77);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/workload/options/defaults", test_the_defaults_are_a_well_behaved_load);
  g_test_add_func ("/workload/options/all", test_every_option_arrives);
  g_test_add_func ("/workload/options/slow-batch", test_slow_batches_are_small_unless_told);
  g_test_add_func ("/workload/options/durations", test_durations_have_units);
  g_test_add_func ("/workload/options/refused", test_bad_options_are_refused_untouched);

  return g_test_run ();
}
