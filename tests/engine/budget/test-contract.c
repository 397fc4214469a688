/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/budget/contract.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define HEADER "[contract]\nname=Test\nversion=1\n"
#define OWN "[a]\nmetric=security operations\n"
#define MEAN "[mean]\nmetric=thompson_duration_ms\nstatistic=mean\nlimit=10\n"

static HrContract *
parse (const char *text,
       GError    **error)
{
  return hr_contract_parse (text, strlen (text), "test.ini", error);
}

/* Parses text that has to be refused with @code and a message that begins with @message. */
static void
assert_refused (const char     *text,
                gssize          size,
                HrContractError code,
                const char     *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrContract) contract = hr_contract_parse (text, size < 0 ? strlen (text) : (gsize) size, "test.ini", &error);

  g_assert_null (contract);
  g_assert_error (error, HR_CONTRACT_ERROR, (int) code);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  if (!g_str_has_prefix (error->message, message))
    g_assert_cmpstr (error->message, ==, message);
}

static void
test_the_default_contract (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrContract) contract = hr_contract_load (THOMPSON_INI, &error);
  const HrBudget *mean, *compliance, *memory;

  g_assert_no_error (error);
  g_assert_cmpstr (hr_contract_get_name (contract), ==, "Thompson job ranker");
  g_assert_cmpuint (hr_contract_get_n_budgets (contract), ==, 5);

  mean = hr_contract_get_budget (contract, 0);
  g_assert_cmpstr (mean->name, ==, "thompson mean");
  g_assert_cmpstr (mean->metric, ==, "thompson_duration_ms");
  g_assert_cmpint (mean->statistic, ==, HR_STATISTIC_MEAN);
  g_assert_cmpint (mean->window_ns, ==, 5 * (gint64) HR_NS_PER_SECOND);
  g_assert_cmpfloat (mean->limit, ==, 10);
  g_assert_cmpfloat (mean->baseline, ==, 10);
  g_assert_cmpfloat (mean->optimal, ==, 0.028);
  g_assert_cmpfloat (mean->healthy, ==, 0.030);
  g_assert_true (mean->required);
  g_assert_true (mean->scores);
  g_assert_cmpuint (mean->line, ==, 5);
  g_assert_true (isnan (mean->minimum) && isnan (mean->of) && isnan (mean->warn));
  g_assert_null (mean->source);

  compliance = hr_contract_get_budget (contract, 2);
  g_assert_cmpfloat (compliance->of, ==, 10);
  g_assert_cmpfloat (compliance->minimum, ==, 0.95);
  g_assert_cmpfloat (compliance->alert, ==, 0.90);
  g_assert_true (isnan (compliance->limit));

  memory = hr_contract_get_budget (contract, 3);
  g_assert_cmpfloat (memory->warn, ==, 0.80);
  g_assert_cmpfloat (memory->critical, ==, 0.95);
  g_assert_cmpfloat (memory->clear, ==, 0.95);
  g_assert_cmpint (memory->hold_ns, ==, 0);
  g_assert_false (memory->required);
}

static void
test_windows_line_ends_comments_and_blanks (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrContract) contract = parse ("\xef\xbb\xbf# ours\r\n\r\n  [contract]  \r\n name = Test \t\r\nversion=1\r\n"
                                           "  # of the ranker\r\n[ mean ]\r\nmetric\t=\tthompson_duration_ms\r\nstatistic=mean\r\nlimit=1e1\r\nscores=false",
                                           &error);

  g_assert_no_error (error);
  g_assert_cmpstr (hr_contract_get_name (contract), ==, "Test");
  g_assert_cmpstr (hr_contract_get_budget (contract, 0)->name, ==, "mean");
  g_assert_cmpfloat (hr_contract_get_budget (contract, 0)->limit, ==, 10);
  g_assert_cmpuint (hr_contract_get_budget (contract, 0)->line, ==, 7);
  g_assert_false (hr_contract_get_budget (contract, 0)->scores);
}

