/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/options.h"

#include "engine/base/units.h"

#include <string.h>

#define ARGUMENTS(...) ((const char *[]){ __VA_ARGS__, NULL })

static void
test_defaults (void)
{
  g_auto (HrOptions) options = { 0 };
  const char *none[] = { NULL };

  g_assert_true (hr_options_parse (&options, HR_COMMAND_WATCH, none, NULL));
  g_assert_cmpint (options.format, ==, HR_FORMAT_TEXT);
  g_assert_null (options.source);
  g_assert_null (options.contract);
  g_assert_cmpint (options.timeout_ns, ==, 5 * HR_NS_PER_SECOND);
  g_assert_cmpint (options.interval_ns, ==, 0);
  g_assert_cmpint (options.duration_ns, ==, 0);
  g_assert_false (options.once || options.quiet);
}

static void
test_everything_is_taken (void)
{
  g_auto (HrOptions) options = { 0 };
  g_auto (HrOptions) sources = { 0 };

  g_assert_true (hr_options_parse (&options, HR_COMMAND_WATCH,
                                   ARGUMENTS ("-s", "ranker", "--format=ndjson", "-b", "b.ini", "--timeout", "2min", "--interval=250ms",
                                              "--duration", "1h", "--once", "-q", "--token-file", "t"),
                                   NULL));
  g_assert_cmpstr (options.source, ==, "ranker");
  g_assert_cmpint (options.format, ==, HR_FORMAT_NDJSON);
  g_assert_cmpstr (options.contract, ==, "b.ini");
  g_assert_cmpstr (options.token_file, ==, "t");
  g_assert_cmpint (options.timeout_ns, ==, 120 * HR_NS_PER_SECOND);
  g_assert_cmpint (options.interval_ns, ==, 250 * HR_NS_PER_MS);
  g_assert_cmpint (options.duration_ns, ==, 3600 * HR_NS_PER_SECOND);
  g_assert_true (options.once && options.quiet);

  g_assert_true (hr_options_parse (&sources, HR_COMMAND_SOURCES, ARGUMENTS ("--wait", "0", "--format", "csv"), NULL));
  g_assert_cmpint (sources.wait_ns, ==, 0);
  g_assert_cmpint (sources.format, ==, HR_FORMAT_CSV);
}

static void
test_the_new_commands_take_theirs (void)
{
  g_auto (HrOptions) check = { 0 };
  g_auto (HrOptions) record = { 0 };
  g_auto (HrOptions) export = { 0 };

  g_assert_true (hr_options_parse (&check, HR_COMMAND_CHECK, ARGUMENTS ("-b", "b.ini", "-f", "junit", "-o", "x.xml", "--record=r", "--", "ranker", "--", "-b", "7"), NULL));
  g_assert_cmpint (check.format, ==, HR_FORMAT_JUNIT);
  g_assert_cmpstr (check.output, ==, "x.xml");
  g_assert_cmpstr (check.record, ==, "r");
  g_assert_cmpuint (g_strv_length (check.files), ==, 0);
  g_assert_cmpuint (g_strv_length (check.program), ==, 4);
  g_assert_cmpstr (check.program[1], ==, "--");

  g_assert_true (hr_options_parse (&record, HR_COMMAND_RECORD, ARGUMENTS ("-o", "r", "--until-breach", "--force", "--duration", "1min"), NULL));
  g_assert_true (record.until_breach && record.force);
  g_assert_null (record.program);

  g_assert_true (hr_options_parse (&export, HR_COMMAND_EXPORT, ARGUMENTS ("--from", "1970-01-01T00:00:01.5Z", "--to=1970-01-01T01:00:02+01:00", "--", "-r"), NULL));
  g_assert_cmpint (export.from_us, ==, 1500000);
  g_assert_cmpint (export.to_us, ==, 2000000);
  g_assert_cmpstr (export.files[0], ==, "-r");
}

