/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/document.h"
#include "app/cli/output.h"
#include "app/cli/table.h"

#include <json-glib/json-glib.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#define UTC ((gint64) 1772366400 * G_USEC_PER_SEC) /* 2026-03-01T12:00:00Z */

typedef struct
{
  HrVerdict verdict;
  HrReadout readout;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  static const HrMetricInfo infos[] = {
    { "ranking_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
    { "/batch/größe/a very long path of spans that goes on/rank", HR_KIND_SPAN, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
    { "evil\033[2J,\"name\"", HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_LOWER },
  };
  const HrRow rows[] = {
    { &infos[0], HR_UNIT_MILLISECONDS, 0.4, 0.5, 1.5, 58, 0.058, HR_STANDING_WITHIN },
    { &infos[1], HR_UNIT_MILLISECONDS, 9.5, 9.5, 9.7, 12, (double) NAN, HR_STANDING_NO_DATA },
    { &infos[2], HR_UNIT_PER_SECOND, 1000, (double) NAN, (double) NAN, (double) NAN, 1.25, HR_STANDING_OVER },
  };

  fixture->verdict = (HrVerdict){ .worst = HR_STANDING_OVER, .worst_index = -1, .scores = { .overall = 0.5 } };
  fixture->readout.source = hr_source_new (HR_SOURCE_PROCESS, "ranker");
  hr_source_set_detail (fixture->readout.source, "pid 4711");
  fixture->readout.address = g_strdup ("pid:4711");
  fixture->readout.verdict = &fixture->verdict;
  fixture->readout.sentence = g_strdup ("Over budget");
  fixture->readout.time_us = UTC + 250000;
  fixture->readout.sequence = 12;
  fixture->readout.interval_ns = 100 * HR_NS_PER_MS;
  fixture->readout.rows = g_array_new (FALSE, FALSE, sizeof (HrRow));
  g_array_append_vals (fixture->readout.rows, rows, G_N_ELEMENTS (rows));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  hr_readout_clear (&fixture->readout);
}

static void
test_a_page_says_how_it_stands (Fixture      *fixture,
                                gconstpointer user_data)
{
  g_autofree char *page = hr_table_format (&fixture->readout, 100, 30, FALSE);

  g_assert_true (g_str_has_prefix (page, "ranker · pid 4711\nOver budget\n\nmetric"));
  g_assert_nonnull (strstr (page, "400 us"));
  g_assert_nonnull (strstr (page, "5.8 %"));
  g_assert_nonnull (strstr (page, "125 %"));
  g_assert_null (strchr (page, '\033'));
}

/* A device says nothing of itself at first. */
static void
test_a_page_of_what_has_no_detail (Fixture      *fixture,
                                   gconstpointer user_data)
{
  g_autofree char *page = NULL;

  g_set_object (&fixture->readout.source, NULL);
  fixture->readout.source = hr_source_new (HR_SOURCE_DEVICE, "iPhone");
  page = hr_table_format (&fixture->readout, 100, 30, FALSE);
  g_assert_true (g_str_has_prefix (page, "iPhone\nOver budget\n"));
}

/* However narrow and low the terminal is. */
static void
test_a_page_fits (Fixture      *fixture,
                  gconstpointer user_data)
{
  for (guint width = 1; width < 130; width++)
    for (guint height = 7; height < 12; height++)
      {
        g_autofree char *page = hr_table_format (&fixture->readout, width, height, FALSE);
        g_auto (GStrv) lines = g_strsplit (page, "\n", -1);

        g_assert_cmpuint (g_strv_length (lines), <=, height);
        for (guint i = 0; lines[i] != NULL; i++)
          g_assert_cmpuint (hr_text_width (lines[i]), <=, width);
        g_assert_true ((strstr (page, " more") != NULL) == (height < 9) || width < 6);
      }
}

static void
test_colours_are_only_added (Fixture      *fixture,
                             gconstpointer user_data)
{
  g_autofree char *plain = hr_table_format (&fixture->readout, 80, 30, FALSE);
  g_autofree char *coloured = hr_table_format (&fixture->readout, 80, 30, TRUE);
  g_autoptr (GRegex) styles = g_regex_new ("\033\\[[0-9]*m", 0, 0, NULL);
  g_autofree char *stripped = g_regex_replace_literal (styles, coloured, -1, 0, "", 0, NULL);

  g_assert_cmpstr (stripped, ==, plain);
  g_assert_cmpstr (coloured, !=, plain);
  g_assert_nonnull (strstr (coloured, "\033[31m"));
}

static void
test_a_line_says_the_most_of_it (Fixture      *fixture,
                                 gconstpointer user_data)
{
  g_autofree char *line = hr_line_format (&fixture->readout);

  g_assert_true (g_str_has_prefix (line, "2026-03-01T12:00:00.250Z  ranker: Over budget  | ranking_ms 400 us (5.8 % of budget), "));
  g_assert_true (strchr (line, '\n') == line + strlen (line) - 1);
  g_assert_null (strchr (line, '\033'));
}

static void
test_a_document_is_json (Fixture      *fixture,
                         gconstpointer user_data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *text = hr_document_format (&fixture->readout, FALSE);
  JsonObject      *document, *metric;
  JsonArray       *metrics;

  g_assert_true (strchr (text, '\n') == text + strlen (text) - 1);
  g_assert_true (json_parser_load_from_data (parser, text, -1, NULL));
  document = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpstr (json_object_get_string_member (document, "schema"), ==, "headroom.readout");
  g_assert_cmpint (json_object_get_int_member (document, "schema_version"), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (document, "time"), ==, "2026-03-01T12:00:00.250000Z");
  g_assert_cmpstr (json_object_get_string_member (document, "standing"), ==, "over");
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (document, "source"), "address"), ==, "pid:4711");
  metrics = json_object_get_array_member (document, "metrics");
  g_assert_cmpuint (json_array_get_length (metrics), ==, 3);
  metric = json_array_get_object_element (metrics, 2);
  g_assert_cmpstr (json_object_get_string_member (metric, "name"), ==, "evil\033[2J,\"name\"");
  g_assert_cmpfloat (json_object_get_double_member (metric, "now"), ==, 1000);
  g_assert_true (json_object_get_null_member (metric, "mean"));
}

/* The same in every language. */
static void
test_rows_are_csv (Fixture      *fixture,
                   gconstpointer user_data)
{
  g_autoptr (GString) rows = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;

  hr_document_add_rows (rows, &fixture->readout);
  lines = g_strsplit (rows->str, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_true (g_str_has_prefix (lines[0], "2026-03-01T12:00:00.250Z,ranker,ranking_ms,"));
  g_assert_true (g_str_has_suffix (lines[0], ",within"));
  g_assert_nonnull (strstr (lines[2], ",\"evil\033[2J,\"\"name\"\"\","));
  g_assert_nonnull (strstr (lines[2], ",1000,,,,1.25,over"));
}

#define ADD(path, test) g_test_add ("/cli/table/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("page", test_a_page_says_how_it_stands);
  ADD ("no-detail", test_a_page_of_what_has_no_detail);
  ADD ("fits", test_a_page_fits);
  ADD ("colours", test_colours_are_only_added);
  ADD ("line", test_a_line_says_the_most_of_it);
  ADD ("json", test_a_document_is_json);
  ADD ("csv", test_rows_are_csv);

  return g_test_run ();
}
