/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/peer.h"

#include "engine/base/clock.h"
#include "engine/hub/roster.h"

#include <glib/gi18n-lib.h>

/* An agent answers each second's ping; after three without a word it is lost. */
#define TICK_SECONDS 1
#define SILENCE_NS (3 * (gint64) HR_NS_PER_SECOND)

struct _HrPeer
{
  GObject parent_instance;

  HrConnector *connector;
  HrRoster    *roster;
  HrRequests  *requests;
  HrNames     *names;

  gboolean present; /* a device that is not attached has no agent to be reached */
  gboolean wanted;  /* the user did not disconnect it */
  gboolean named;   /* the origin has the name that its agent gave it, or needs none */
  gboolean crowded; /* there are more programs than are followed */
  char    *trouble; /* why there is no link; NULL while there is one, or none is looked for */

  HrClockMap clock;     /* by this link's pongs */
  HrClockMap old_clock; /* by the links before */
  gint64     opened_ns;
  gint64     heard_ns;
  gboolean   heard; /* anything over this link */
  guint      tick_source;
  guint      interval_ms; /* 0: the agent's own */
};

G_DEFINE_FINAL_TYPE (HrPeer, hr_peer, G_TYPE_OBJECT)

enum
{
  SIGNAL_SOURCE_ADDED,
  SIGNAL_SOURCE_REMOVED,
  SIGNAL_SOURCE_STATE,
  SIGNAL_SNAPSHOT,
  SIGNAL_REFUSED,
  SIGNAL_LINK_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
send (HrPeer          *self,
      const HrMessage *message)
{
  HrLink *link = hr_connector_get_link (self->connector);

  if (link != NULL)
    hr_link_send (link, message);
}

static gboolean
is_device (HrPeer *self)
{
  return hr_source_get_role (hr_peer_get_origin (self)) == HR_SOURCE_DEVICE;
}

/* Says where @source stands, and why, to whoever watches it. @message: (nullable) */
void
hr_peer_set_state (HrPeer       *self,
                   HrSource     *source,
                   HrSourceState state,
                   const char   *message)
{
  if (hr_source_get_state (source) == state && g_strcmp0 (hr_source_get_message (source), message) == 0)
    return;

  hr_source_set_state (source, state, message);
  g_signal_emit (self, signals[SIGNAL_SOURCE_STATE], 0, source);
}

/* The same for what the link tells; of a device it tells only a part. */
static void
set_state (HrPeer       *self,
           HrSource     *source,
           HrSourceState state,
           const char   *message)
{
  if (source != hr_peer_get_origin (self))
    hr_peer_set_state (self, source, state, message);
  else if (!is_device (self))
    hr_peer_set_state (self, source, state, state == HR_SOURCE_CONNECTED && self->crowded ? _ ("Not all programs there are shown: there are too many") : message);
}

static void
send_control (HrPeer   *self,
              HrSource *source,
              HrControl control)
{
  HrMessage message = { .type = HR_MESSAGE_CONTROL, .control = control };

  if (hr_roster_find_number (self->roster, source, &message.stream))
    send (self, &message);
}

static void
count (HrSource            *source,
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
  count (source, more);
  if (source != hr_peer_get_origin (self))
    count (hr_peer_get_origin (self), more);
}

static gboolean
tick_cb (gpointer user_data)
{
  g_autoptr (HrPeer) self = g_object_ref (user_data);
  gint64    now = (gint64) hr_clock_monotonic ();
  HrMessage ping = { .type = HR_MESSAGE_PING, .ping.sent_ns = now };

  if (now - self->heard_ns > SILENCE_NS)
    {
      hr_connector_give_up (self->connector, _ ("The agent does not answer"));
      return G_SOURCE_CONTINUE;
    }

  send (self, &ping);
  hr_requests_expire (self->requests, now);

  return G_SOURCE_CONTINUE;
}

static void
send_resume (HrPeer *self)
{
  g_autoptr (GArray) positions = hr_roster_get_positions (self->roster);
  HrMessage resume = { .type = HR_MESSAGE_RESUME };

  resume.resume.positions = (HrPosition *) (void *) positions->data;
  resume.resume.n_positions = positions->len;
  send (self, &resume);
}

static void
connector_opened_cb (HrConnector *connector,
                     HrLink      *link,
                     HrPeer      *self)
{
  if (self->clock.known)
    self->old_clock = self->clock;
  self->clock = (HrClockMap){ 0 };
  self->opened_ns = self->heard_ns = (gint64) hr_clock_monotonic ();
  self->heard = FALSE;
  self->crowded = FALSE;
  for (guint i = 0; i < hr_roster_get_n_sources (self->roster); i++)
    count (hr_roster_get_source (self->roster, i), &(HrLinkQuality){ .n_links = 1 });

  send_resume (self);
  send (self, &(HrMessage){ .type = HR_MESSAGE_PING, .ping.sent_ns = self->opened_ns });
  hr_peer_set_interval (self, self->interval_ms);
  hr_requests_watch_again (self->requests, link);
  if (self->tick_source == 0)
    self->tick_source = g_timeout_add_seconds (TICK_SECONDS, tick_cb, self);
}

/* Nothing arrives any more from any of the agent's sources. What is measured on this side goes on. */
static void
leave_all (HrPeer       *self,
           HrSourceState state,
           const char   *message)
{
  g_clear_handle_id (&self->tick_source, g_source_remove);
  hr_roster_leave (self->roster);
  for (guint i = 0; i < hr_roster_get_n_sources (self->roster); i++)
    {
      HrSource *source = hr_roster_get_source (self->roster, i);

      if (hr_roster_is_wanted (self->roster, source) && !hr_roster_is_live (self->roster, source))
        set_state (self, source, state, message);
    }
}

static void
set_trouble (HrPeer *self,
             char   *trouble)
{
  g_autofree char *owned = trouble;

  if (g_strcmp0 (self->trouble, trouble) != 0)
    {
      g_free (self->trouble);
      self->trouble = g_steal_pointer (&owned);
    }
  g_signal_emit (self, signals[SIGNAL_LINK_CHANGED], 0);
}

/* What a lost link means, for people. */
static char *
word_loss (HrPeer       *self,
           const GError *why)
{
  const char *title = hr_source_get_title (hr_peer_get_origin (self));

  switch (hr_opener_get_kind (hr_connector_get_opener (self->connector)))
    {
    case HR_OPENER_SPAWN:
      return g_strdup_printf (_ ("The agent of this computer is gone and is being started again: %s"), why->message);
    case HR_OPENER_USB:
      if (g_error_matches (why, HR_USBMUX_ERROR, HR_USBMUX_ERROR_REFUSED))
        return g_strdup (_ ("No app with Headroom’s agent is in the foreground on this phone; trying again every second"));
      return g_strdup_printf (_ ("The link to the app is gone and is tried again: %s"), why->message);
    case HR_OPENER_TCP:
      if (g_error_matches (why, HR_LINK_ERROR, HR_LINK_ERROR_CERTIFICATE))
        return g_strdup_printf (_ ("What answers at %s is not the agent that was paired: its certificate is another"), hr_source_get_address (hr_peer_get_origin (self)));
      if (g_error_matches (why, HR_LINK_ERROR, HR_LINK_ERROR_CLOSED) && self->opened_ns != 0 && !self->heard)
        return g_strdup_printf (_ ("%s hung up without a word: it may know this computer no longer. Pair again with a new link from it"), title);
      return g_strdup_printf (_ ("The agent on %s is not reached and is tried again: %s"), title, why->message);
    case HR_OPENER_UNIX:
    default:
      return g_strdup_printf (_ ("The agent at %s is not reached and is tried again: %s"), hr_source_get_address (hr_peer_get_origin (self)), why->message);
    }
}

static void
connector_lost_cb (HrConnector  *connector,
                   const GError *why,
                   guint         retry_ms,
                   HrPeer       *self)
{
  g_autoptr (HrPeer) alive G_GNUC_UNUSED = g_object_ref (self);
  char                    *trouble = word_loss (self, why);

  self->opened_ns = 0;
  hr_requests_fail (self->requests, why);
  leave_all (self, HR_SOURCE_LOST, trouble);
  set_trouble (self, trouble);
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

  send (self, &message);
  if (hr_roster_get_n_sources (self->roster) < HR_ROSTER_MAX_SOURCES || self->crowded)
    return;

  self->crowded = TRUE;
  set_state (self, origin, hr_source_get_state (origin), hr_source_get_message (origin));
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
    send_control (self, source, (HrControl){ .subscribed = HR_SWITCH_OFF });
  else if (!message->hello.sampling)
    set_state (self, source, HR_SOURCE_STOPPED, _ ("Sampling is stopped"));
  else if (hr_source_get_state (source) != HR_SOURCE_CONNECTED)
    set_state (self, source, HR_SOURCE_CONNECTING, NULL);
}

/* How the clock of a stream's numbers stands: as this link has told, or before it could tell, as the link before it did. */
static const HrClockMap *
clock_of (HrPeer   *self,
          HrStream *stream)
{
  return !self->clock.known && hr_stream_is_resumed (stream) ? &self->old_clock : &self->clock;
}

/* Hands on @snapshot, which belongs to @source. */
void
hr_peer_append (HrPeer     *self,
                HrSource   *source,
                HrSnapshot *snapshot)
{
  hr_history_append (hr_source_get_history (source), snapshot);
  g_signal_emit (self, signals[SIGNAL_SNAPSHOT], 0, source, snapshot);
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
    set_state (self, source, HR_SOURCE_CONNECTED, NULL);
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
    set_state (self, source, HR_SOURCE_LOST, message->reason);
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
    set_state (self, hr_peer_get_origin (self), HR_SOURCE_CONNECTED, NULL);
}

static void
take_refusal (HrPeer          *self,
              const HrMessage *message)
{
  if (hr_requests_take_refusal (self->requests, message->refusal.pid))
    g_signal_emit (self, signals[SIGNAL_REFUSED], 0, message->refusal.pid, message->refusal.reason);
}

/* The first word shows that there is an agent at the other end. */
static void
note_heard (HrPeer *self)
{
  self->heard_ns = (gint64) hr_clock_monotonic ();
  if (self->heard)
    return;

  self->heard = TRUE;
  set_trouble (self, NULL);
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
      break;
    case HR_MESSAGE_PING:
      send (self, &(HrMessage){ .type = HR_MESSAGE_PONG,
                                .ping = { message->ping.sent_ns, self->heard_ns, (gint64) hr_clock_realtime () } });
      break;
    case HR_MESSAGE_FOUND:
      hr_requests_take_found (self->requests, message);
      break;
    case HR_MESSAGE_REFUSAL:
      take_refusal (self, message);
      break;
    case HR_MESSAGE_CONTROL:
    case HR_MESSAGE_RESUME:
    case HR_MESSAGE_ACCESS:
    case HR_MESSAGE_SEARCH:
    case HR_MESSAGE_WATCH:
    default:
      hr_connector_give_up (self->connector, _ ("The agent sent what only a desktop may send"));
    }
}

