/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/peer-private.h"

#include "engine/base/clock.h"

#include <glib/gi18n-lib.h>

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

static gboolean
is_device (HrPeer *self)
{
  return hr_source_get_role (hr_peer_get_origin (self)) == HR_SOURCE_DEVICE;
}

/* The same for what the link tells; of a device it tells only a part. @message: (nullable) */
void
hr_peer_set_link_state (HrPeer       *self,
                        HrSource     *source,
                        HrSourceState state,
                        const char   *message)
{
  if (source != hr_peer_get_origin (self))
    hr_peer_set_state (self, source, state, message);
  else if (!is_device (self))
    hr_peer_set_state (self, source, state, state == HR_SOURCE_CONNECTED && self->crowded ? _ ("Not all programs there are shown: there are too many") : message);
}

/* Says why there is no link, to whoever asks. @trouble: (transfer full) (nullable) */
void
hr_peer_set_trouble (HrPeer *self,
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

/* Hands on @snapshot, which belongs to @source. */
void
hr_peer_append (HrPeer     *self,
                HrSource   *source,
                HrSnapshot *snapshot)
{
  hr_history_append (hr_source_get_history (source), snapshot);
  g_signal_emit (self, signals[SIGNAL_SNAPSHOT], 0, source, snapshot);
}

/* Says that the program @pid is not watched, and why. */
void
hr_peer_tell_refused (HrPeer     *self,
                      guint64     pid,
                      const char *reason)
{
  g_signal_emit (self, signals[SIGNAL_REFUSED], 0, pid, reason);
}

static void
roster_added_cb (HrSource *source,
                 gpointer  user_data)
{
  HrPeer *self = user_data;

  if (hr_connector_is_open (self->connector))
    hr_peer_count (source, &(HrLinkQuality){ .n_links = 1 });
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
  g_clear_pointer (&self->fetches, hr_fetches_free);

  G_OBJECT_CLASS (hr_peer_parent_class)->dispose (object);
}

static void
hr_peer_finalize (GObject *object)
{
  HrPeer *self = HR_PEER (object);

  hr_fetches_free (self->fetches);
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
  self->named = hr_opener_get_kind (opener) == HR_OPENER_SPAWN || hr_opener_get_kind (opener) == HR_OPENER_BARRED;
  self->connector = hr_connector_new (opener);
  hr_peer_follow_link (self);
  hr_peer_follow_messages (self);

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
  g_autoptr (HrPeer) alive G_GNUC_UNUSED = g_object_ref (self);

  hr_requests_fail_closed (self->requests);
  hr_peer_leave_all (self, self->wanted ? HR_SOURCE_CONNECTING : HR_SOURCE_DISCONNECTED, NULL);
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
    hr_peer_close_link (self, self->wanted ? HR_SOURCE_LOST : HR_SOURCE_DISCONNECTED, why);
  else if (self->wanted)
    hr_connector_open (self->connector);
}

/* Watches @source again. Without a link this opens it, and watches the origin again with all that comes from it. */
void
hr_peer_connect (HrPeer   *self,
                 HrSource *source)
{
  g_autoptr (HrPeer) alive G_GNUC_UNUSED = g_object_ref (self);
  guint                    number;

  hr_roster_set_wanted (self->roster, source, TRUE);
  if (!hr_connector_is_open (self->connector))
    {
      self->wanted = TRUE;
      if (self->present)
        hr_peer_open_link (self);
      hr_peer_set_trouble (self, NULL);
    }
  else if (hr_roster_find_number (self->roster, source, &number))
    {
      hr_peer_set_link_state (self, source, HR_SOURCE_CONNECTING, NULL);
      hr_peer_send_control (self, source, (HrControl){ .subscribed = HR_SWITCH_ON });
    }
  else if (source != hr_peer_get_origin (self) && !hr_roster_is_live (self->roster, source))
    {
      hr_peer_set_link_state (self, source, HR_SOURCE_LOST, _ ("The program is not running"));
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
      hr_peer_close_link (self, HR_SOURCE_DISCONNECTED, _ ("Disconnected by you"));
      return;
    }

  hr_peer_send_control (self, source, (HrControl){ .subscribed = HR_SWITCH_OFF });
  hr_roster_set_wanted (self->roster, source, FALSE);
  hr_peer_set_link_state (self, source, HR_SOURCE_DISCONNECTED, _ ("Disconnected by you"));
}

/* Closes the link for good. */
void
hr_peer_close (HrPeer *self)
{
  g_clear_handle_id (&self->tick_source, g_source_remove);
  hr_connector_close (self->connector);
  hr_requests_fail_closed (self->requests);
  g_clear_pointer (&self->fetches, hr_fetches_free);
}

/* Removes a program with all that came from it. What runs of it now is not followed any more, and not measured if it was
 * only for us. */
void
hr_peer_remove (HrPeer   *self,
                HrSource *source)
{
  g_return_if_fail (source != hr_peer_get_origin (self));

  hr_peer_send_control (self, source, (HrControl){ .subscribed = HR_SWITCH_OFF });
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

  hr_peer_send_control (self, source, (HrControl){ .sampling = sampling ? HR_SWITCH_ON : HR_SWITCH_OFF });
  hr_peer_set_link_state (self, source, sampling ? HR_SOURCE_CONNECTING : HR_SOURCE_STOPPED, sampling ? NULL : _ ("Sampling is stopped"));
}

/* Asks the program behind @source to free what it can. Nothing happens while no link speaks of it; whether and when the program
 * answers is its own business (hr_probe_poll ()). */
void
hr_peer_request_cleanup (HrPeer   *self,
                         HrSource *source)
{
  hr_peer_send_control (self, source, (HrControl){ .cleanup = TRUE });
}

/* Asks the agent to cut a snapshot every @interval_ms from now on; 0 leaves it alone. */
void
hr_peer_set_interval (HrPeer *self,
                      guint   interval_ms)
{
  HrMessage message = { .type = HR_MESSAGE_CONTROL, .control.interval_ms = interval_ms };

  self->interval_ms = interval_ms;
  if (interval_ms != 0)
    hr_peer_send (self, &message);
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
