/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/peer-private.h"

#include "engine/base/clock.h"

#include <glib/gi18n-lib.h>

/* Adds @more to what is known of how well the link of @source goes. */
void
hr_peer_count (HrSource            *source,
               const HrLinkQuality *more)
{
  HrLinkQuality quality = *hr_source_get_quality (source);

  quality.n_snapshots += more->n_snapshots;
  quality.n_lost_records += more->n_lost_records;
  quality.n_catch_ups += more->n_catch_ups;
  quality.n_resent += more->n_resent;
  quality.n_links += more->n_links;
  hr_source_set_quality (source, &quality);
}

/* Counts for @source, and for its origin, which stands for the whole link. */
static void
count_both (HrPeer              *self,
            HrSource            *source,
            const HrLinkQuality *more)
{
  hr_peer_count (source, more);
  if (source != hr_peer_get_origin (self))
    hr_peer_count (hr_peer_get_origin (self), more);
}

/* The computer's own name is better than the address by which it was found, as long as it is nobody else's. */
static void
name_origin (HrPeer     *self,
             const char *title)
{
  if (self->named || !hr_names_is_free (self->names, title))
    return;

  self->named = TRUE;
  hr_peer_set_name (self, title);
}

/* An instance that is not followed: its source was removed, or there are too many. It need not be sent either. */
static void
refuse_hello (HrPeer          *self,
              const HrMessage *hello)
{
  HrMessage message = { .type = HR_MESSAGE_CONTROL, .stream = hello->stream, .control.subscribed = HR_SWITCH_OFF };
  HrSource *origin = hr_peer_get_origin (self);

  hr_peer_send (self, &message);
  if (hr_roster_get_n_sources (self->roster) < HR_ROSTER_MAX_SOURCES || self->crowded)
    return;

  self->crowded = TRUE;
  hr_peer_set_link_state (self, origin, hr_source_get_state (origin), hr_source_get_message (origin));
}

static void
take_hello (HrPeer          *self,
            const HrMessage *message)
{
  HrStream *stream = hr_roster_take_hello (self->roster, message);
  g_autoptr (HrSource) source = stream != NULL ? g_object_ref (hr_stream_get_source (stream)) : NULL;

  if (source == NULL)
    {
      refuse_hello (self, message);
      return;
    }

  if (source == hr_peer_get_origin (self))
    name_origin (self, message->hello.title);
  hr_source_set_pid (source, message->hello.pid);
  hr_source_set_detail (source, message->hello.detail);

  if (!hr_roster_is_wanted (self->roster, source))
    hr_peer_send_control (self, source, (HrControl){ .subscribed = HR_SWITCH_OFF });
  else if (!message->hello.sampling)
    hr_peer_set_link_state (self, source, HR_SOURCE_STOPPED, _ ("Sampling is stopped"));
  else if (hr_source_get_state (source) != HR_SOURCE_CONNECTED)
    hr_peer_set_link_state (self, source, HR_SOURCE_CONNECTING, NULL);
}

/* How the clock of a stream's numbers stands: as this link has told, or before it could tell, as the link before it did. */
static const HrClockMap *
clock_of (HrPeer   *self,
          HrStream *stream)
{
  return !self->clock.known && hr_stream_is_resumed (stream) ? &self->old_clock : &self->clock;
}

static void
count_snapshot (HrPeer           *self,
                HrSource         *source,
                const HrSnapshot *snapshot,
                gboolean          begun)
{
  HrLinkQuality more = {
    .n_snapshots = !snapshot->catch_up,
    .n_lost_records = snapshot->lost,
    .n_catch_ups = snapshot->catch_up && begun,
    .n_resent = !snapshot->catch_up && snapshot->end_ns < self->opened_ns,
  };

  count_both (self, source, &more);
}

static void
take_numbers (HrPeer          *self,
              const HrMessage *message)
{
  HrStream *stream = hr_roster_find_stream (self->roster, message->stream);
  gboolean  begun = stream != NULL && hr_stream_is_begun (stream);
  gint64    now_ns = (gint64) hr_clock_monotonic ();
  gint64    now_us = g_get_real_time ();

  g_autoptr (HrSource) source = stream != NULL ? g_object_ref (hr_stream_get_source (stream)) : NULL;
  g_autoptr (HrSnapshot) snapshot = NULL;

  if (source == NULL || !hr_roster_is_wanted (self->roster, source))
    return;

  if (message->type == HR_MESSAGE_TOTALS)
    snapshot = hr_stream_totals (stream, message->snapshot, message->n_left, clock_of (self, stream), now_ns, now_us);
  else
    snapshot = hr_stream_snapshot (stream, message->snapshot, clock_of (self, stream), now_ns, now_us);
  if (snapshot == NULL)
    return;

  count_snapshot (self, source, snapshot, begun);
  if (hr_source_get_state (source) != HR_SOURCE_STOPPED && !snapshot->catch_up)
    hr_peer_set_link_state (self, source, HR_SOURCE_CONNECTED, NULL);
  hr_peer_append (self, source, snapshot);
}