/* What is not said stands in the name of the output, where the format is that of a file. */
static void
test_the_output_says_the_format (void)
{
  static const struct
  {
    HrCommand   command;
    const char *output;
    HrFormat    format;
  } cases[] = {
    { HR_COMMAND_EXPORT, "--output=x.json", HR_FORMAT_JSON },
    { HR_COMMAND_EXPORT, "--output=x.headroom", HR_FORMAT_CSV },
    { HR_COMMAND_REPORT, "--output=x.y.pdf", HR_FORMAT_PDF },
    { HR_COMMAND_REPORT, "--output=x", HR_FORMAT_HTML },
    { HR_COMMAND_CHECK, "--output=x.csv", HR_FORMAT_TEXT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (HrOptions) options = { 0 };

      g_assert_true (hr_options_parse (&options, cases[i].command, ARGUMENTS ("r", cases[i].output), NULL));
      g_assert_cmpint (options.format, ==, cases[i].format);
    }
}

/* What one command knows is nothing to the other. */
static void
test_what_is_wrong_is_named (void)
{
  static const struct
  {
    HrCommand   command;
    const char *argument;
    const char *named;
  } cases[] = {
    { HR_COMMAND_WATCH, "--format=xml", "xml" },
    { HR_COMMAND_WATCH, "--interval=5ms", "10ms to 60s" },
    { HR_COMMAND_WATCH, "--interval=61s", "10ms to 60s" },
    { HR_COMMAND_WATCH, "--duration=0", "above 0" },
    { HR_COMMAND_WATCH, "--duration=ten", "ten" },
    { HR_COMMAND_WATCH, "--timeout=-1s", "-1s" },
    { HR_COMMAND_WATCH, "--wait=1s", "--wait" },
    { HR_COMMAND_SOURCES, "--once", "--once" },
    { HR_COMMAND_SOURCES, "extra", "extra" },
    { HR_COMMAND_WATCH, "--source", "--source" },
    { HR_COMMAND_DOCTOR, "--format=csv", "text (default) or json" },
    { HR_COMMAND_RECORD, "--format=csv", "--format" },
    { HR_COMMAND_RECORD, "--force", "--output" },
    { HR_COMMAND_IMPORT, "table.csv", "--output" },
    { HR_COMMAND_CHECK, "--", "takes a command" },
    { HR_COMMAND_CHECK, "--lint", "files of budgets" },
    { HR_COMMAND_CHECK, "--format=pdf", "markdown" },
    { HR_COMMAND_COMPARE, "base", "BASE NEW" },
    { HR_COMMAND_COMPARE, "--", "BASE NEW" },
    { HR_COMMAND_EXPORT, "--from=noon", "moment" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      HrOptions options = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (hr_options_parse (&options, cases[i].command, ARGUMENTS (cases[i].argument), &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, cases[i].named));
    }
}

static void
test_commands_and_their_help (void)
{
  HrCommand command = HR_N_COMMANDS;

  for (int i = 0; i < HR_N_COMMANDS; i++)
    {
      g_autofree char *text = hr_options_describe ((HrCommand) i);

      g_assert_true (hr_command_find (hr_command_name ((HrCommand) i), &command));
      g_assert_cmpint (command, ==, i);
      g_assert_nonnull (strstr (text, hr_command_name ((HrCommand) i)));
      g_assert_nonnull (strstr (text, "--quiet"));
      g_assert_true ((strstr (text, "--wait") != NULL) == (i == HR_COMMAND_SOURCES));
    }
  g_assert_false (hr_command_find ("observe", &command));
}

/* Of two things that went wrong the first of 2, 1, 5, 3, 6, 4 is told. */
static void
test_exits_are_joined (void)
{
  static const HrExit order[] = { HR_EXIT_USAGE, HR_EXIT_INTERNAL, HR_EXIT_UNAVAILABLE, HR_EXIT_BREACH, HR_EXIT_PROGRAM, HR_EXIT_NO_DATA, HR_EXIT_OK };

  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    for (gsize k = i; k < G_N_ELEMENTS (order); k++)
      {
        g_assert_cmpint (hr_exit_join (order[i], order[k]), ==, order[i]);
        g_assert_cmpint (hr_exit_join (order[k], order[i]), ==, order[i]);
      }
}

/* Two sessions, or as many behind "--" as before it. */
static void
test_sessions_are_parted (void)
{
  static const char *const wrong[][8] = {
    { "a", "b", "c" },
    { "a", "--" },
    { "a", "--", "b", "c" },
    { "a", "b", "c", "--", "d", "e" },
    { "a", "b", "--", "c", "d" },
  };
  g_auto (HrOptions) two = { 0 };
  g_auto (HrOptions) several = { 0 };

  g_assert_true (hr_options_parse (&two, HR_COMMAND_COMPARE, ARGUMENTS ("-f", "json", "a", "b"), NULL));
  g_assert_cmpuint (g_strv_length (two.files), ==, 1);
  g_assert_cmpuint (g_strv_length (two.others), ==, 1);
  g_assert_cmpstr (two.files[0], ==, "a");
  g_assert_cmpstr (two.others[0], ==, "b");

  g_assert_true (hr_options_parse (&several, HR_COMMAND_COMPARE, ARGUMENTS ("a", "b", "-f", "json", "c", "--", "d", "-e", "f"), NULL));
  g_assert_cmpint (several.format, ==, HR_FORMAT_JSON);
  g_assert_cmpuint (g_strv_length (several.files), ==, 3);
  g_assert_cmpuint (g_strv_length (several.others), ==, 3);
  g_assert_cmpstr (several.files[2], ==, "c");
  g_assert_cmpstr (several.others[1], ==, "-e");

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      HrOptions options = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (hr_options_parse (&options, HR_COMMAND_COMPARE, (const char **) wrong[i], &error));
      g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/options/defaults", test_defaults);
  g_test_add_func ("/cli/options/all", test_everything_is_taken);
  g_test_add_func ("/cli/options/new", test_the_new_commands_take_theirs);
  g_test_add_func ("/cli/options/output", test_the_output_says_the_format);
  g_test_add_func ("/cli/options/wrong", test_what_is_wrong_is_named);
  g_test_add_func ("/cli/options/sessions", test_sessions_are_parted);
  g_test_add_func ("/cli/options/exits", test_exits_are_joined);
  g_test_add_func ("/cli/options/commands", test_commands_and_their_help);

  return g_test_run ();
}
