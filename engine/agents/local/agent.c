/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/local/agent.h"

#include "engine/agents/local/cadence.h"
#include "engine/agents/local/searches.h"
#include "engine/agents/local/session.h"
#include "engine/base/clock.h"
#include "engine/collect/overhead.h"
#include "engine/collect/pressure.h"
#include "engine/collect/process.h"
#include "engine/collect/regions.h"
#include "engine/collect/system.h"
#include "engine/collect/watches.h"

#include <string.h>

#define SHORTEST_INTERVAL_MS 10
#define LONGEST_INTERVAL_MS 60000
/* How often new programs are looked for while a link wants none of the streams there are. */
#define IDLE_INTERVAL_MS 1000

/* A stream that ended is kept so long, for links that were away just then; and so many of them. */
#define KEPT_NS (60 * (gint64) HR_NS_PER_SECOND)
#define MAX_KEPT 64

static const HrMetricInfo failing_metric = { "collectors_failing", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER };

struct _HrAgent
{
  HrCollectors *collectors;
  HrCollector  *watches; /* borrowed from @collectors */
  HrSearches   *searches;
  HrFeed       *computer;
  char         *detail;    /* of the computer, without its troubles */
  gint          n_failing; /* as measured last; -1: never */

  GPtrArray *feeds;    /* HrFeed, filled by the collectors */
  GPtrArray *streams;  /* HrStream, one a feed */
  GPtrArray *ended;    /* HrStream, the last ones that ended, oldest first */
  GPtrArray *sessions; /* HrSession */
  guint      n_streams_ever;

  gboolean self_timed;
  guint    interval_ms;
  GSource *timer; /* NULL while nobody listens */
  guint    timer_ms;
  guint    prune_source;
  guint    kept_source;
};

/* A program that is watched is there for those who asked for it. */
static void
announce_to (HrAgent   *self,
             HrSession *session,
             HrStream  *stream)
{
  if (hr_watches_concern (self->watches, stream->feed, session))
    hr_session_announce (session, stream);
}

static void
announce (HrAgent  *self,
          HrStream *stream)
{
  stream->announced = hr_feed_get_generation (stream->feed);
  for (guint i = 0; i < self->sessions->len; i++)
    announce_to (self, self->sessions->pdata[i], stream);
}

/* Feeds are only ever appended, and taken out together with their streams: the first ones have a stream each. */
static void
open_streams (HrAgent *self)
{
  for (guint i = self->streams->len; i < self->feeds->len; i++)
    {
      HrFeed   *feed = self->feeds->pdata[i];
      HrStream *stream = hr_stream_new (feed, ++self->n_streams_ever);

      hr_feed_set_interval (feed, self->interval_ms);
      g_ptr_array_add (self->streams, stream);
      announce (self, stream);
    }
}

/* A hello tells of new metrics before the first snapshot that uses them. */
static void
send_snapshot (HrAgent  *self,
               HrStream *stream,
               gint64    now_ns)
{
  g_autoptr (GBytes) packed = hr_stream_cut (stream, now_ns);

  if (stream->announced != hr_feed_get_generation (stream->feed))
    announce (self, stream);

  for (guint i = 0; packed != NULL && i < self->sessions->len; i++)
    hr_session_send_snapshot (self->sessions->pdata[i], stream, packed);
}

/* Drops the streams whose time is over. */
static void
drop_kept_streams (HrAgent *self,
                   gint64   now_ns)
{
  while (self->ended->len > 0 && now_ns - ((HrStream *) self->ended->pdata[0])->ended_ns >= KEPT_NS)
    g_ptr_array_remove_index (self->ended, 0);
}

/* An agent that nobody listens to has no rounds, and keeps nothing for ever either. */
static void
kept_cb (gpointer user_data)
{
  HrAgent *self = user_data;

  self->kept_source = 0;
  drop_kept_streams (self, (gint64) hr_clock_monotonic ());
  if (self->ended->len > 0)
    self->kept_source = g_timeout_add_once (KEPT_NS / HR_NS_PER_MS, kept_cb, self);
}

/* Keeps @stream for links that come back. @stream: (transfer full) */
static void
keep_stream (HrAgent  *self,
             HrStream *stream,
             gint64    now_ns)
{
  stream->ended_ns = now_ns;
  g_ptr_array_add (self->ended, stream);
  if (self->ended->len > MAX_KEPT)
    g_ptr_array_remove_index (self->ended, 0);
  if (self->self_timed && self->kept_source == 0)
    self->kept_source = g_timeout_add_once (KEPT_NS / HR_NS_PER_MS, kept_cb, self);
}

