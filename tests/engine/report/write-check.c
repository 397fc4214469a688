/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Writes one check in one format, for test-check.py to read back: write-check FORMAT COMMAND-STATUS [kept]. Names are as odd as contracts
 * and programs may make them. */

#include "engine/report/check-format.h"

#include "tests/engine/budget/feed.h"

#include <stdio.h>
#include <stdlib.h>

#define SECOND ((gint64) HR_NS_PER_SECOND)
/* 2026-03-01, 12 o'clock, in nanoseconds. */
#define BEGIN (G_GINT64_CONSTANT (1772366400) * SECOND)

#define CONTRACT                                                                                                          \
  "[contract]\nname=Odd | \"name\" <b> & 100 %, a:b\nversion=1\n"                                                         \
  "[slow, \"one\" <&> | 'x' 100 %: *y*]\nmetric=thompson_duration_ms\nstatistic=mean\nlimit=10\nhold=1s\nrequired=true\n" \
  "[worst]\nmetric=thompson_duration_ms\nstatistic=max\nlimit=1000\n"                                                     \
  "[share]\nmetric=thompson_duration_ms\nstatistic=compliance\nof=20\nminimum=0.95\nalert=0.90\n"                         \
  "[tail]\nmetric=thompson_duration_ms\nstatistic=p99.9\nlimit=1000\n"                                                    \
  "[never\t\\]\nmetric=Security, Operations\nunit=ms\nstatistic=mean\nlimit=5\nrequired=true\n"                           \
  "[hits]\nmetric=cache_hit_rate\nstatistic=last\nminimum=0.4\n"

/* @n snapshots: two seconds of @ms a job, after which the cache hits half of the time. */
static void
feed (HrAssessment *assessment,
      const char   *source,
      guint         n,
      double        ms)
{
  g_autoptr (HrHistory) history = hr_history_new ();
  HrContract *contract = hr_assessment_get_contract (assessment);
  guint       ranking = feed_metric (history, "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS);
  guint       hits = feed_metric (history, "cache_hit_rate", HR_KIND_RATIO, HR_UNIT_RATIO);
  g_auto (HrVerdict) verdict = { 0 };

  for (guint i = 0; i < n; i++)
    {
      gint64      now_ns = BEGIN + (i + 1) * FEED_INTERVAL_NS;
      HrSnapshot *snapshot;

      if (i < 20)
        feed_durations (history, ranking, now_ns, 10, ms, 0, ms);
      else
        feed_value (history, hits, now_ns, 0.5);
      snapshot = hr_history_get_snapshot (history, i);
      hr_verdict_judge (&verdict, contract, source, history, now_ns);
      hr_assessment_add (assessment, source, history, snapshot, &verdict);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (HrContract) contract = feed_contract (CONTRACT);
  g_autoptr (HrAssessment) assessment = hr_assessment_new (contract);
  g_autofree char *text = NULL;

  if (argc < 3)
    return EXIT_FAILURE;

  if (argc == 3)
    feed (assessment, "ranker | \"1\",\n<x>\x1b[31m&", 30, 14.25);
  feed (assessment, "another", 30, 2);
  feed (assessment, "brief", 5, 2);
  text = hr_check_format (assessment, (HrCheckFormat) atoi (argv[1]), "odd, 100 %: \"<file>\".ini", atoi (argv[2]));
  fputs (text, stdout);

  return EXIT_SUCCESS;
}
