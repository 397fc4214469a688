/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/event-log.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

typedef struct
{
  HrEventLog *log;
  HrHistory  *histories[2]; /* of "ranker" and "atlas" */
} Fixture;

static const char *const names[] = { "ranker", "atlas" };

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->log = hr_event_log_new ();
  fixture->histories[0] = hr_history_new ();
  fixture->histories[1] = hr_history_new ();
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  hr_event_log_free (fixture->log);
  hr_history_free (fixture->histories[0]);
  hr_history_free (fixture->histories[1]);
}

/* Lets @metric of source number @source happen @count times before @time_us. */
static gboolean
happen (Fixture    *fixture,
        guint       source,
        const char *metric,
        HrKind      kind,
        gint64      time_us,
        guint64     count,
        gboolean    unwatched)
{
  HrMetricInfo info = { metric, kind, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
  HrSample     sample = { hr_history_add_metric (fixture->histories[source], &info), count, (double) count, 1, 1, 1 };
  HrSnapshot   head = { .sequence = 1, .end_ns = time_us * 1000, .interval_ns = HR_NS_PER_SECOND, .time_us = time_us, .catch_up = unwatched };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&head, &sample, 1);

  return hr_event_log_add (fixture->log, names[source], fixture->histories[source], snapshot);
}

static void
event (Fixture    *fixture,
       guint       source,
       const char *metric,
       gint64      time_us,
       guint64     count)
{
  g_assert_true (happen (fixture, source, metric, HR_KIND_EVENT, time_us, count, FALSE));
}

static void
test_newest_first (Fixture      *fixture,
                   gconstpointer data)
{
  HrEvent events[10];

  event (fixture, 0, "full", 10 * SECOND, 3);
  event (fixture, 1, "pressure", 12 * SECOND, 1);
  event (fixture, 0, "flushed", 14 * SECOND, 2);

  g_assert_cmpuint (hr_event_log_read (fixture->log, "ranker", "atlas", events, 10), ==, 3);
  g_assert_cmpstr (events[0].name, ==, "flushed");
  g_assert_cmpuint (events[0].count, ==, 2);
  g_assert_cmpint (events[0].time_us, ==, 14 * SECOND);
  g_assert_cmpstr (events[1].name, ==, "pressure");
  g_assert_cmpstr (events[1].source, ==, "atlas");
  g_assert_cmpstr (events[2].name, ==, "full");

  g_assert_cmpuint (hr_event_log_read (fixture->log, "ranker", "atlas", events, 2), ==, 2);
  g_assert_cmpstr (events[1].name, ==, "pressure");
  g_assert_cmpuint (hr_event_log_read (fixture->log, "atlas", NULL, events, 10), ==, 1);
  g_assert_cmpuint (hr_event_log_read (fixture->log, "nobody", NULL, events, 10), ==, 0);
}

/* A burst is one line, which stands where it ended. */
static void
test_burst (Fixture      *fixture,
            gconstpointer data)
{
  HrEvent events[10];

  event (fixture, 0, "full", 10 * SECOND, 1);
  event (fixture, 0, "flushed", 10 * SECOND + SECOND / 2, 1);
  event (fixture, 0, "full", 11 * SECOND, 2);
  event (fixture, 0, "full", 12 * SECOND, 4);
  event (fixture, 0, "full", 13 * SECOND + 1, 8);

  g_assert_cmpuint (hr_event_log_read (fixture->log, "ranker", NULL, events, 10), ==, 3);
  g_assert_cmpuint (events[0].count, ==, 8);
  g_assert_cmpuint (events[1].count, ==, 7);
  g_assert_cmpint (events[1].time_us, ==, 12 * SECOND);
  g_assert_cmpstr (events[2].name, ==, "flushed");
}

static void
test_unwatched_stays_apart (Fixture      *fixture,
                            gconstpointer data)
{
  HrEvent events[10];

  g_assert_true (happen (fixture, 0, "full", HR_KIND_EVENT, 10 * SECOND, 500, TRUE));
  event (fixture, 0, "full", 10 * SECOND + 1, 1);

  g_assert_cmpuint (hr_event_log_read (fixture->log, "ranker", NULL, events, 10), ==, 2);
  g_assert_false (events[0].unwatched);
  g_assert_cmpuint (events[0].count, ==, 1);
  g_assert_true (events[1].unwatched);
  g_assert_cmpuint (events[1].count, ==, 500);
}

/* However long it runs, and whoever else is noisy. */
static void
test_bounded (Fixture      *fixture,
              gconstpointer data)
{
  HrEvent events[2 * HR_EVENT_LOG_KEPT];

  event (fixture, 1, "pressure", SECOND, 1);
  for (guint i = 0; i < 3 * HR_EVENT_LOG_KEPT; i++)
    event (fixture, 0, "full", (10 + 2 * i) * SECOND, i + 1);

  g_assert_cmpuint (hr_event_log_read (fixture->log, "ranker", "atlas", events, G_N_ELEMENTS (events)), ==, HR_EVENT_LOG_KEPT + 1);
  g_assert_cmpuint (events[0].count, ==, 3 * HR_EVENT_LOG_KEPT);
  g_assert_cmpuint (events[HR_EVENT_LOG_KEPT - 1].count, ==, 2 * HR_EVENT_LOG_KEPT + 1);
  g_assert_cmpstr (events[HR_EVENT_LOG_KEPT].name, ==, "pressure");
}

static void
test_other_kinds (Fixture      *fixture,
                  gconstpointer data)
{
  HrEvent events[1];

  g_assert_false (happen (fixture, 0, "jobs", HR_KIND_COUNTER, SECOND, 1, FALSE));
  g_assert_false (hr_history_has_events (fixture->histories[0]));
  g_assert_cmpuint (hr_event_log_read (fixture->log, "ranker", NULL, events, 1), ==, 0);

  event (fixture, 0, "full", SECOND, 1);
  g_assert_true (hr_history_has_events (fixture->histories[0]));
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *path;
    void (*run) (Fixture      *fixture,
                 gconstpointer data);
  } cases[] = {
    { "/event-log/newest-first", test_newest_first },
    { "/event-log/burst", test_burst },
    { "/event-log/unwatched-stays-apart", test_unwatched_stays_apart },
    { "/event-log/bounded", test_bounded },
    { "/event-log/other-kinds", test_other_kinds },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Fixture, NULL, set_up, cases[i].run, tear_down);

  return g_test_run ();
}
