/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/tether.h"

#include "engine/base/clock.h"
#include "engine/hub/agentless.h"
#include "engine/hub/device-log.h"
#include "engine/link/lockdown.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define CUT_SECONDS 1

/* How often a device is asked of itself: for its battery; and whether it has become ready, which nothing tells. */
#define ASK_MS 30000
#define ASK_UNREADY_MS 5000
#define ASK_UNREACHABLE_MS 2000

static const HrMetricInfo level_metric = { "battery_level", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_HIGHER };
static const HrMetricInfo temperature_metric = { "battery_temperature", HR_KIND_GAUGE, HR_UNIT_CELSIUS, HR_DIRECTION_LOWER };
static const HrMetricInfo log_metric = { "system log", HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER };

struct _HrTether
{
  HrPeer               *peer;
  const HrTetherEvents *events;
  gpointer              user_data;

  HrDevice *told; /* what it has said of itself */
  gboolean  attached;
  gboolean  active; /* attached, and the user did not disconnect it */
  gboolean  named;
  gboolean  forgotten; /* only its memory is left, for whoever is still at work on it */

  GCancellable *asking; /* NULL while no question is under way */
  gboolean      ask_again;
  guint         ask_source;

  HrIntake    *intake; /* the device's own figures */
  HrAgentless *agentless;
  HrDeviceLog *log;
  guint        cut_source;
};

static HrSource *
source_of (HrTether *self)
{
  return hr_peer_get_origin (self->peer);
}

/* What stands in the way of numbers, worst first: of an attached device. */
static char *
word_trouble (HrTether *self)
{
  const char *link = hr_peer_get_trouble (self->peer);
  const char *figures = hr_agentless_get_trouble (self->agentless);

  if (self->told->state != HR_DEVICE_READY && self->told->advice != NULL)
    return g_strdup (self->told->advice);
  if (link != NULL && figures != NULL)
    return g_strdup_printf ("%s · %s", link, figures);

  /* An agent in it tells more than the device could. */
  return g_strdup (link != NULL || hr_peer_is_open (self->peer) ? link : figures);
}

static void
update_state (HrTether *self)
{
  gboolean         ready = self->told->state == HR_DEVICE_READY || hr_peer_is_open (self->peer);
  g_autofree char *trouble = self->active ? word_trouble (self) : NULL;

  if (!hr_peer_is_wanted (self->peer))
    hr_peer_set_state (self->peer, source_of (self), HR_SOURCE_DISCONNECTED, _ ("Disconnected by you"));
  else if (!self->attached)
    hr_peer_set_state (self->peer, source_of (self), HR_SOURCE_LOST, _ ("Unplugged; it goes on as soon as it is plugged in again"));
  else
    hr_peer_set_state (self->peer, source_of (self), ready ? HR_SOURCE_CONNECTED : HR_SOURCE_CONNECTING, trouble);
}

static void
agentless_changed_cb (gpointer user_data)
{
  update_state (user_data);
}

static void
set_device_state (HrTether     *self,
                  HrDeviceState state)
{
  self->told->state = state;
  g_clear_pointer (&self->told->advice, g_free);
  hr_source_set_device (source_of (self), self->told);
}

/* Ends an interval of everything that is measured on this side. */
static void
cut (HrTether *self)
{
  gint64 now_ns = (gint64) hr_clock_monotonic ();
  gint64 now_us = g_get_real_time ();
  g_autoptr (HrSnapshot) snapshot = NULL;

  hr_feed_add_lost (hr_intake_get_feed (self->intake), hr_device_log_take_dropped (self->log));
  snapshot = hr_intake_cut (self->intake, now_ns, now_us);
  if (snapshot != NULL)
    hr_peer_append (self->peer, source_of (self), snapshot);
  hr_agentless_cut (self->agentless, now_ns, now_us);
}

static gboolean
cut_cb (gpointer user_data)
{
  cut (user_data);

  return G_SOURCE_CONTINUE;
}

static void
log_line_cb (const HrLogLine *line,
             gpointer         user_data)
{
  HrTether *self = user_data;

  hr_feed_measure (hr_intake_get_feed (self->intake), &log_metric, 1);
  self->events->log_line (source_of (self), line, self->user_data);
}

static void
ask_cb (gpointer user_data)
{
  HrTether *self = user_data;

  self->ask_source = 0;
  hr_tether_ask (self);
}

