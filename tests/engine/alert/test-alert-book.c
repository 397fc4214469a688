/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/alert/alert-book.h"

#include <math.h>
#include <string.h>

#define SECOND ((gint64) HR_NS_PER_SECOND)
#define UTC ((gint64) 1700000000 * G_USEC_PER_SEC)

#define HEADER "[contract]\nname=Test\nversion=1\n"
#define RANKING "[ranking]\nmetric=thompson_duration_ms\nstatistic=mean\nlimit=10\n"

/* A book, one budget, and a verdict on it that the cases bend. Time is given in seconds. */
typedef struct
{
  HrAlertBook *book;
  HrContract  *contract;
  HrJudgement  judgement;
  guint        n_raised;
  guint        n_cleared;
} Fixture;

static void
count_cb (HrAlertBook *book,
          HrAlert     *alert,
          guint       *count)
{
  g_assert_true (HR_IS_ALERT (alert));
  (*count)++;
}

static void
use_budget (Fixture    *fixture,
            const char *text,
            HrUnit      unit)
{
  g_autoptr (GError) error = NULL;
  const HrBudget *budget;

  g_clear_pointer (&fixture->contract, hr_contract_unref);
  fixture->contract = hr_contract_parse (text, strlen (text), "test.ini", &error);
  g_assert_no_error (error);

  budget = hr_contract_get_budget (fixture->contract, 0);
  fixture->judgement.budget = budget;
  fixture->judgement.unit = unit;
  fixture->judgement.limit = budget->limit;
  if (budget->statistic == HR_STATISTIC_COMPLIANCE)
    fixture->judgement.limit = budget->alert;
  else if (!isnan (budget->minimum))
    fixture->judgement.limit = budget->minimum;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->book = hr_alert_book_new ();
  g_signal_connect (fixture->book, "raised", G_CALLBACK (count_cb), &fixture->n_raised);
  g_signal_connect (fixture->book, "cleared", G_CALLBACK (count_cb), &fixture->n_cleared);
  use_budget (fixture, HEADER RANKING, HR_UNIT_MILLISECONDS);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_assert_finalize_object (fixture->book);
  hr_contract_unref (fixture->contract);
}

/* Says that @source stands at @value when @seconds have passed. */
static void
tell_source (Fixture    *fixture,
             const char *source,
             double      seconds,
             HrStanding  standing,
             double      value,
             HrSeverity  severity)
{
  HrVerdict verdict = { .contract = fixture->contract, .judgements = &fixture->judgement, .n_judgements = 1 };

  fixture->judgement.standing = standing;
  fixture->judgement.value = value;
  fixture->judgement.severity = severity;
  hr_alert_book_judge (fixture->book, source, &verdict, (gint64) (seconds * (double) SECOND), UTC + (gint64) (seconds * G_USEC_PER_SEC));
}

static void
tell_over (Fixture *fixture,
           double   seconds,
           double   value)
{
  tell_source (fixture, "ranker", seconds, HR_STANDING_OVER, value, HR_SEVERITY_MEDIUM);
}

static void
tell_within (Fixture *fixture,
             double   seconds,
             double   value)
{
  tell_source (fixture, "ranker", seconds, HR_STANDING_WITHIN, value, HR_SEVERITY_NONE);
}

static HrAlert *
newest (Fixture *fixture)
{
  g_autoptr (HrAlert) alert = g_list_model_get_item (G_LIST_MODEL (fixture->book), 0);

  return alert;
}

static gint64
over (Fixture *fixture,
      double   seconds)
{
  return hr_alert_book_get_over (fixture->book, "ranker", fixture->judgement.budget->name, (gint64) (seconds * (double) SECOND));
}

