/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/regions.h"
#include "engine/probe/probe.h"
#include "engine/probe/reader.h"
#include "tests/folder.h"

#define SECOND ((gint64) HR_NS_PER_SECOND)

/* A folder of regions, the collector that follows them, and the time as it sees it. */
typedef struct
{
  char        *folder;
  GPtrArray   *feeds;
  HrCollector *collector;
  gint64       now_ns;
} Fixture;

static inline void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  fixture->folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  fixture->feeds = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_feed_unref);
  fixture->collector = hr_regions_new ("", fixture->folder, 7, HR_REGIONS_GRACE_NS);
  fixture->now_ns = (gint64) hr_clock_monotonic ();
}

static inline void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  fixture->collector->klass->free (fixture->collector);
  g_ptr_array_unref (fixture->feeds);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
}

/* One round, @ns after the last. */
static inline void
collect_after (Fixture *fixture,
               gint64   ns)
{
  g_autoptr (GError) error = NULL;

  fixture->now_ns += ns;
  g_assert_true (fixture->collector->klass->collect (fixture->collector, fixture->now_ns, fixture->feeds, &error));
  g_assert_no_error (error);
}

static inline HrSnapshot *
cut (Fixture *fixture,
     guint    feed)
{
  return hr_feed_cut (fixture->feeds->pdata[feed], fixture->now_ns);
}

static inline HrMetric
ranking_of (HrProbe *probe)
{
  return hr_probe_metric (probe, "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
}

/* Returns what @snapshot says of the metric called @name, NULL when it says nothing. */
static inline const HrSample *
sample_of (Fixture          *fixture,
           guint             feed,
           const HrSnapshot *snapshot,
           const char       *name)
{
  const HrMetricInfo *metrics = hr_feed_get_metrics (fixture->feeds->pdata[feed]);

  for (guint i = 0; snapshot != NULL && i < snapshot->n_samples; i++)
    if (g_str_equal (metrics[snapshot->samples[i].metric].name, name))
      return &snapshot->samples[i];

  return NULL;
}

#define ADD_CASE(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