static void
test_durations (void)
{
  static const struct
  {
    const char *text;
    gint64      ns;
  } cases[] = {
    { "5s", 5 * (gint64) HR_NS_PER_SECOND },
    { "100ms", 100 * (gint64) HR_NS_PER_MS },
    { "2min", 120 * (gint64) HR_NS_PER_SECOND },
    { "1.5 s", 1500 * (gint64) HR_NS_PER_MS },
    { "250us", 250000 },
    { "24h", 86400 * (gint64) HR_NS_PER_SECOND },
  };
  static const char *const wrong[] = { "", "5", "s", "5 seconds", "-1s", "nan", "25h", "1e300s", "0x5s", "infs" };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strconcat (HEADER MEAN "hold=", cases[i].text, "\nwindow=", cases[i].text, "\n", NULL);
      g_autoptr (HrContract) contract = parse (text, NULL);

      g_assert_nonnull (contract);
      g_assert_cmpint (hr_contract_get_budget (contract, 0)->window_ns, ==, cases[i].ns);
      g_assert_cmpint (hr_contract_get_budget (contract, 0)->hold_ns, ==, cases[i].ns);
    }

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *text = g_strconcat (HEADER MEAN "window=", wrong[i], "\n", NULL);

      assert_refused (text, -1, HR_CONTRACT_ERROR_VALUE, "test.ini:8: window=");
    }
  assert_refused (HEADER MEAN "window=0\n", -1, HR_CONTRACT_ERROR_VALUE, "test.ini:8: window: it has no length");
}