static void
roster_added_cb (HrSource *source,
                 gpointer  user_data)
{
  HrPeer *self = user_data;

  if (hr_connector_is_open (self->connector))
    count (source, &(HrLinkQuality){ .n_links = 1 });
  g_signal_emit (self, signals[SIGNAL_SOURCE_ADDED], 0, source);
}

static void
roster_removed_cb (HrSource *source,
                   gpointer  user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_SOURCE_REMOVED], 0, source);
}

static void
hr_peer_dispose (GObject *object)
{
  HrPeer *self = HR_PEER (object);

  g_clear_handle_id (&self->tick_source, g_source_remove);
  if (self->connector != NULL)
    hr_connector_close (self->connector);
  g_clear_object (&self->connector);
  g_clear_pointer (&self->requests, hr_requests_free);

  G_OBJECT_CLASS (hr_peer_parent_class)->dispose (object);
}

static void
hr_peer_finalize (GObject *object)
{
  HrPeer *self = HR_PEER (object);

  hr_roster_free (self->roster);
  hr_names_unref (self->names);
  g_free (self->trouble);

  G_OBJECT_CLASS (hr_peer_parent_class)->finalize (object);
}

static guint
new_signal (const char *name,
            guint       n_params,
            GType       first,
            GType       second)
{
  return g_signal_new (name, HR_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, n_params, first, second);
}

