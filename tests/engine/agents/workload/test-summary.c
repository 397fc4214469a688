/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/workload/matcher.h"
#include "engine/agents/workload/summary.h"

#include <json-glib/json-glib.h>
#include <stdlib.h>

static JsonObject *
print (const HrSummary *summary,
       JsonParser      *parser)
{
  g_autoptr (GError) error = NULL;
  char  *text = NULL;
  size_t size;
  FILE  *out = open_memstream (&text, &size);

  hr_summary_print (summary, 3, out);
  fclose (out);
  json_parser_load_from_data (parser, text, (gssize) size, &error);
  g_assert_no_error (error);
  free (text);

  return json_node_get_object (json_parser_get_root (parser));
}

static void
test_it_weighs_by_jobs (void)
{
  HrSummary summary = { 0 };
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object;

  hr_summary_add (&summary, 30000000, 10);
  hr_summary_add (&summary, 90000000, 90);
  object = print (&summary, parser);

  g_assert_cmpstr (json_object_get_string_member (object, "metric"), ==, "thompson_duration_ms");
  g_assert_cmpint (json_object_get_int_member (object, "count"), ==, 100);
  g_assert_cmpint (json_object_get_int_member (object, "batches"), ==, 2);
  g_assert_cmpint (json_object_get_int_member (object, "unplaced"), ==, 3);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (object, "mean"), 1.2, 1e-9);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (object, "min"), 1, 1e-9);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (object, "max"), 3, 1e-9);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (object, "p99"), 3, 0.03);
}

static void
test_nothing_measured_is_null (void)
{
  const HrSummary summary = { 0 };
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object = print (&summary, parser);

  g_assert_cmpint (json_object_get_int_member (object, "count"), ==, 0);
  g_assert_true (json_object_get_null_member (object, "mean"));
  g_assert_true (json_object_get_null_member (object, "p99"));
}

static void
test_the_matcher_remembers (void)
{
  HrMatcher *matcher = g_new (HrMatcher, 1);
  HrMarket  *market = g_new (HrMarket, 1);
  HrRandom   random;

  hr_random_seed (&random, 1, 0);
  hr_market_init (market, 1);
  hr_matcher_init (matcher, &random);
  for (int round = 0; round < 2; round++)
    for (uint64_t id = 0; id < HR_MATCHER_SLOTS; id++)
      {
        double match = hr_matcher_match (matcher, id, &market->postings[id]);

        g_assert_true (match > 0 && match <= 1);
      }
  g_assert_cmpuint (matcher->n_lookups, ==, 2 * HR_MATCHER_SLOTS);
  g_assert_cmpuint (matcher->n_hits, ==, HR_MATCHER_SLOTS);

  hr_matcher_match (matcher, HR_MATCHER_SLOTS, &market->postings[HR_MATCHER_SLOTS]);
  hr_matcher_match (matcher, 0, &market->postings[0]);
  g_assert_cmpuint (matcher->n_hits, ==, HR_MATCHER_SLOTS);
  g_free (matcher);
  g_free (market);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/workload/summary/weights", test_it_weighs_by_jobs);
  g_test_add_func ("/workload/summary/nothing", test_nothing_measured_is_null);
  g_test_add_func ("/workload/matcher/cache", test_the_matcher_remembers);

  return g_test_run ();
}