static void
test_every_error_names_its_line (void)
{
  static const struct
  {
    const char     *text;
    HrContractError code;
    const char     *message;
  } cases[] = {
    { "", HR_CONTRACT_ERROR_KEY, "test.ini:1: the group [contract] is missing" },
    { MEAN, HR_CONTRACT_ERROR_KEY, "test.ini:1: the group [contract] is missing" },
    { "\n[contract]\nversion=1\n" MEAN, HR_CONTRACT_ERROR_KEY, "test.ini:2: [contract] has no name" },
    { "[contract]\nname=x\n" MEAN, HR_CONTRACT_ERROR_KEY, "test.ini:1: [contract] has no version" },
    { "[contract]\nname=x\nversion=2\n", HR_CONTRACT_ERROR_VALUE, "test.ini:3: only version=1" },
    { "[contract]\nname=\n", HR_CONTRACT_ERROR_VALUE, "test.ini:2: name=" },
    { "[contract]\nname=x\nauthor=y\n", HR_CONTRACT_ERROR_KEY, "test.ini:3: [contract] has only" },
    { "[contract]\nname=x\nname=y\n", HR_CONTRACT_ERROR_DUPLICATE, "test.ini:3: name is there twice" },
    { HEADER, HR_CONTRACT_ERROR_KEY, "test.ini:1: the contract has no budgets" },
    { "name=x\n", HR_CONTRACT_ERROR_SYNTAX, "test.ini:1: a key before" },
    { HEADER "[mean\n", HR_CONTRACT_ERROR_SYNTAX, "test.ini:4: a group reads" },
    { HEADER "[]\n", HR_CONTRACT_ERROR_SYNTAX, "test.ini:4: a group needs" },
    { HEADER "[a]b]\n", HR_CONTRACT_ERROR_SYNTAX, "test.ini:4: a group needs" },
    { HEADER "[mean] x\n", HR_CONTRACT_ERROR_SYNTAX, "test.ini:4: a group reads" },
    { HEADER "limit\n", HR_CONTRACT_ERROR_SYNTAX, "test.ini:4: neither" },
    { HEADER "=5\n", HR_CONTRACT_ERROR_SYNTAX, "test.ini:4: neither" },
    { HEADER MEAN MEAN, HR_CONTRACT_ERROR_DUPLICATE, "test.ini:8: the group is there twice" },
    { HEADER MEAN HEADER, HR_CONTRACT_ERROR_DUPLICATE, "test.ini:8: the group is there twice" },
    { HEADER MEAN "limit=9\n", HR_CONTRACT_ERROR_DUPLICATE, "test.ini:8: limit is there twice" },
    { HEADER MEAN "limits=9\n", HR_CONTRACT_ERROR_KEY, "test.ini:8: no budget has a key" },
    { HEADER MEAN "required=yes\n", HR_CONTRACT_ERROR_VALUE, "test.ini:8: required=yes is not true or false" },
    { HEADER MEAN "warn=1.5\n", HR_CONTRACT_ERROR_VALUE, "test.ini:8: warn=1.5 is not a share" },
    { HEADER MEAN "warn=0.9\ncritical=0.8\n", HR_CONTRACT_ERROR_VALUE, "test.ini:8: warn: it is above critical" },
    { HEADER MEAN "clear=0\n", HR_CONTRACT_ERROR_VALUE, "test.ini:8: clear=0 is not above 0" },
    { HEADER MEAN "minimum=1\n", HR_CONTRACT_ERROR_KEY, "test.ini:8: minimum: this metric is better when lower" },
    { HEADER MEAN "of=1\n", HR_CONTRACT_ERROR_KEY, "test.ini:8: of: only for" },
    { HEADER "[a]\nstatistic=mean\nlimit=1\n", HR_CONTRACT_ERROR_KEY, "test.ini:4: metric: the key is missing" },
    { HEADER "[a]\nmetric=error_rate\nlimit=1\n", HR_CONTRACT_ERROR_KEY, "test.ini:4: statistic: the key is missing" },
    { HEADER "[a]\nmetric=error_rate\nstatistic=mean\n[b]\n", HR_CONTRACT_ERROR_KEY, "test.ini:4: limit: the key is missing" },
    { HEADER "[a]\nmetric=error_rate\nstatistic=mean\nlimit=5\n", HR_CONTRACT_ERROR_VALUE, "test.ini:7: limit: this metric is a share" },
    { HEADER "[a]\nmetric=speed\nstatistic=mean\nlimit=1\n", HR_CONTRACT_ERROR_METRIC, "test.ini:5: metric: no metric" },
    { HEADER "[a]\nmetric=memory_usage_mb\nstatistic=p99\nlimit=1\n", HR_CONTRACT_ERROR_VALUE, "test.ini:6: p99 of memory_usage_mb makes no sense: it is a gauge" },
    { HEADER "[a]\nmetric=memory_usage_mb\nstatistic=rate\nlimit=1\n", HR_CONTRACT_ERROR_VALUE, "test.ini:6: rate of" },
    { HEADER "[a]\nmetric=memory_usage_mb\nstatistic=p95\n", HR_CONTRACT_ERROR_VALUE, "test.ini:6: statistic=p95 is not one of" },
    { HEADER "[a]\nmetric=cache_hit_rate\nstatistic=mean\nlimit=1\n", HR_CONTRACT_ERROR_KEY, "test.ini:7: limit: this metric is better when higher" },
    { HEADER "[a]\nmetric=cache_hit_rate\nstatistic=mean\n", HR_CONTRACT_ERROR_KEY, "test.ini:4: minimum: the key is missing" },
    { HEADER "[a]\nmetric=thompson_duration_ms\nstatistic=compliance\nminimum=0.9\n", HR_CONTRACT_ERROR_KEY, "test.ini:4: of: the key is missing" },
    { HEADER "[a]\nmetric=thompson_duration_ms\nstatistic=compliance\nof=1\nminimum=0.9\nalert=0.95\n", HR_CONTRACT_ERROR_VALUE, "test.ini:9: alert: it is above" },
    { HEADER "[a]\nmetric=thompson_duration_ms\nstatistic=compliance\nof=1\nminimum=1.1\n", HR_CONTRACT_ERROR_VALUE, "test.ini:8: minimum: compliance is a share" },
    { HEADER "[a]\nmetric=thompson_duration_ms\nstatistic=compliance\nof=1\nminimum=1\nlimit=1\n", HR_CONTRACT_ERROR_KEY, "test.ini:9: limit: compliance has" },
    { HEADER "[a]\nmetric=thompson_duration_ms\nstatistic=compliance\nof=1\nminimum=1\nwarn=1\n", HR_CONTRACT_ERROR_KEY, "test.ini:9: warn: compliance has" },
    { HEADER "[a]\nmetric=/rank/draw\nstatistic=rate\nlimit=1\n", HR_CONTRACT_ERROR_VALUE, "test.ini:6: rate of /rank/draw makes no sense: it is a span" },
    { HEADER "[a]\nmetric=/rank/draw\nstatistic=p99\nminimum=1\n", HR_CONTRACT_ERROR_KEY, "test.ini:7: minimum: this metric is better when lower" },
    { HEADER "[a]\nmetric=/\nstatistic=p99\nlimit=1\n", HR_CONTRACT_ERROR_METRIC, "test.ini:5: metric: no metric" },
    { HEADER "[a]\nmetric=cache_refilled\nstatistic=mean\nlimit=1\n", HR_CONTRACT_ERROR_METRIC, "test.ini:5: metric: no metric" },
    { HEADER "[a]\nmetric=cache_refilled\nstatistic=rate\n", HR_CONTRACT_ERROR_KEY, "test.ini:4: limit: the key is missing" },
    { HEADER "[a]\nmetric=cache_refilled\nstatistic=rate\nlimit=1\nminimum=1\n", HR_CONTRACT_ERROR_KEY, "test.ini:7: limit: there is a minimum already" },
    { HEADER "[a]\nmetric=allocated_mb/ranking\nstatistic=last\nlimit=1\n", HR_CONTRACT_ERROR_VALUE, "test.ini:6: last of allocated_mb/ranking makes no sense: it is a counter" },
    { HEADER OWN "unit=seconds\n", HR_CONTRACT_ERROR_VALUE, "test.ini:6: unit=seconds is not one of count, ms, MB" },
    { HEADER OWN "unit=MB\nstatistic=p99\nlimit=1\n", HR_CONTRACT_ERROR_VALUE, "test.ini:7: p99 of security operations makes no sense: it is a gauge" },
    { HEADER OWN "unit=°C\nstatistic=rate\nlimit=1\n", HR_CONTRACT_ERROR_VALUE, "test.ini:6: unit: rate of °C makes no sense" },
    { HEADER OWN "unit=ms\nstatistic=mean\n", HR_CONTRACT_ERROR_KEY, "test.ini:4: limit: the key is missing" },
    { HEADER OWN "unit=ms\nstatistic=mean\nminimum=1\nlimit=1\n", HR_CONTRACT_ERROR_KEY, "test.ini:9: limit: there is a minimum already" },
    { HEADER OWN "unit=ratio\nstatistic=last\nminimum=40\n", HR_CONTRACT_ERROR_VALUE, "test.ini:8: minimum: this metric is a share" },
    { HEADER "[a]\nmetric=memory_usage_mb\nunit=ms\nstatistic=last\nlimit=1\n", HR_CONTRACT_ERROR_VALUE, "test.ini:6: unit: memory_usage_mb is measured in MB" },
    { HEADER "[a]\nmetric=memory_usage_md\nstatistic=last\nlimit=1\n", HR_CONTRACT_ERROR_METRIC, "test.ini:5: metric: no metric" },
    { HEADER "[\x1b]0;x]\n", HR_CONTRACT_ERROR_SYNTAX, "test.ini:4: a control character (0x1b)" },
    { HEADER "[\xff]\n", HR_CONTRACT_ERROR_SYNTAX, "test.ini:4: not UTF-8" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_refused (cases[i].text, -1, cases[i].code, cases[i].message);
}

static void
test_numbers_that_are_none (void)
{
  static const char *const wrong[] = { "-1", "-0.001", "nan", "NaN", "inf", "1e999", "0x10", "ten", "1,5", "1 0", "", "+", "." };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *text = g_strconcat (HEADER "[a]\nmetric=thompson_duration_ms\nstatistic=mean\nlimit=", wrong[i], "\n", NULL);

      assert_refused (text, -1, HR_CONTRACT_ERROR_VALUE, "test.ini:7: limit=");
    }
}

static void
test_sizes_are_bounded (void)
{
  g_autoptr (GString) many = g_string_new (HEADER);
  g_autofree char *megabyte = g_strnfill (1 << 20, '#');
  g_autofree char *long_name = g_strnfill (300, 'x');
  g_autofree char *text = g_strconcat ("[contract]\nname=", long_name, "\n", NULL);
  g_autoptr (HrContract) contract = NULL;

  assert_refused (megabyte, -1, HR_CONTRACT_ERROR_LIMIT, "test.ini:1: the file is larger");
  assert_refused (megabyte, HR_CONTRACT_MAX_BYTES, HR_CONTRACT_ERROR_KEY, "test.ini:1: the group");
  assert_refused (text, -1, HR_CONTRACT_ERROR_VALUE, "test.ini:2: name=xxxx");

  for (guint i = 0; i < HR_CONTRACT_MAX_BUDGETS; i++)
    g_string_append_printf (many, "[b%u]\nmetric=memory_usage_mb\nstatistic=last\nlimit=1\n", i);
  contract = parse (many->str, NULL);
  g_assert_cmpuint (hr_contract_get_n_budgets (contract), ==, HR_CONTRACT_MAX_BUDGETS);
  g_string_append (many, "[one more]\n");
  assert_refused (many->str, -1, HR_CONTRACT_ERROR_LIMIT, "test.ini:1028: more than 256 budgets");
}

static void
test_a_nul_byte_is_refused (void)
{
  static const char text[] = HEADER "[a]\nmetric=\0memory_usage_mb\n";

  assert_refused (text, sizeof text - 1, HR_CONTRACT_ERROR_SYNTAX, "test.ini:5: a control character (0x00)");
}

static void
test_files_that_cannot_be_read (void)
{
  g_autoptr (GError) missing = NULL, folder = NULL, endless = NULL;

  g_assert_null (hr_contract_load ("/nowhere/thompson.ini", &missing));
  g_assert_error (missing, HR_CONTRACT_ERROR, HR_CONTRACT_ERROR_READ);
  g_assert_true (g_str_has_prefix (missing->message, "/nowhere/thompson.ini: "));

  g_assert_null (hr_contract_load ("/", &folder));
  g_assert_error (folder, HR_CONTRACT_ERROR, HR_CONTRACT_ERROR_READ);

  g_assert_null (hr_contract_load ("/dev/zero", &endless));
  g_assert_error (endless, HR_CONTRACT_ERROR, HR_CONTRACT_ERROR_LIMIT);
}

/* Whatever comes in, the answer is a contract, or an error with a place. */
static void
assert_answers (const char *data,
                gsize       size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrContract) contract = hr_contract_parse (data, size, "test.ini", &error);

  g_assert_true ((contract == NULL) == (error != NULL));
  if (error != NULL)
    {
      g_assert_true (g_regex_match_simple ("^test\\.ini:[1-9][0-9]*: .", error->message, 0, 0));
      g_assert_cmpuint (strlen (error->message), <, 1024);
    }
}