static void
hr_peer_class_init (HrPeerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hr_peer_dispose;
  object_class->finalize = hr_peer_finalize;

  signals[SIGNAL_SOURCE_ADDED] = new_signal ("source-added", 1, HR_TYPE_SOURCE, G_TYPE_NONE);
  signals[SIGNAL_SOURCE_REMOVED] = new_signal ("source-removed", 1, HR_TYPE_SOURCE, G_TYPE_NONE);
  signals[SIGNAL_SOURCE_STATE] = new_signal ("source-state", 1, HR_TYPE_SOURCE, G_TYPE_NONE);
  signals[SIGNAL_SNAPSHOT] = new_signal ("snapshot", 2, HR_TYPE_SOURCE, HR_TYPE_SNAPSHOT);
  signals[SIGNAL_REFUSED] = new_signal ("refused", 2, G_TYPE_UINT64, G_TYPE_STRING);
  signals[SIGNAL_LINK_CHANGED] = new_signal ("link-changed", 0, G_TYPE_NONE, G_TYPE_NONE);
}

static void
hr_peer_init (HrPeer *self)
{
  self->present = TRUE;
  self->wanted = TRUE;
  self->requests = hr_requests_new ();
}

/* Makes the peer that @opener leads to, still closed. Its sources begin with @origin, whose name was claimed of @names and is let go with
 * the peer. Returns: (transfer full) */