/* Says goodbye to what ended, and keeps it if @keep: a watch that ended because nobody wants it is not missed by anybody. */
static void
close_ended_streams (HrAgent *self,
                     gboolean keep,
                     gint64   now_ns)
{
  for (guint i = self->streams->len; i > 0; i--)
    {
      HrStream *stream = self->streams->pdata[i - 1];

      if (hr_feed_get_ended (stream->feed) == NULL)
        continue;
      for (guint k = 0; k < self->sessions->len; k++)
        hr_session_end_stream (self->sessions->pdata[k], stream);
      g_ptr_array_remove_index (self->feeds, i - 1);
      if (keep)
        keep_stream (self, g_ptr_array_steal_index (self->streams, i - 1), now_ns);
      else
        g_ptr_array_remove_index (self->streams, i - 1);
    }
}

/* What goes wrong in collecting stands below the computer's name, and as a number in its series. */
static void
report_failures (HrAgent *self)
{
  g_autofree char *troubles = hr_collectors_describe (self->collectors);
  g_autofree char *detail = g_strjoin (troubles != NULL ? " · " : "", self->detail, troubles, NULL);
  gint             n_failing = (gint) hr_collectors_get_n_failing (self->collectors);

  hr_feed_set_detail (self->computer, detail);
  if (n_failing != self->n_failing && hr_feed_get_sampling (self->computer))
    {
      hr_feed_measure (self->computer, &failing_metric, n_failing);
      self->n_failing = n_failing;
    }
}

/* Runs one round at @now_ns (monotonic): collects, and sends every stream's snapshot to whoever wants it. Streams that ended say so before new ones
 * open, so that one program's next run, or its probe, is seen to follow and not to stand beside it. */
void
hr_agent_tick (HrAgent *self,
               gint64   now_ns)
{
  guint n_open;

  drop_kept_streams (self, now_ns);
  hr_collectors_run (self->collectors, now_ns, self->feeds);
  report_failures (self);
  for (guint i = 0; i < self->streams->len; i++)
    send_snapshot (self, self->streams->pdata[i], now_ns);
  close_ended_streams (self, TRUE, now_ns);

  n_open = self->streams->len;
  open_streams (self);
  for (guint i = n_open; i < self->streams->len; i++)
    send_snapshot (self, self->streams->pdata[i], now_ns);
  close_ended_streams (self, TRUE, now_ns);
}

static gboolean
timer_cb (gpointer user_data)
{
  hr_agent_tick (user_data, (gint64) hr_clock_monotonic ());

  return G_SOURCE_CONTINUE;
}

/* Returns how often to wake now: 0, not at all, while nobody listens. */
static guint
wanted_interval (HrAgent *self)
{
  gboolean live = FALSE;

  for (guint i = 0; i < self->sessions->len; i++)
    {
      if (hr_session_is_subscribed (self->sessions->pdata[i]))
        return self->interval_ms;
      live = live || hr_session_is_live (self->sessions->pdata[i]);
    }

  return live ? MAX (self->interval_ms, IDLE_INTERVAL_MS) : 0;
}