static void
test_noise_never_breaks_it (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260301);

  for (int round = 0; round < 2000; round++)
    {
      char  noise[512];
      gsize size = (gsize) g_rand_int_range (rand, 0, (gint32) sizeof noise);

      for (gsize i = 0; i < size; i++)
        noise[i] = (char) g_rand_int_range (rand, 0, 256);
      assert_answers (noise, size);
    }
}

/* Bytes changed, dropped and doubled in a file that is right. */
static void
test_mutations_never_break_it (void)
{
  static const char interesting[] = "[]=#\n\r\t -+.0159aenx\x00\x7f\xc3\xff";
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260302);
  g_autofree char *original = NULL;
  gsize            size;

  g_assert_true (g_file_get_contents (THOMPSON_INI, &original, &size, NULL));
  for (int round = 0; round < 20000; round++)
    {
      g_autofree char *mutated = g_malloc (size * 2);
      gsize            length = size;

      memcpy (mutated, original, size);
      for (int i = g_rand_int_range (rand, 1, 5); i > 0; i--)
        {
          gsize at = (gsize) g_rand_int_range (rand, 0, (gint32) length - 64);
          gsize span = (gsize) g_rand_int_range (rand, 1, 64);

          switch (g_rand_int_range (rand, 0, 3))
            {
            case 0:
              mutated[at] = interesting[g_rand_int_range (rand, 0, (gint32) sizeof interesting)];
              break;
            case 1:
              memmove (mutated + at, mutated + at + span, length - at - span);
              length -= span;
              break;
            default:
              memmove (mutated + at + span, mutated + at, length - at);
              length += span;
              break;
            }
        }
      assert_answers (mutated, length);
    }
}