HrPeer *
hr_peer_new (HrOpener *opener,
             HrSource *origin,
             HrNames  *names)
{
  static const HrRosterEvents events = { roster_added_cb, roster_removed_cb };
  HrPeer                     *self = g_object_new (HR_TYPE_PEER, NULL);

  self->names = hr_names_ref (names);
  self->roster = hr_roster_new (origin, names, &events, self);
  self->named = hr_opener_get_kind (opener) == HR_OPENER_SPAWN;
  self->connector = hr_connector_new (opener);
  g_signal_connect_object (self->connector, "opened", G_CALLBACK (connector_opened_cb), self, 0);
  g_signal_connect_object (self->connector, "lost", G_CALLBACK (connector_lost_cb), self, 0);
  g_signal_connect_object (self->connector, "message", G_CALLBACK (connector_message_cb), self, 0);

  return self;
}

/* Returns: (transfer none): the source that is the agent's computer, or its device. */
HrSource *
hr_peer_get_origin (HrPeer *self)
{
  return hr_roster_get_origin (self->roster);
}

/* Returns whether @source comes from this agent. */
gboolean
hr_peer_owns (HrPeer   *self,
              HrSource *source)
{
  return hr_roster_owns (self->roster, source);
}

/* Returns: (transfer none): how the agent is reached. */
HrOpener *
hr_peer_get_opener (HrPeer *self)
{
  return hr_connector_get_opener (self->connector);
}

/* Reaches the agent by @opener from now on. */
void
hr_peer_set_opener (HrPeer   *self,
                    HrOpener *opener)
{
  hr_requests_fail_closed (self->requests);
  leave_all (self, self->wanted ? HR_SOURCE_CONNECTING : HR_SOURCE_DISCONNECTED, NULL);
  hr_connector_set_opener (self->connector, opener);
}

