/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/follower.h"

#include "engine/collect/programs.h"
#include "engine/probe/intervals.h"

/* What the records of one program may take: the last 35 s of some 17 000 a second. */
#define KEEPER_BYTES (4 << 20)

struct _HrFollower
{
  HrRegionReader *reader;
  HrFeed         *feed;
  HrIntervals    *intervals;
};

static void
set_sampling (gpointer owner,
              gboolean sampling)
{
  HrFollower *self = owner;

  hr_region_reader_set_sampling (self->reader, sampling);
}

static void
set_interval (gpointer owner,
              guint    interval_ms)
{
  HrFollower *self = owner;

  hr_region_reader_set_interval (self->reader, interval_ms);
}

static void
request_cleanup (gpointer owner)
{
  HrFollower *self = owner;

  hr_region_reader_request_cleanup (self->reader);
}

static const HrFeedControls controls = { set_sampling, set_interval, request_cleanup };

static uint32_t
sink_metric (void               *user_data,
             const HrMetricInfo *metric)
{
  return hr_feed_add_metric (((HrFollower *) user_data)->feed, metric);
}

static void
sink_add (void           *user_data,
          const HrSample *sample)
{
  hr_feed_add (((HrFollower *) user_data)->feed, sample);
}

static void
sink_preload (void           *user_data,
              const HrSample *sample)
{
  hr_feed_preload (((HrFollower *) user_data)->feed, sample);
}

/* Looks at the region again, at @now_ns (monotonic): adds what it counted since the last time to the feed. Returns
 * FALSE, the feed ended, when the program is gone or its file was damaged. */
gboolean
hr_follower_collect (HrFollower *self,
                     gint64      now_ns)
{
  /* Asked before the last look, so that nothing written before the end is missed. */
  gboolean       alive = hr_region_reader_alive (self->reader);
  HrRegionStatus status;

  hr_feed_add_lost (self->feed, hr_intervals_collect (self->intervals, now_ns));
  hr_feed_note_sampling (self->feed, hr_intervals_get_sampling (self->intervals));

  status = hr_region_reader_status (self->reader);
  if (status != HR_REGION_OK)
    hr_feed_end (self->feed, hr_region_status_text (status));
  else if (!alive)
    hr_feed_end (self->feed, "the program ended");

  return status == HR_REGION_OK && alive;
}

/* Returns (transfer none) the feed that is filled. */
HrFeed *
hr_follower_get_feed (HrFollower *self)
{
  return self->feed;
}

/* Says which process it is. The header tells the number that it has to itself, in a sandbox another one than here; a program that cannot be
 * told from others has none, and is measured by its probe alone. One that has ended already is known by what it said of itself. */
static void
identify (HrFollower *self,
          const char *root,
          const char *file)
{
  const HrRegionHeader *header = hr_region_reader_header (self->reader);
  guint64               pid = hr_programs_locate (root, header->pid, header->pid_start_time, file);
  g_autofree char      *detail = NULL;

  if (pid == 0 && !hr_region_reader_alive (self->reader))
    pid = header->pid;

  if (pid != 0)
    detail = g_strdup_printf ("pid %" G_GUINT64_FORMAT, pid);
  else
    detail = g_strdup_printf ("pid %u by its own count", header->pid);
  hr_feed_set_detail (self->feed, detail);
  hr_feed_set_process (self->feed, pid, header->pid_start_time);
}

/* Follows the region behind @reader (transfer full), whose file is called @file, as a stream of @epoch whose first interval begins at
 * @begin_ns; its records are kept for a while as far as @budget (nullable) goes. With @preload, what the region has counted until now stands in
 * the feed's totals and in no snapshot. @root: "" or a folder that stands for /. */
HrFollower *
hr_follower_new (HrRegionReader *reader,
                 const char     *root,
                 const char     *file,
                 HrKeeperBudget *budget,
                 guint64         epoch,
                 gint64          begin_ns,
                 gboolean        preload)
{
  const HrRegionHeader *header = hr_region_reader_header (reader);
  HrFollower           *self = g_new0 (HrFollower, 1);
  const HrSampleSink    sink = { sink_metric, sink_add, sink_preload, self };
  g_autofree char      *title = g_utf8_make_valid (header->name, -1);
  HrRecordKeeper       *keeper = hr_record_keeper_new (KEEPER_BYTES, budget, HR_KEEPER_REACH_NS, begin_ns);
  HrStreamName          name = { .epoch = epoch };

  memcpy (name.uuid, header->uuid, sizeof name.uuid);
  self->reader = reader;
  self->feed = hr_feed_new (&name, HR_SOURCE_PROCESS, title, begin_ns);
  identify (self, root, file);
  hr_feed_set_controls (self->feed, &controls, self);
  hr_feed_set_keeper (self->feed, keeper);

  self->intervals = hr_intervals_new (reader, &sink, begin_ns);
  if (self->intervals == NULL)
    g_error ("out of memory for the intervals of “%s”", title);
  hr_intervals_set_keeper (self->intervals, keeper);
  if (preload)
    {
      hr_intervals_skip (self->intervals, begin_ns);
      hr_feed_note_sampling (self->feed, hr_intervals_get_sampling (self->intervals));
    }

  return self;
}

/* Stops following. The feed stays with whoever holds it. Accepts NULL. */
void
hr_follower_free (HrFollower *self)
{
  if (self == NULL)
    return;

  hr_feed_set_controls (self->feed, NULL, NULL);
  hr_intervals_free (self->intervals);
  hr_feed_unref (self->feed);
  hr_region_reader_close (self->reader);
  g_free (self);
}