static void
ask_later (HrTether *self)
{
  guint wait_ms = self->told->state == HR_DEVICE_READY         ? ASK_MS
                  : self->told->state == HR_DEVICE_UNREACHABLE ? ASK_UNREACHABLE_MS
                                                               : ASK_UNREADY_MS;

  g_clear_handle_id (&self->ask_source, g_source_remove);
  if (self->active)
    self->ask_source = g_timeout_add_once (wait_ms, ask_cb, self);
}

/* What the device did not tell this time, but did before, still holds. */
static void
keep_text (char **answer,
           char **told)
{
  if (*answer == NULL)
    *answer = g_steal_pointer (told);
}

static void
describe (HrTether *self)
{
  g_autofree char *version = self->told->product_version != NULL ? g_strdup_printf ("iOS %s", self->told->product_version) : NULL;
  g_autofree char *detail = NULL;

  if (self->told->product_type != NULL)
    detail = g_strjoin (" · ", self->told->product_type, version, NULL);
  if (self->told->name != NULL && *self->told->name != '\0' && !self->named)
    {
      self->named = TRUE;
      hr_peer_set_name (self->peer, self->told->name);
    }
  hr_source_set_detail (source_of (self), detail != NULL ? detail : version);
}

static void
measure_battery (HrTether *self)
{
  HrFeed *feed = hr_intake_get_feed (self->intake);

  if (self->told->battery >= 0)
    hr_feed_measure (feed, &level_metric, self->told->battery);
  hr_feed_measure (feed, &temperature_metric, self->told->battery_celsius);
}

/* Takes in what the device answered. Whoever hears of it may have disconnected or forgotten the device at once. @answer: (transfer full) */
static void
take_answer (HrTether *self,
             HrDevice *answer)
{
  gboolean ready = answer->state == HR_DEVICE_READY;

  keep_text (&answer->name, &self->told->name);
  keep_text (&answer->product_type, &self->told->product_type);
  keep_text (&answer->product_version, &self->told->product_version);
  keep_text (&answer->build_version, &self->told->build_version);
  hr_device_free (self->told);
  self->told = answer;

  describe (self);
  hr_source_set_device (source_of (self), self->told);
  measure_battery (self);
  if (ready && self->active)
    hr_agentless_start (self->agentless, self->told);
  hr_device_log_set_ready (self->log, ready && self->active);
  update_state (self);
}

static void
answered (HrTether *self,
          HrDevice *answer)
{
  gboolean again = self->ask_again;

  g_clear_object (&self->asking);
  self->ask_again = FALSE;
  take_answer (self, answer);
  if (again)
    hr_tether_ask (self);
  else
    ask_later (self);
}

/* A question that was cancelled says so, and the device may be gone by then. */
static void
asked_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  HrDevice *answer = hr_lockdown_ask_finish (result, NULL);

  if (answer != NULL)
    answered (user_data, answer);
}

static void
paired_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  HrDevice *answer = hr_lockdown_pair_finish (result, NULL);

  if (answer != NULL)
    answered (user_data, answer);
}

/* Whether a question may be asked now; one that is under way is followed by another. */
static gboolean
may_ask (HrTether *self)
{
  self->ask_again = self->asking != NULL;
  if (!self->active || self->asking != NULL)
    return FALSE;

  g_clear_handle_id (&self->ask_source, g_source_remove);
  self->asking = g_cancellable_new ();

  return TRUE;
}

/* Asks the device of itself, now and then again by itself. */
void
hr_tether_ask (HrTether *self)
{
  if (may_ask (self))
    hr_lockdown_ask_async (self->told->udid, self->asking, asked_cb, self);
}

static void
stop_asking (HrTether *self)
{
  if (self->asking != NULL)
    g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  self->ask_again = FALSE;
  g_clear_handle_id (&self->ask_source, g_source_remove);
}

/* Asks the device's owner, on its screen, to trust this computer. */
void
hr_tether_pair (HrTether *self)
{
  if (!self->active)
    return;

  stop_asking (self);
  if (may_ask (self))
    hr_lockdown_pair_async (self->told->udid, self->asking, paired_cb, self);
}

static void
begin (HrTether *self)
{
  hr_intake_skip (self->intake, (gint64) hr_clock_monotonic ());
  self->cut_source = g_timeout_add_seconds (CUT_SECONDS, cut_cb, self);
  set_device_state (self, HR_DEVICE_ASKING);
  hr_tether_ask (self);
}

