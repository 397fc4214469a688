/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/intake.h"

#include "engine/hub/stream.h"

struct _HrIntake
{
  HrSource *source;
  HrFeed   *feed;
  HrStream *stream;
  guint     generation; /* of the feed, as the stream knows it */
};

/* Makes an intake for @source whose first interval begins at @now_ns (monotonic). Returns: (transfer full) */
HrIntake *
hr_intake_new (HrSource *source,
               gint64    now_ns)
{
  HrIntake    *self = g_new0 (HrIntake, 1);
  HrStreamName name = { .epoch = 1 };

  for (guint i = 0; i < sizeof name.uuid; i++)
    name.uuid[i] = (guint8) g_random_int_range (0, 256);

  self->source = g_object_ref (source);
  self->feed = hr_feed_new (&name, hr_source_get_role (source), hr_source_get_name (source), now_ns);
  self->stream = hr_stream_new (source, &name);
  self->generation = hr_feed_get_generation (self->feed);

  return self;
}

/* Frees @self; what came of it stays in the source. NULL is accepted. */
void
hr_intake_free (HrIntake *self)
{
  if (self == NULL)
    return;

  hr_stream_free (self->stream);
  hr_feed_unref (self->feed);
  g_object_unref (self->source);
  g_free (self);
}

/* Returns: (transfer none): the source that is measured. */
HrSource *
hr_intake_get_source (HrIntake *self)
{
  return self->source;
}

/* Returns: (transfer none): where what is measured goes. */
HrFeed *
hr_intake_get_feed (HrIntake *self)
{
  return self->feed;
}

/* Ends an interval at @now_ns (monotonic; UTC @now_us). Returns: (transfer full) (nullable): its snapshot, to be appended to the source's
 * history; NULL when nothing was measured */
HrSnapshot *
hr_intake_cut (HrIntake *self,
               gint64    now_ns,
               gint64    now_us)
{
  const HrClockMap same_clock = { .known = TRUE };
  g_autoptr (HrSnapshot) snapshot = hr_feed_cut (self->feed, now_ns);

  if (snapshot == NULL)
    return NULL;

  if (self->generation != hr_feed_get_generation (self->feed))
    {
      self->generation = hr_feed_get_generation (self->feed);
      hr_stream_hello (self->stream, hr_feed_get_name (self->feed), hr_feed_get_metrics (self->feed), hr_feed_get_n_metrics (self->feed));
    }

  return hr_stream_snapshot (self->stream, snapshot, &same_clock, now_ns, now_us);
}

/* Begins the next interval at @now_ns: nobody measured since the last one. */
void
hr_intake_skip (HrIntake *self,
                gint64    now_ns)
{
  g_autoptr (HrSnapshot) dropped = NULL;

  hr_feed_note_sampling (self->feed, FALSE);
  dropped = hr_feed_cut (self->feed, now_ns);
  hr_feed_note_sampling (self->feed, TRUE);
}
