/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/hub.h"

struct _HrHub
{
  GObject parent_instance;

  GPtrArray *peers;   /* HrPeer */
  GPtrArray *sources; /* HrSource, each computer before its programs */
};

enum
{
  SIGNAL_SOURCE_ADDED,
  SIGNAL_SOURCE_STATE,
  SIGNAL_SNAPSHOT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GType
get_item_type (GListModel *model)
{
  return HR_TYPE_SOURCE;
}

static guint
get_n_items (GListModel *model)
{
  return HR_HUB (model)->sources->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  HrHub *self = HR_HUB (model);

  return position < self->sources->len ? g_object_ref (g_ptr_array_index (self->sources, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HrHub, hr_hub, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

/* A source stands behind the last one of its own agent. */
static guint
position_for (HrHub  *self,
              HrPeer *peer)
{
  for (guint i = self->sources->len; i > 0; i--)
    if (hr_peer_owns (peer, g_ptr_array_index (self->sources, i - 1)))
      return i;

  return self->sources->len;
}

static void
take_source (HrHub    *self,
             HrPeer   *peer,
             HrSource *source)
{
  guint position = position_for (self, peer);

  g_ptr_array_insert (self->sources, (int) position, g_object_ref (source));
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
  g_signal_emit (self, signals[SIGNAL_SOURCE_ADDED], 0, source);
}

static void
peer_source_added_cb (HrPeer   *peer,
                      HrSource *source,
                      HrHub    *self)
{
  take_source (self, peer, source);
}

static void
peer_source_state_cb (HrPeer   *peer,
                      HrSource *source,
                      HrHub    *self)
{
  g_signal_emit (self, signals[SIGNAL_SOURCE_STATE], 0, source);
}

static void
peer_snapshot_cb (HrPeer     *peer,
                  HrSource   *source,
                  HrSnapshot *snapshot,
                  HrHub      *self)
{
  g_signal_emit (self, signals[SIGNAL_SNAPSHOT], 0, source, snapshot);
}

static void
hr_hub_finalize (GObject *object)
{
  HrHub *self = HR_HUB (object);

  g_ptr_array_unref (self->peers);
  g_ptr_array_unref (self->sources);

  G_OBJECT_CLASS (hr_hub_parent_class)->finalize (object);
}

static void
hr_hub_class_init (HrHubClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hr_hub_finalize;

  signals[SIGNAL_SOURCE_ADDED] = g_signal_new ("source-added", HR_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                               G_TYPE_NONE, 1, HR_TYPE_SOURCE);
  signals[SIGNAL_SOURCE_STATE] = g_signal_new ("source-state", HR_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                               G_TYPE_NONE, 1, HR_TYPE_SOURCE);
  signals[SIGNAL_SNAPSHOT] = g_signal_new ("snapshot", HR_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 2, HR_TYPE_SOURCE, HR_TYPE_SNAPSHOT);
}

static void
hr_hub_init (HrHub *self)
{
  self->peers = g_ptr_array_new_with_free_func (g_object_unref);
  self->sources = g_ptr_array_new_with_free_func (g_object_unref);
}

/* Makes a hub without sources. Returns: (transfer full) */
HrHub *
hr_hub_new (void)
{
  return g_object_new (HR_TYPE_HUB, NULL);
}

/* Adds the agent behind @connector, with a source for its computer called @computer, and connects it.
 * Returns: (transfer none): that source */
HrSource *
hr_hub_add (HrHub       *self,
            HrConnector *connector,
            const char  *computer)
{
  HrPeer   *peer = hr_peer_new (connector, computer);
  HrSource *source = hr_peer_get_computer (peer);

  g_ptr_array_add (self->peers, peer);
  g_signal_connect_object (peer, "source-added", G_CALLBACK (peer_source_added_cb), self, 0);
  g_signal_connect_object (peer, "source-state", G_CALLBACK (peer_source_state_cb), self, 0);
  g_signal_connect_object (peer, "snapshot", G_CALLBACK (peer_snapshot_cb), self, 0);
  take_source (self, peer, source);
  hr_peer_connect (peer, source);

  return source;
}

/* Returns: (transfer none) (nullable): the agent that @source comes from. */
HrPeer *
hr_hub_find_peer (HrHub    *self,
                  HrSource *source)
{
  for (guint i = 0; i < self->peers->len; i++)
    if (hr_peer_owns (g_ptr_array_index (self->peers, i), source))
      return g_ptr_array_index (self->peers, i);

  return NULL;
}

/* Asks every agent to cut a snapshot every @interval_ms. */
void
hr_hub_set_interval (HrHub *self,
                     guint  interval_ms)
{
  for (guint i = 0; i < self->peers->len; i++)
    hr_peer_set_interval (g_ptr_array_index (self->peers, i), interval_ms);
}