/* Returns whether the agent has been heard over the link that there is now. */
gboolean
hr_peer_is_open (HrPeer *self)
{
  return hr_connector_is_open (self->connector) && self->heard;
}

/* Returns: (transfer none) (nullable): why there is no link although one is looked for, for people. */
const char *
hr_peer_get_trouble (HrPeer *self)
{
  return self->trouble;
}

/* Returns FALSE once the user has disconnected all of it. */
gboolean
hr_peer_is_wanted (HrPeer *self)
{
  return self->wanted;
}

static void
close_link (HrPeer       *self,
            HrSourceState state,
            const char   *message)
{
  hr_connector_close (self->connector);
  hr_requests_fail_closed (self->requests);
  leave_all (self, state, message);
  set_trouble (self, NULL);
}

/* Opens the link, at once even while a retry is due. */
static void
open_link (HrPeer *self)
{
  leave_all (self, HR_SOURCE_CONNECTING, NULL);
  hr_connector_open (self->connector);
}

/* Says whether there is anything that a link could lead to: a device comes and goes with its cable. @why: (nullable): it went,
 * for people */
void
hr_peer_set_present (HrPeer     *self,
                     gboolean    present,
                     const char *why)
{
  if (self->present == present)
    return;

  self->present = present;
  if (!present)
    close_link (self, self->wanted ? HR_SOURCE_LOST : HR_SOURCE_DISCONNECTED, why);
  else if (self->wanted)
    hr_connector_open (self->connector);
}

/* Watches @source again. Without a link this opens it, and watches the origin again with all that comes from it. */
void
hr_peer_connect (HrPeer   *self,
                 HrSource *source)
{
  guint number;

  hr_roster_set_wanted (self->roster, source, TRUE);
  if (!hr_connector_is_open (self->connector))
    {
      self->wanted = TRUE;
      if (self->present)
        open_link (self);
      set_trouble (self, NULL);
    }
  else if (hr_roster_find_number (self->roster, source, &number))
    {
      set_state (self, source, HR_SOURCE_CONNECTING, NULL);
      send_control (self, source, (HrControl){ .subscribed = HR_SWITCH_ON });
    }
  else if (source != hr_peer_get_origin (self) && !hr_roster_is_live (self->roster, source))
    {
      set_state (self, source, HR_SOURCE_LOST, _ ("The program is not running"));
    }
}

/* Watches @source no longer, until it is connected again; for the origin this closes the link, and an agent that was
 * started for it ends. */
void
hr_peer_disconnect (HrPeer   *self,
                    HrSource *source)
{
  if (source == hr_peer_get_origin (self))
    {
      self->wanted = FALSE;
      close_link (self, HR_SOURCE_DISCONNECTED, _ ("Disconnected by you"));
      return;
    }

  send_control (self, source, (HrControl){ .subscribed = HR_SWITCH_OFF });
  hr_roster_set_wanted (self->roster, source, FALSE);
  set_state (self, source, HR_SOURCE_DISCONNECTED, _ ("Disconnected by you"));
}

/* Closes the link for good. */
void
hr_peer_close (HrPeer *self)
{
  g_clear_handle_id (&self->tick_source, g_source_remove);
  hr_connector_close (self->connector);
  hr_requests_fail_closed (self->requests);
}

/* Removes a program with all that came from it. What runs of it now is not followed any more, and not measured if it was
 * only for us. */
void
hr_peer_remove (HrPeer   *self,
                HrSource *source)
{
  g_return_if_fail (source != hr_peer_get_origin (self));

  send_control (self, source, (HrControl){ .subscribed = HR_SWITCH_OFF });
  hr_requests_leave (self->requests, hr_connector_get_link (self->connector), hr_source_get_pid (source));
  hr_roster_remove (self->roster, source);
}