static void
test_a_breach_is_told_at_once (Fixture      *fixture,
                               gconstpointer data)
{
  HrAlert *alert;

  tell_over (fixture, 1, 12.5);
  g_assert_cmpuint (fixture->n_raised, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->book)), ==, 1);
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (fixture->book)) == HR_TYPE_ALERT);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (fixture->book), 1));

  alert = newest (fixture);
  g_assert_true (hr_alert_is_active (alert));
  g_assert_cmpint (hr_alert_get_alert_type (alert), ==, HR_ALERT_PERFORMANCE);
  g_assert_cmpint (hr_alert_get_level (alert), ==, HR_ALERT_WARNING);
  g_assert_cmpstr (hr_alert_get_source (alert), ==, "ranker");
  g_assert_cmpstr (hr_alert_get_budget (alert), ==, "ranking");
  g_assert_cmpstr (hr_alert_get_title (alert), ==, "Ranking latency, mean");
  g_assert_cmpint (hr_alert_get_unit (alert), ==, HR_UNIT_MILLISECONDS);
  g_assert_cmpfloat (hr_alert_get_limit (alert), ==, 10);
  g_assert_cmpfloat (hr_alert_get_worst (alert), ==, 12.5);
  g_assert_cmpint (hr_alert_get_raised (alert), ==, UTC + G_USEC_PER_SEC);
  g_assert_cmpint (hr_alert_get_cleared (alert), ==, 0);
}

static void
test_the_worst_is_kept (Fixture      *fixture,
                        gconstpointer data)
{
  tell_over (fixture, 1, 12);
  tell_source (fixture, "ranker", 2, HR_STANDING_OVER, 25, HR_SEVERITY_CRITICAL);
  tell_over (fixture, 3, 13);
  g_assert_cmpuint (fixture->n_raised, ==, 1);
  g_assert_cmpfloat (hr_alert_get_worst (newest (fixture)), ==, 25);
  g_assert_cmpint (hr_alert_get_level (newest (fixture)), ==, HR_ALERT_CRITICAL);
}

static void
test_it_holds_before_it_raises (Fixture      *fixture,
                                gconstpointer data)
{
  use_budget (fixture, HEADER RANKING "hold=2s\n", HR_UNIT_MILLISECONDS);
  tell_over (fixture, 10, 12);
  tell_over (fixture, 11.9, 12);
  g_assert_cmpuint (fixture->n_raised, ==, 0);
  g_assert_cmpint (over (fixture, 11.9), ==, (gint64) (1.9 * (double) SECOND));

  /* A break begins the count anew. */
  tell_within (fixture, 11.95, 9.9);
  g_assert_cmpint (over (fixture, 11.95), ==, 0);
  tell_over (fixture, 12, 12);
  tell_over (fixture, 13.9, 12);
  g_assert_cmpuint (fixture->n_raised, ==, 0);

  tell_over (fixture, 14, 12);
  g_assert_cmpuint (fixture->n_raised, ==, 1);
  g_assert_cmpint (hr_alert_get_raised (newest (fixture)), ==, UTC + 12 * G_USEC_PER_SEC);
}

static void
test_it_clears_below_the_clear_share (Fixture      *fixture,
                                      gconstpointer data)
{
  tell_over (fixture, 1, 12);
  tell_within (fixture, 2, 9.6);
  g_assert_true (hr_alert_is_active (newest (fixture)));
  g_assert_cmpint (over (fixture, 2), ==, 0);
  tell_over (fixture, 3, 10.1);
  g_assert_cmpuint (fixture->n_raised, ==, 1);
  g_assert_cmpint (over (fixture, 5), ==, 2 * SECOND);

  tell_within (fixture, 6, 9.5);
  g_assert_false (hr_alert_is_active (newest (fixture)));
  g_assert_cmpint (hr_alert_get_cleared (newest (fixture)), ==, UTC + 6 * G_USEC_PER_SEC);
  g_assert_cmpuint (fixture->n_cleared, ==, 1);
  g_assert_cmpuint (hr_alert_book_get_n_active (fixture->book, "ranker"), ==, 0);

  /* The next breach is another alert, in front of the old one. */
  tell_over (fixture, 7, 11);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->book)), ==, 2);
  g_assert_cmpint (hr_alert_get_raised (newest (fixture)), ==, UTC + 7 * G_USEC_PER_SEC);
}

static void
test_a_minimum_clears_above_it (Fixture      *fixture,
                                gconstpointer data)
{
  use_budget (fixture, HEADER "[t]\nmetric=throughput_jobs_per_second\nstatistic=last\nminimum=95\n", HR_UNIT_PER_SECOND);
  tell_over (fixture, 1, 50);
  tell_over (fixture, 2, 40);
  tell_over (fixture, 3, 60);
  g_assert_cmpfloat (hr_alert_get_worst (newest (fixture)), ==, 40);
  tell_within (fixture, 4, 99);
  g_assert_cmpuint (fixture->n_cleared, ==, 0);
  tell_within (fixture, 5, 101);
  g_assert_cmpuint (fixture->n_cleared, ==, 1);
}