static void
update_timer (HrAgent *self)
{
  guint wanted = self->self_timed ? wanted_interval (self) : 0;

  if (wanted == self->timer_ms)
    return;

  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  self->timer_ms = wanted;
  if (wanted == 0)
    return;

  self->timer = hr_cadence_source_new (wanted);
  g_source_set_callback (self->timer, timer_cb, self, NULL);
  g_source_set_static_name (self->timer, "[headroom] tick");
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

static gboolean
prune_cb (gpointer user_data)
{
  HrAgent *self = user_data;

  self->prune_source = 0;
  for (guint i = self->sessions->len; i > 0; i--)
    if (!hr_session_is_open (self->sessions->pdata[i - 1]))
      {
        hr_watches_leave (self->watches, self->sessions->pdata[i - 1]);
        hr_searches_leave (self->searches, self->sessions->pdata[i - 1]);
        g_ptr_array_remove_index (self->sessions, i - 1);
      }
  close_ended_streams (self, FALSE, 0);
  update_timer (self);

  return G_SOURCE_REMOVE;
}

static void
session_resumed_cb (HrSession *session,
                    gpointer   user_data)
{
  HrAgent *self = user_data;

  /* A program's last run says goodbye before its next one is there. */
  for (guint i = 0; i < self->ended->len; i++)
    hr_session_recall (session, self->ended->pdata[i]);
  for (guint i = 0; i < self->streams->len; i++)
    announce_to (self, session, self->streams->pdata[i]);
  update_timer (self);
}

/* A link may close while the sessions are walked, so it is taken out later. */
static void
session_closed_cb (HrSession *session,
                   gpointer   user_data)
{
  HrAgent *self = user_data;

  if (self->prune_source == 0)
    self->prune_source = g_idle_add (prune_cb, self);
}

static void
set_interval (HrAgent *self,
              guint    interval_ms)
{
  self->interval_ms = CLAMP (interval_ms, SHORTEST_INTERVAL_MS, LONGEST_INTERVAL_MS);
  for (guint i = 0; i < self->feeds->len; i++)
    hr_feed_set_interval (self->feeds->pdata[i], self->interval_ms);
}

static HrStream *
find_stream (HrAgent *self,
             guint    number)
{
  for (guint i = 0; i < self->streams->len; i++)
    if (((HrStream *) self->streams->pdata[i])->number == number)
      return self->streams->pdata[i];

  return NULL;
}

/* A command may be for a stream that ended while it was on its way; then there is nothing to do. */
static void
session_control_cb (HrSession       *session,
                    guint            number,
                    const HrControl *control,
                    gpointer         user_data)
{
  HrAgent  *self = user_data;
  HrStream *stream = find_stream (self, number);

  if (control->interval_ms > 0)
    set_interval (self, control->interval_ms);

  if (stream != NULL && hr_watches_concern (self->watches, stream->feed, session))
    {
      if (control->sampling != HR_SWITCH_UNCHANGED)
        hr_feed_set_sampling (stream->feed, control->sampling == HR_SWITCH_ON);
      if (control->cleanup)
        hr_feed_request_cleanup (stream->feed);
      if (stream->announced != hr_feed_get_generation (stream->feed))
        announce (self, stream);
      if (control->subscribed != HR_SWITCH_UNCHANGED)
        hr_session_subscribe (session, stream, control->subscribed == HR_SWITCH_ON);
    }
  update_timer (self);
}

static void
session_search_cb (HrSession  *session,
                   guint       request,
                   const char *text,
                   guint       limit,
                   gpointer    user_data)
{
  HrAgent *self = user_data;

  hr_searches_add (self->searches, session, request, text, limit);
}

/* A program is marked by how it is measured already. */
static void
searches_found_cb (gpointer   owner,
                   guint      request,
                   GPtrArray *programs,
                   guint      n_more,
                   gpointer   user_data)
{
  HrAgent *self = user_data;

  for (guint i = 0; i < programs->len; i++)
    {
      HrProgram *program = programs->pdata[i];

      program->instrumented = hr_watches_is_instrumented (self->watches, self->feeds, program->pid, program->start_time);
      program->watched = hr_watches_has (self->watches, program->pid, program->start_time, owner);
    }
  hr_session_tell_found (owner, request, programs, n_more);
}

/* The stream may be there already, because another session watches the program too, and go on when this one has left. */
static void
session_watch_cb (HrSession *session,
                  guint64    pid,
                  guint64    start_time,
                  gboolean   watched,
                  gpointer   user_data)
{
  HrAgent *self = user_data;
  g_autoptr (GError) error = NULL;
  gint64 now_ns = (gint64) hr_clock_monotonic ();

  if (!watched)
    hr_watches_end (self->watches, pid, start_time, session);
  else if (!hr_watches_begin (self->watches, self->feeds, pid, start_time, session, hr_clock_realtime (), now_ns, &error))
    hr_session_refuse (session, pid, error->message);

  open_streams (self);
  for (guint i = 0; i < self->streams->len; i++)
    {
      HrStream *stream = self->streams->pdata[i];

      if (hr_feed_get_pid (stream->feed) != pid)
        continue;
      if (!hr_watches_concern (self->watches, stream->feed, session))
        hr_session_end_stream (session, stream);
      else if (!hr_session_has_stream (session, stream))
        hr_session_announce (session, stream);
    }
  close_ended_streams (self, FALSE, 0);
  update_timer (self);
}

/* Finds the feed of an instance, which may have ended. */
static HrFeed *
find_instance (HrAgent      *self,
               HrSession    *session,
               const guint8 *uuid)
{
  GPtrArray *const lists[] = { self->streams, self->ended };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (guint k = 0; k < lists[i]->len; k++)
      {
        HrFeed *feed = ((HrStream *) lists[i]->pdata[k])->feed;

        if (memcmp (hr_feed_get_name (feed)->uuid, uuid, sizeof hr_feed_get_name (feed)->uuid) == 0 &&
            hr_watches_concern (self->watches, feed, session))
          return feed;
      }

  return NULL;
}

/* A page at a time: whoever asks comes again for the next, so that nothing piles up on the link. */
static void
session_query_cb (HrSession           *session,
                  const HrRecordQuery *query,
                  const guint8        *uuid,
                  guint                request,
                  gpointer             user_data)
{
  HrFeed      *feed = find_instance (user_data, session, uuid);
  HrRecordPage page = { 0 };

  if (feed != NULL && hr_record_page_init (&page, HR_RECORDS_LIMIT + 1) && hr_feed_read_records (feed, query, &page))
    hr_session_tell_records (session, request, &page);
  else
    hr_session_tell_records (session, request, NULL);
  hr_record_page_clear (&page);
}

/* Serves @link from now on; its session ends with it. */
void
hr_agent_add_link (HrAgent *self,
                   HrLink  *link)
{
  static const HrSessionEvents events = { session_resumed_cb, session_control_cb, session_search_cb, session_watch_cb, session_query_cb, session_closed_cb };

  g_ptr_array_add (self->sessions, hr_session_new (link, &events, self));
}

/* Returns how many links are served. */
guint
hr_agent_get_n_sessions (const HrAgent *self)
{
  guint n_open = 0;

  for (guint i = 0; i < self->sessions->len; i++)
    n_open += hr_session_is_open (self->sessions->pdata[i]);

  return n_open;
}

/* Returns how often snapshots are cut, in milliseconds. */
guint
hr_agent_get_interval (const HrAgent *self)
{
  return self->interval_ms;
}

/* Returns whether the agent wakes by itself now: only while somebody listens. */
gboolean
hr_agent_is_awake (const HrAgent *self)
{
  return self->timer != NULL;
}

/* Creates an agent around @collectors (transfer full), which fill @computer and add feeds of their own; it adds those of programs that are
 * watched. @interval_ms 0: the agent never
 * wakes by itself, the caller ticks. */
HrAgent *
hr_agent_new (HrCollectors *collectors,
              HrFeed       *computer,
              guint         interval_ms)
{
  HrAgent *self = g_new0 (HrAgent, 1);
  g_autoptr (HrUsers) users = hr_users_new ();

  self->collectors = collectors;
  self->computer = hr_feed_ref (computer);
  self->detail = g_strdup (hr_feed_get_detail (computer));
  self->n_failing = -1;
  self->feeds = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_feed_unref);
  self->streams = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_stream_free);
  self->ended = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_stream_free);
  self->sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_session_free);
  self->self_timed = interval_ms > 0;
  self->interval_ms = interval_ms > 0 ? CLAMP (interval_ms, SHORTEST_INTERVAL_MS, LONGEST_INTERVAL_MS) : HR_AGENT_INTERVAL_MS;
  self->watches = hr_watches_new ("", users, hr_feed_get_name (computer));
  hr_collectors_add (collectors, self->watches);
  self->searches = hr_searches_new ("", users, searches_found_cb, self);
  g_ptr_array_add (self->feeds, hr_feed_ref (computer));
  open_streams (self);

  return self;
}