static void
end (HrTether *self)
{
  stop_asking (self);
  hr_device_log_stop (self->log);
  cut (self);
  g_clear_handle_id (&self->cut_source, g_source_remove);
  hr_agentless_stop (self->agentless, self->attached ? _ ("Disconnected by you") : _ ("Its phone is unplugged"));
}

/* Brings what is under way in line with the cable and the user's wish. */
static void
update (HrTether *self)
{
  gboolean active = self->attached && hr_peer_is_wanted (self->peer);

  if (active != self->active)
    {
      self->active = active;
      if (active)
        begin (self);
      else
        end (self);
    }
  update_state (self);
}

static void
peer_link_changed_cb (HrPeer   *peer,
                      HrTether *self)
{
  update (self);
}

/* Makes the device that @peer stands for, not attached; nothing is told of it yet. @events: outlive it. Returns: (transfer full) */
HrTether *
hr_tether_new (HrPeer               *peer,
               const char           *udid,
               const HrTetherEvents *events,
               gpointer              user_data)
{
  HrTether *self = g_new0 (HrTether, 1);

  self->peer = g_object_ref (peer);
  self->events = events;
  self->user_data = user_data;
  self->told = hr_device_new (udid);
  self->intake = hr_intake_new (hr_peer_get_origin (peer), (gint64) hr_clock_monotonic ());
  self->agentless = hr_agentless_new (peer, hr_intake_get_feed (self->intake), agentless_changed_cb, self);
  self->log = hr_device_log_new (udid, log_line_cb, self);
  hr_peer_set_present (peer, FALSE, NULL);
  g_signal_connect (peer, "link-changed", G_CALLBACK (peer_link_changed_cb), self);

  return self;
}

/* Says for the first time that there is this device, and where it stands. */
void
hr_tether_introduce (HrTether *self)
{
  set_device_state (self, HR_DEVICE_DETACHED);
  update_state (self);
}

static void
destroy_cb (gpointer user_data)
{
  HrTether *self = user_data;

  hr_device_log_free (self->log);
  hr_agentless_free (self->agentless);
  hr_intake_free (self->intake);
  hr_device_free (self->told);
  g_object_unref (self->peer);
  g_free (self);
}

/* Ends what is under way; nobody is told of that. May be called from whatever the device told of: the memory goes when the main loop
 * comes round. NULL is accepted. */
void
hr_tether_free (HrTether *self)
{
  if (self == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->peer, self);
  self->forgotten = TRUE;
  self->attached = FALSE;
  self->active = FALSE;
  stop_asking (self);
  g_clear_handle_id (&self->cut_source, g_source_remove);
  hr_device_log_stop (self->log);
  hr_agentless_close (self->agentless);
  g_idle_add_once (destroy_cb, self);
}

/* Returns: (transfer none): what the link to an agent in it goes by. */
HrPeer *
hr_tether_get_peer (HrTether *self)
{
  return self->peer;
}

/* The device was plugged in. An agent in it is looked for at once, whatever the device says of itself. */
void
hr_tether_attach (HrTether *self)
{
  if (self->attached || self->forgotten)
    return;

  self->attached = TRUE;
  hr_agentless_forgive (self->agentless);
  if (self->forgotten)
    return;

  hr_peer_set_present (self->peer, TRUE, NULL);
  update (self);
}

/* The device was unplugged. */
void
hr_tether_detach (HrTether *self)
{
  if (!self->attached)
    return;

  self->attached = FALSE;
  set_device_state (self, HR_DEVICE_DETACHED);
  hr_peer_set_present (self->peer, FALSE, _ ("Its phone is unplugged"));
  update (self);
}

/* Looks among the programs that the device told of last. Returns: (transfer full): NULL with @error when it never did */
HrFound *
hr_tether_search (HrTether   *self,
                  const char *text,
                  GError    **error)
{
  return hr_agentless_search (self->agentless, text, error);
}

/* Measures the program @pid of the device without an agent in it, as a source of its own. */
void
hr_tether_watch (HrTether *self,
                 guint64   pid)
{
  g_autoptr (GError) error = NULL;

  if (!hr_agentless_watch (self->agentless, pid, &error))
    self->events->refused (source_of (self), pid, error->message, self->user_data);
}

/* Follows the device's system log whenever it is there. @filter: (nullable): what a line must hold; "" or NULL for all */
void
hr_tether_follow_log (HrTether   *self,
                      const char *filter)
{
  hr_device_log_follow (self->log, filter);
}

/* Leaves the log alone again. */
void
hr_tether_leave_log (HrTether *self)
{
  hr_device_log_leave (self->log);
}
