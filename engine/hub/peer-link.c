/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/peer-private.h"

#include "engine/base/clock.h"

#include <glib/gi18n-lib.h>

/* An agent answers each second's ping; after three without a word it is lost. */
#define TICK_SECONDS 1
#define SILENCE_NS (3 * (gint64) HR_NS_PER_SECOND)
#define SILENT_TICKS 3

/* Sends @message, or nothing while there is no link. */
void
hr_peer_send (HrPeer          *self,
              const HrMessage *message)
{
  HrLink *link = hr_connector_get_link (self->connector);

  if (link != NULL)
    hr_link_send (link, message);
}

/* Sends what is asked of @source; nothing while the link does not speak of it. */
void
hr_peer_send_control (HrPeer   *self,
                      HrSource *source,
                      HrControl control)
{
  HrMessage message = { .type = HR_MESSAGE_CONTROL, .control = control };

  if (hr_roster_find_number (self->roster, source, &message.stream))
    hr_peer_send (self, &message);
}

static gboolean
tick_cb (gpointer user_data)
{
  g_autoptr (HrPeer) self = g_object_ref (user_data);
  gint64    now = (gint64) hr_clock_monotonic ();
  HrMessage ping = { .type = HR_MESSAGE_PING, .ping.sent_ns = now };

  /* Where our own loop stood still, the silence was ours: what has arrived meanwhile is read before it is judged. */
  if (++self->n_silent_ticks >= SILENT_TICKS && now - self->heard_ns > SILENCE_NS)
    {
      hr_connector_give_up (self->connector, _ ("The agent does not answer"));
      return G_SOURCE_CONTINUE;
    }

  hr_peer_send (self, &ping);
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
  hr_peer_send (self, &resume);
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
  self->n_silent_ticks = 0;
  self->heard = FALSE;
  self->crowded = FALSE;
  for (guint i = 0; i < hr_roster_get_n_sources (self->roster); i++)
    hr_peer_count (hr_roster_get_source (self->roster, i), &(HrLinkQuality){ .n_links = 1 });

  send_resume (self);
  hr_peer_send (self, &(HrMessage){ .type = HR_MESSAGE_PING, .ping.sent_ns = self->opened_ns });
  hr_peer_set_interval (self, self->interval_ms);
  hr_requests_watch_again (self->requests, link);
  if (self->tick_source == 0)
    self->tick_source = g_timeout_add_seconds (TICK_SECONDS, tick_cb, self);
}

/* Nothing arrives any more from any of the agent's sources: they are in @state from now on. What is measured on this side goes on. @message: (nullable) */
void
hr_peer_leave_all (HrPeer       *self,
                   HrSourceState state,
                   const char   *message)
{
  g_clear_handle_id (&self->tick_source, g_source_remove);
  hr_peer_stop_fetching (self);
  hr_roster_leave (self->roster);
  for (guint i = 0; i < hr_roster_get_n_sources (self->roster); i++)
    {
      HrSource *source = hr_roster_get_source (self->roster, i);

      if (hr_roster_is_wanted (self->roster, source) && !hr_roster_is_live (self->roster, source))
        hr_peer_set_link_state (self, source, state, message);
    }
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
    case HR_OPENER_BARRED:
      return g_strdup (why->message);
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
  hr_peer_leave_all (self, retry_ms != HR_OPENER_NO_RETRY ? HR_SOURCE_LOST : HR_SOURCE_DISCONNECTED, trouble);
  hr_peer_set_trouble (self, trouble);
}

/* Has the peer told of its link: what it does when that opens, and what it says when that is lost. */
void
hr_peer_follow_link (HrPeer *self)
{
  g_signal_connect_object (self->connector, "opened", G_CALLBACK (connector_opened_cb), self, 0);
  g_signal_connect_object (self->connector, "lost", G_CALLBACK (connector_lost_cb), self, 0);
}

/* Opens the link, at once even while a retry is due. */
void
hr_peer_open_link (HrPeer *self)
{
  g_autoptr (HrPeer) alive G_GNUC_UNUSED = g_object_ref (self);

  hr_peer_leave_all (self, HR_SOURCE_CONNECTING, NULL);
  hr_connector_open (self->connector);
}

/* Closes the link until it is opened again; the sources are in @state from now on. @message: (nullable) */
void
hr_peer_close_link (HrPeer       *self,
                    HrSourceState state,
                    const char   *message)
{
  g_autoptr (HrPeer) alive G_GNUC_UNUSED = g_object_ref (self);

  hr_connector_close (self->connector);
  hr_requests_fail_closed (self->requests);
  hr_peer_leave_all (self, state, message);
  hr_peer_set_trouble (self, NULL);
}