static void
test_a_contract_is_counted (void)
{
  HrContract *contract = parse (HEADER MEAN, NULL);
  HrContract *other = hr_contract_ref (contract);

  hr_contract_unref (contract);
  g_assert_cmpstr (hr_contract_get_name (other), ==, "Test");
  hr_contract_unref (other);
  hr_contract_unref (NULL);
}

/* What was read is there to be kept beside what it judged, comments and all. */
static void
test_text_is_kept (void)
{
  static const char text[] = "# mine\n[contract]\nname=N\nversion=1\n[m]\nmetric=memory_usage_mb\nstatistic=last\nlimit=200\n# end";
  g_autoptr (HrContract) contract = hr_contract_parse (text, strlen (text), "mine.ini", NULL);

  g_assert_nonnull (contract);
  g_assert_cmpstr (hr_contract_get_text (contract), ==, text);
  g_assert_cmpstr (hr_contract_get_file (contract), ==, "mine.ini");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/budget/contract/default", test_the_default_contract);
  g_test_add_func ("/budget/contract/tolerant", test_windows_line_ends_comments_and_blanks);
  g_test_add_func ("/budget/contract/durations", test_durations);
  g_test_add_func ("/budget/contract/errors", test_every_error_names_its_line);
  g_test_add_func ("/budget/contract/numbers", test_numbers_that_are_none);
  g_test_add_func ("/budget/contract/bounded", test_sizes_are_bounded);
  g_test_add_func ("/budget/contract/nul", test_a_nul_byte_is_refused);
  g_test_add_func ("/budget/contract/unreadable", test_files_that_cannot_be_read);
  g_test_add_func ("/budget/contract/noise", test_noise_never_breaks_it);
  g_test_add_func ("/budget/contract/mutations", test_mutations_never_break_it);
  g_test_add_func ("/budget/contract/counted", test_a_contract_is_counted);
  g_test_add_func ("/budget/contract/text", test_text_is_kept);

  return g_test_run ();
}