/* A program of which another run is there goes on. */
static void
take_goodbye (HrPeer          *self,
              const HrMessage *message)
{
  HrStream *stream = hr_roster_find_stream (self->roster, message->stream);
  HrSource *source = stream != NULL ? hr_stream_get_source (stream) : NULL;

  if (stream == NULL)
    return;

  hr_roster_end_stream (self->roster, message->stream);
  if (hr_roster_is_live (self->roster, source))
    return;

  hr_requests_leave (self->requests, NULL, hr_source_get_pid (source));
  if (hr_roster_is_wanted (self->roster, source))
    hr_peer_set_link_state (self, source, HR_SOURCE_LOST, message->reason);
}

/* An answer to a question that this link did not ask teaches nothing. */
static void
take_pong (HrPeer          *self,
           const HrMessage *message)
{
  gint64 sent_ns = message->ping.sent_ns;

  if (sent_ns < self->opened_ns || sent_ns > self->heard_ns)
    return;

  hr_clock_map_learn (&self->clock, sent_ns, self->heard_ns, message->ping.monotonic_ns);
  for (guint i = 0; i < hr_roster_get_n_sources (self->roster); i++)
    {
      HrSource     *source = hr_roster_get_source (self->roster, i);
      HrLinkQuality quality = *hr_source_get_quality (source);

      quality.round_trip_ns = self->heard_ns - sent_ns;
      quality.best_round_trip_ns = self->clock.round_trip_ns;
      quality.clock_error_ns = hr_clock_map_error (&self->clock);
      hr_source_set_quality (source, &quality);
    }

  /* An agent that measures its program alone answers for the place where that is. */
  if (!hr_roster_is_live (self->roster, hr_peer_get_origin (self)))
    hr_peer_set_link_state (self, hr_peer_get_origin (self), HR_SOURCE_CONNECTED, NULL);
}

static void
take_refusal (HrPeer          *self,
              const HrMessage *message)
{
  if (hr_requests_take_refusal (self->requests, message->refusal.pid))
    hr_peer_tell_refused (self, message->refusal.pid, message->refusal.reason);
}

/* The first word shows that there is an agent at the other end. */
static void
note_heard (HrPeer *self)
{
  self->heard_ns = (gint64) hr_clock_monotonic ();
  self->n_silent_ticks = 0;
  if (self->heard)
    return;

  self->heard = TRUE;
  hr_peer_set_trouble (self, NULL);
}

static void
connector_message_cb (HrConnector     *connector,
                      const HrMessage *message,
                      HrPeer          *self)
{
  g_autoptr (HrPeer) alive G_GNUC_UNUSED = g_object_ref (self);

  note_heard (self);
  switch (message->type)
    {
    case HR_MESSAGE_HELLO:
      take_hello (self, message);
      hr_peer_go_on_fetching (self);
      break;
    case HR_MESSAGE_SNAPSHOT:
    case HR_MESSAGE_TOTALS:
      take_numbers (self, message);
      break;
    case HR_MESSAGE_GOODBYE:
      take_goodbye (self, message);
      break;
    case HR_MESSAGE_PONG:
      take_pong (self, message);
      hr_peer_go_on_fetching (self);
      break;
    case HR_MESSAGE_PING:
      hr_peer_send (self, &(HrMessage){ .type = HR_MESSAGE_PONG,
                                        .ping = { message->ping.sent_ns, self->heard_ns, (gint64) hr_clock_realtime () } });
      break;
    case HR_MESSAGE_FOUND:
      hr_requests_take_found (self->requests, message);
      break;
    case HR_MESSAGE_REFUSAL:
      take_refusal (self, message);
      break;
    case HR_MESSAGE_RECORDS:
      hr_peer_take_records (self, message);
      break;
    case HR_MESSAGE_CONTROL:
    case HR_MESSAGE_RESUME:
    case HR_MESSAGE_ACCESS:
    case HR_MESSAGE_SEARCH:
    case HR_MESSAGE_WATCH:
    case HR_MESSAGE_QUERY:
    default:
      hr_connector_give_up (self->connector, _ ("The agent sent what only a desktop may send"));
    }
}

/* Has the peer take in what comes over its links. */
void
hr_peer_follow_messages (HrPeer *self)
{
  g_signal_connect_object (self->connector, "message", G_CALLBACK (connector_message_cb), self, 0);
}