/* Starts or stops sampling in @source itself, if it is connected. */
void
hr_peer_set_sampling (HrPeer   *self,
                      HrSource *source,
                      gboolean  sampling)
{
  HrSourceState state = hr_source_get_state (source);
  guint         number;

  if ((state != HR_SOURCE_CONNECTED && state != HR_SOURCE_STOPPED) || !hr_roster_find_number (self->roster, source, &number))
    return;

  send_control (self, source, (HrControl){ .sampling = sampling ? HR_SWITCH_ON : HR_SWITCH_OFF });
  set_state (self, source, sampling ? HR_SOURCE_CONNECTING : HR_SOURCE_STOPPED, sampling ? NULL : _ ("Sampling is stopped"));
}

/* Asks the program behind @source to free what it can. Nothing happens while no link speaks of it; whether and when the program
 * answers is its own business (hr_probe_poll ()). */
void
hr_peer_request_cleanup (HrPeer   *self,
                         HrSource *source)
{
  send_control (self, source, (HrControl){ .cleanup = TRUE });
}

/* Asks the agent to cut a snapshot every @interval_ms from now on; 0 leaves it alone. */
void
hr_peer_set_interval (HrPeer *self,
                      guint   interval_ms)
{
  HrMessage message = { .type = HR_MESSAGE_CONTROL, .control.interval_ms = interval_ms };

  self->interval_ms = interval_ms;
  if (interval_ms != 0)
    send (self, &message);
}

/* Looks for programs there whose name or command holds @text, letters' case aside. */
void
hr_peer_search_async (HrPeer             *self,
                      const char         *text,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  HrLink *link = hr_connector_get_link (self->connector);

  g_task_set_source_tag (task, hr_peer_search_async);
  if (link != NULL && hr_link_is_open (link))
    hr_requests_search (self->requests, link, text, (gint64) hr_clock_monotonic (), task);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "%s",
                             self->trouble != NULL ? self->trouble : _ ("The agent there is not connected"));
}

/* Returns: (transfer full): what was found, or NULL with @error: the link was lost, or the agent does not answer. */
HrFound *
hr_peer_search_finish (HrPeer       *self,
                       GAsyncResult *result,
                       GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Has the program @pid measured from outside, on this link and those after it. */
void
hr_peer_watch (HrPeer *self,
               guint64 pid,
               guint64 start_time)
{
  hr_requests_watch (self->requests, hr_connector_get_link (self->connector), pid, start_time);
}

/* Calls the origin @name, or what that becomes where it is taken. */
void
hr_peer_set_name (HrPeer     *self,
                  const char *name)
{
  hr_roster_set_name (self->roster, hr_peer_get_origin (self), name);
  g_signal_emit (self, signals[SIGNAL_SOURCE_STATE], 0, hr_peer_get_origin (self));
}

/* Finds or makes the source of a program that is measured on this side of the link, whatever becomes of that. Returns: (transfer none)
 * (nullable): NULL when there are too many */
HrSource *
hr_peer_hold_program (HrPeer     *self,
                      const char *title)
{
  return hr_roster_hold (self->roster, title);
}

/* Nobody measures @source on this side any more. */
void
hr_peer_release_program (HrPeer   *self,
                         HrSource *source)
{
  hr_roster_release (self->roster, source);
}

/* Returns whether the user wants @source followed. */
gboolean
hr_peer_wants (HrPeer   *self,
               HrSource *source)
{
  return self->wanted && hr_roster_is_wanted (self->roster, source);
}

/* Returns: (transfer none) (nullable): the program @pid, if it is followed now. */
HrSource *
hr_peer_find_pid (HrPeer *self,
                  guint64 pid)
{
  for (guint i = 1; i < hr_roster_get_n_sources (self->roster); i++)
    {
      HrSource *source = hr_roster_get_source (self->roster, i);

      if (hr_source_get_pid (source) == pid && hr_roster_is_live (self->roster, source))
        return source;
    }

  return NULL;
}
