/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/connector.h"

/* Allowed steps: OFF -> OPENING -> OPEN -> WAITING -> OPENING …, and from everywhere to OFF. */
typedef enum
{
  STATE_OFF,
  STATE_OPENING,
  STATE_OPEN,
  STATE_WAITING
} State;

/* A link that lived this long shows that the peer is well: the next retry is quick again. */
#define STEADY_US (5 * G_USEC_PER_SEC)

struct _HrConnector
{
  GObject parent_instance;

  HrOpener     *opener;
  State         state;
  HrLink       *link;
  GCancellable *cancellable; /* of the opening under way */
  guint         retry_source;
  guint         n_failures; /* in a row */
  gint64        opened_us;
};

G_DEFINE_FINAL_TYPE (HrConnector, hr_connector, G_TYPE_OBJECT)

enum
{
  SIGNAL_OPENED,
  SIGNAL_LOST,
  SIGNAL_MESSAGE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void start_opening (HrConnector *self);

static void
retry_cb (gpointer user_data)
{
  HrConnector *self = user_data;

  self->retry_source = 0;
  start_opening (self);
}

/* Lets go of the link; whatever it still says is not heard any more. */
static void
drop_link (HrConnector *self)
{
  g_autoptr (HrLink) link = g_steal_pointer (&self->link);

  if (link != NULL)
    {
      g_signal_handlers_disconnect_by_data (link, self);
      hr_link_close (link);
    }
  hr_opener_drop (self->opener);
}

static void
wait_for_retry (HrConnector  *self,
                const GError *why)
{
  guint retry_ms = hr_opener_plan_retry (self->opener, why, &self->n_failures);

  drop_link (self);
  self->state = retry_ms != HR_OPENER_NO_RETRY ? STATE_WAITING : STATE_OFF;
  if (self->state == STATE_WAITING)
    self->retry_source = g_timeout_add_once (retry_ms, retry_cb, self);
  g_signal_emit (self, signals[SIGNAL_LOST], 0, why, retry_ms);
}

static void
link_closed_cb (HrLink       *link,
                const GError *error,
                HrConnector  *self)
{
  if (g_get_monotonic_time () - self->opened_us >= STEADY_US)
    self->n_failures = 0;

  wait_for_retry (self, error);
}

static void
link_message_cb (HrLink          *link,
                 const HrMessage *message,
                 HrConnector     *self)
{
  g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, message);
}

/* Takes over @link. @link: (transfer full) */
static void
take_link (HrConnector *self,
           HrLink      *link)
{
  self->link = link;
  self->state = STATE_OPEN;
  self->opened_us = g_get_monotonic_time ();
  g_signal_connect_object (link, "message", G_CALLBACK (link_message_cb), self, 0);
  g_signal_connect_object (link, "closed", G_CALLBACK (link_closed_cb), self, 0);
  g_signal_emit (self, signals[SIGNAL_OPENED], 0, link);
  if (self->link == link)
    hr_link_start (link);
}

static void
opener_opened_cb (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (HrConnector) self = user_data;
  g_autoptr (GError) error = NULL;
  HrLink *link = hr_opener_open_finish (result, &error);

  if (link != NULL)
    take_link (self, link);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    wait_for_retry (self, error);
}

/* Closing cancels what is under way: whatever it comes to then, its answer is that it was cancelled. */
static void
start_opening (HrConnector *self)
{
  self->state = STATE_OPENING;
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  hr_opener_open_async (self->opener, self->cancellable, opener_opened_cb, g_object_ref (self));
}

static void
hr_connector_dispose (GObject *object)
{
  hr_connector_close (HR_CONNECTOR (object));

  G_OBJECT_CLASS (hr_connector_parent_class)->dispose (object);
}

static void
hr_connector_finalize (GObject *object)
{
  HrConnector *self = HR_CONNECTOR (object);

  hr_opener_unref (self->opener);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (hr_connector_parent_class)->finalize (object);
}

static void
hr_connector_class_init (HrConnectorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hr_connector_dispose;
  object_class->finalize = hr_connector_finalize;

  signals[SIGNAL_OPENED] = g_signal_new ("opened", HR_TYPE_CONNECTOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, HR_TYPE_LINK);
  signals[SIGNAL_LOST] = g_signal_new ("lost", HR_TYPE_CONNECTOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 2, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE, G_TYPE_UINT);
  signals[SIGNAL_MESSAGE] = g_signal_new ("message", HR_TYPE_CONNECTOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
hr_connector_init (HrConnector *self)
{
}

/* Makes a connector, still off, that opens its links by @opener. Returns: (transfer full) */
HrConnector *
hr_connector_new (HrOpener *opener)
{
  HrConnector *self = g_object_new (HR_TYPE_CONNECTOR, NULL);

  self->opener = hr_opener_ref (opener);

  return self;
}

/* Returns: (transfer none): how links are opened. */
HrOpener *
hr_connector_get_opener (HrConnector *self)
{
  return self->opener;
}

/* Opens links by @opener from now on; one that is open, or wanted, is closed and opened anew. */
void
hr_connector_set_opener (HrConnector *self,
                         HrOpener    *opener)
{
  State before = self->state;

  hr_connector_close (self);
  hr_opener_ref (opener);
  hr_opener_unref (self->opener);
  self->opener = opener;
  if (before != STATE_OFF)
    hr_connector_open (self);
}

/* Opens it, at once even while it waits to try again. Nothing happens when it is open or opening. */
void
hr_connector_open (HrConnector *self)
{
  if (self->state == STATE_OPEN || self->state == STATE_OPENING)
    return;

  g_clear_handle_id (&self->retry_source, g_source_remove);
  self->n_failures = 0;
  start_opening (self);
}

/* Closes it for good, without a signal; an agent that was started for it ends with its socket. */
void
hr_connector_close (HrConnector *self)
{
  self->state = STATE_OFF;
  g_clear_handle_id (&self->retry_source, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  drop_link (self);
}

/* Returns whether there is a link now. */
gboolean
hr_connector_is_open (HrConnector *self)
{
  return self->state == STATE_OPEN;
}

/* Returns: (transfer none) (nullable): the link, NULL while there is none. */
HrLink *
hr_connector_get_link (HrConnector *self)
{
  return self->link;
}

/* Ends a link that nothing was heard of for too long, as if the peer had hung up. */
void
hr_connector_give_up (HrConnector *self,
                      const char  *why)
{
  g_autoptr (GError) error = g_error_new_literal (HR_LINK_ERROR, HR_LINK_ERROR_CLOSED, why);

  if (self->state == STATE_OPEN)
    wait_for_retry (self, error);
}