static void
test_compliance_clears_towards_one (Fixture      *fixture,
                                    gconstpointer data)
{
  use_budget (fixture, HEADER "[c]\nmetric=thompson_duration_ms\nstatistic=compliance\nof=10\nminimum=0.95\nalert=0.90\n", HR_UNIT_RATIO);
  tell_over (fixture, 1, 0.5);
  tell_source (fixture, "ranker", 2, HR_STANDING_WARNING, 0.904, HR_SEVERITY_NONE);
  g_assert_cmpuint (fixture->n_cleared, ==, 0);
  tell_source (fixture, "ranker", 3, HR_STANDING_WARNING, 0.905, HR_SEVERITY_NONE);
  g_assert_cmpuint (fixture->n_cleared, ==, 1);
}

static void
test_a_ratio_near_one_can_clear (Fixture      *fixture,
                                 gconstpointer data)
{
  use_budget (fixture, HEADER "[c]\nmetric=cache_hit_rate\nstatistic=mean\nminimum=0.98\n", HR_UNIT_RATIO);
  tell_over (fixture, 1, 0.9);
  tell_within (fixture, 2, 0.9805);
  g_assert_cmpuint (fixture->n_cleared, ==, 0);
  tell_within (fixture, 3, 0.99);
  g_assert_cmpuint (fixture->n_cleared, ==, 1);
}

static void
test_no_data_clears_nothing (Fixture      *fixture,
                             gconstpointer data)
{
  tell_over (fixture, 1, 12);
  tell_source (fixture, "ranker", 60, HR_STANDING_NO_DATA, (double) NAN, HR_SEVERITY_NONE);
  g_assert_true (hr_alert_is_active (newest (fixture)));
  g_assert_cmpint (over (fixture, 60), ==, 0);
  tell_within (fixture, 61, 1);
  g_assert_false (hr_alert_is_active (newest (fixture)));
}

static void
test_no_data_ends_a_hold (Fixture      *fixture,
                          gconstpointer data)
{
  use_budget (fixture, HEADER RANKING "hold=2s\n", HR_UNIT_MILLISECONDS);
  tell_over (fixture, 1, 12);
  tell_source (fixture, "ranker", 2, HR_STANDING_NO_DATA, (double) NAN, HR_SEVERITY_NONE);
  tell_over (fixture, 3, 12);
  g_assert_cmpuint (fixture->n_raised, ==, 0);
}

static void
test_a_lost_source_is_dropped (Fixture      *fixture,
                               gconstpointer data)
{
  tell_over (fixture, 1, 12);
  tell_source (fixture, "other", 1, HR_STANDING_OVER, 12, HR_SEVERITY_LOW);
  g_assert_cmpuint (hr_alert_book_get_n_active (fixture->book, "ranker"), ==, 1);
  g_assert_cmpuint (hr_alert_book_get_n_active (fixture->book, NULL), ==, 2);

  hr_alert_book_drop (fixture->book, "ranker", UTC + 9 * G_USEC_PER_SEC);
  g_assert_cmpuint (fixture->n_cleared, ==, 1);
  g_assert_cmpuint (hr_alert_book_get_n_active (fixture->book, "ranker"), ==, 0);
  g_assert_cmpuint (hr_alert_book_get_n_active (fixture->book, "other"), ==, 1);
  g_assert_cmpint (over (fixture, 9), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->book)), ==, 2);
}

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  gpointer    mirror)
{
  for (guint i = 0; i < removed; i++)
    g_ptr_array_remove_index (mirror, position);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (mirror, (int) (position + i), g_list_model_get_item (model, position + i));
}