/* Creates the agent of this computer and of the programs whose regions are in @folder (NULL: the runtime folder). Its
 * epoch is now. */
HrAgent *
hr_agent_new_for_computer (const char *folder,
                           guint       interval_ms)
{
  guint64       epoch = hr_clock_realtime ();
  HrCollectors *collectors = hr_collectors_new ();
  g_autoptr (HrFeed) computer = hr_system_feed_new ("", epoch, (gint64) hr_clock_monotonic ());

  hr_collectors_add (collectors, hr_system_new ("", computer));
  hr_collectors_add (collectors, hr_regions_new ("", folder, epoch, HR_REGIONS_GRACE_NS));
  hr_collectors_add (collectors, hr_pressure_new ("", computer));
  hr_collectors_add (collectors, hr_process_new (""));
  hr_collectors_add (collectors, hr_overhead_new (computer));

  return hr_agent_new (collectors, computer, interval_ms);
}

/* Closes all links and frees the agent. Accepts NULL. */
void
hr_agent_free (HrAgent *self)
{
  if (self == NULL)
    return;

  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  hr_searches_free (self->searches);
  g_ptr_array_unref (self->sessions);
  g_clear_handle_id (&self->prune_source, g_source_remove);
  g_clear_handle_id (&self->kept_source, g_source_remove);
  g_ptr_array_unref (self->streams);
  g_ptr_array_unref (self->ended);
  hr_collectors_free (self->collectors);
  g_ptr_array_unref (self->feeds);
  hr_feed_unref (self->computer);
  g_free (self->detail);
  g_free (self);
}
