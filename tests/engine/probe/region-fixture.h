/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/region.h"
#include "engine/probe/probe.h"
#include "engine/probe/reader.h"
#include "tests/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A folder of regions that a case has for itself. */
typedef struct
{
  char *folder;
} Fixture;

static inline void
fixture_set_up (Fixture      *self,
                gconstpointer data)
{
  self->folder = g_dir_make_tmp ("headroom-probe-XXXXXX", NULL);
  g_assert_nonnull (self->folder);
}

static inline void
fixture_tear_down (Fixture      *self,
                   gconstpointer data)
{
  empty_folder (self->folder);
  g_rmdir (self->folder);
  g_free (self->folder);
}

#define ADD_CASE(path, function) g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

static inline HrProbe *
open_probe (Fixture *fixture)
{
  HrProbe *probe = hr_probe_open_in (fixture->folder, "test");

  g_assert_cmpstr (hr_probe_error (probe), ==, NULL);
  g_assert_nonnull (hr_probe_path (probe));

  return probe;
}

/* Opens a probe that can have no region at all. */
static inline HrProbe *
open_no_op (Fixture *fixture)
{
  struct rlimit before, none;
  HrProbe      *probe;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  none = (struct rlimit){ 0, before.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  probe = hr_probe_open_in (fixture->folder, "test");
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_nonnull (hr_probe_error (probe));

  return probe;
}

static inline HrRegionReader *
open_reader (const char *path)
{
  HrRegionReader *reader = NULL;

  g_assert_cmpint (hr_region_reader_open (path, &reader), ==, HR_REGION_OK);

  return reader;
}

/* Returns what the metric has come to so far. */
static inline HrRegionTotals
read_totals (HrRegionReader *reader,
             HrMetric        metric)
{
  HrRegionTotals totals;

  g_assert_true (hr_region_reader_totals (reader, metric, &totals));

  return totals;
}

/* Returns what the metric has come to in the region at @path. */
static inline HrRegionTotals
totals_in (const char *path,
           HrMetric    metric)
{
  HrRegionReader *reader = open_reader (path);
  HrRegionTotals  totals = read_totals (reader, metric);

  hr_region_reader_close (reader);

  return totals;
}

static inline HrMetric
add_duration (HrProbe    *probe,
              const char *name)
{
  return hr_probe_metric (probe, name, HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
}

static inline HrMetric
add_counter (HrProbe    *probe,
             const char *name)
{
  return hr_probe_metric (probe, name, HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_HIGHER);
}

static inline HrMetric
add_gauge (HrProbe    *probe,
           const char *name)
{
  return hr_probe_metric (probe, name, HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER);
}

static inline void
wait_for_success (pid_t child)
{
  int status;

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

/* Puts a small file system where the fixture's folder is. Returns false, with the test skipped, without the right to do
 * so. In a name space of our own the mount goes with us. */
static inline bool
mount_small (Fixture    *fixture,
             const char *size)
{
  if (unshare (CLONE_NEWNS) < 0 || mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
      mount ("tmpfs", fixture->folder, "tmpfs", 0, size) < 0)
    {
      g_test_skip ("needs the right to mount");
      return false;
    }
  g_assert_cmpint (chmod (fixture->folder, 0700), ==, 0);

  return true;
}

static inline void
ignore_record_cb (const HrRegionRecord *record,
                  void                 *user_data)
{
}

static inline void
keep_record_cb (const HrRegionRecord *record,
                void                 *user_data)
{
  g_array_append_vals ((GArray *) user_data, record, 1);
}