/* One alert stays active from the beginning; a thousand others come and go. */
static void
test_the_list_is_bounded (Fixture      *fixture,
                          gconstpointer data)
{
  g_autoptr (GPtrArray) mirror = g_ptr_array_new_with_free_func (g_object_unref);
  guint n;

  g_signal_connect (fixture->book, "items-changed", G_CALLBACK (items_changed_cb), mirror);
  tell_source (fixture, "first", 0, HR_STANDING_OVER, 12, HR_SEVERITY_LOW);
  for (int i = 1; i <= 1000; i++)
    {
      tell_over (fixture, 2 * i, 12);
      tell_within (fixture, 2 * i + 1, 1);
    }

  n = g_list_model_get_n_items (G_LIST_MODEL (fixture->book));
  g_assert_cmpuint (n, ==, HR_ALERT_BOOK_MAX);
  g_assert_cmpuint (mirror->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HrAlert) alert = g_list_model_get_item (G_LIST_MODEL (fixture->book), i);

      g_assert_true (alert == g_ptr_array_index (mirror, i));
      g_assert_true (hr_alert_is_active (alert) == (i == n - 1));
    }
  g_assert_cmpint (hr_alert_get_raised (newest (fixture)), ==, UTC + 2000 * (gint64) G_USEC_PER_SEC);
}

static void
test_active_alerts_outgrow_the_bound (Fixture      *fixture,
                                      gconstpointer data)
{
  for (int i = 0; i < HR_ALERT_BOOK_MAX + 20; i++)
    {
      g_autofree char *source = g_strdup_printf ("source %d", i);

      tell_source (fixture, source, i, HR_STANDING_OVER, 12, HR_SEVERITY_LOW);
    }
  g_assert_cmpuint (hr_alert_book_get_n_active (fixture->book, NULL), ==, HR_ALERT_BOOK_MAX + 20);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->book)), ==, HR_ALERT_BOOK_MAX + 20);
}

static void
test_the_type_follows_the_metric (Fixture      *fixture,
                                  gconstpointer data)
{
  static const struct
  {
    const char *metric;
    HrAlertType type;
  } cases[] = {
    { "memory_usage_mb", HR_ALERT_MEMORY },
    { "network_latency_ms", HR_ALERT_NETWORK },
    { "error_rate", HR_ALERT_API },
    { "cpu_usage", HR_ALERT_SYSTEM },
    { "ui_frame_time_ms", HR_ALERT_PERFORMANCE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf (HEADER "[%s]\nmetric=%s\nstatistic=mean\nlimit=1\n", cases[i].metric, cases[i].metric);

      use_budget (fixture, text, HR_UNIT_COUNT);
      tell_over (fixture, (double) i, 2);
      g_assert_cmpint (hr_alert_get_alert_type (newest (fixture)), ==, cases[i].type);
    }
}

static void
drop_cb (HrAlertBook *book,
         HrAlert     *alert,
         gpointer     data)
{
  g_assert_cmpuint (hr_alert_book_get_n_active (book, "ranker"), ==, 0);
  hr_alert_book_drop (book, "ranker", UTC);
}

static void
test_a_listener_may_drop_the_source (Fixture      *fixture,
                                     gconstpointer data)
{
  g_signal_connect (fixture->book, "cleared", G_CALLBACK (drop_cb), NULL);
  tell_over (fixture, 1, 12);
  tell_within (fixture, 2, 1);
  tell_over (fixture, 3, 12);
  hr_alert_book_drop (fixture->book, "ranker", UTC);
  g_assert_cmpuint (fixture->n_cleared, ==, 2);
}

#define ADD(path, function) g_test_add ("/alert/book/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("raise", test_a_breach_is_told_at_once);
  ADD ("worst", test_the_worst_is_kept);
  ADD ("hold", test_it_holds_before_it_raises);
  ADD ("hysteresis", test_it_clears_below_the_clear_share);
  ADD ("minimum", test_a_minimum_clears_above_it);
  ADD ("compliance", test_compliance_clears_towards_one);
  ADD ("ratio", test_a_ratio_near_one_can_clear);
  ADD ("no-data", test_no_data_clears_nothing);
  ADD ("no-data-hold", test_no_data_ends_a_hold);
  ADD ("drop", test_a_lost_source_is_dropped);
  ADD ("bounded", test_the_list_is_bounded);
  ADD ("all-active", test_active_alerts_outgrow_the_bound);
  ADD ("type", test_the_type_follows_the_metric);
  ADD ("listener", test_a_listener_may_drop_the_source);

  return g_test_run ();
}
