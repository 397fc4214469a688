/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/hub.h"

struct _HrHub
{
  GObject parent_instance;

  GPtrArray *peers;   /* HrPeer */
  GPtrArray *sources; /* HrSource, each origin before its programs */
  HrNames   *names;
  guint      interval_ms; /* 0: nobody has asked for one */
};

enum
{
  SIGNAL_SOURCE_ADDED,
  SIGNAL_SOURCE_REMOVED,
  SIGNAL_SOURCE_STATE,
  SIGNAL_SNAPSHOT,
  SIGNAL_REFUSED,
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
drop_source (HrHub    *self,
             HrSource *source)
{
  g_autoptr (HrSource) dropped = g_object_ref (source);
  guint position;

  if (!g_ptr_array_find (self->sources, source, &position))
    return;

  g_ptr_array_remove_index (self->sources, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
  g_signal_emit (self, signals[SIGNAL_SOURCE_REMOVED], 0, dropped);
}

static void
peer_source_removed_cb (HrPeer   *peer,
                        HrSource *source,
                        HrHub    *self)
{
  drop_source (self, source);
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
peer_refused_cb (HrPeer     *peer,
                 guint64     pid,
                 const char *reason,
                 HrHub      *self)
{
  g_signal_emit (self, signals[SIGNAL_REFUSED], 0, hr_peer_get_origin (peer), pid, reason);
}

static void
hr_hub_finalize (GObject *object)
{
  HrHub *self = HR_HUB (object);

  g_ptr_array_unref (self->peers);
  g_ptr_array_unref (self->sources);
  hr_names_unref (self->names);

  G_OBJECT_CLASS (hr_hub_parent_class)->finalize (object);
}

static guint
new_signal (const char *name,
            guint       n_params,
            GType       first,
            GType       second,
            GType       third)
{
  return g_signal_new (name, HR_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, n_params, first, second, third);
}

static void
hr_hub_class_init (HrHubClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hr_hub_finalize;

  signals[SIGNAL_SOURCE_ADDED] = new_signal ("source-added", 1, HR_TYPE_SOURCE, G_TYPE_NONE, G_TYPE_NONE);
  signals[SIGNAL_SOURCE_REMOVED] = new_signal ("source-removed", 1, HR_TYPE_SOURCE, G_TYPE_NONE, G_TYPE_NONE);
  signals[SIGNAL_SOURCE_STATE] = new_signal ("source-state", 1, HR_TYPE_SOURCE, G_TYPE_NONE, G_TYPE_NONE);
  signals[SIGNAL_SNAPSHOT] = new_signal ("snapshot", 2, HR_TYPE_SOURCE, HR_TYPE_SNAPSHOT, G_TYPE_NONE);
  signals[SIGNAL_REFUSED] = new_signal ("refused", 3, HR_TYPE_SOURCE, G_TYPE_UINT64, G_TYPE_STRING);
}

static void
hr_hub_init (HrHub *self)
{
  self->peers = g_ptr_array_new_with_free_func (g_object_unref);
  self->sources = g_ptr_array_new_with_free_func (g_object_unref);
  self->names = hr_names_new ();
}

/* Makes a hub without sources. Returns: (transfer full) */
HrHub *
hr_hub_new (void)
{
  return g_object_new (HR_TYPE_HUB, NULL);
}

/* Adds the agent that @opener leads to, with a source for @origin. The link stays closed until it is asked for (hr_peer_connect ()).
 * Returns: (transfer none) */
HrPeer *
hr_hub_add (HrHub          *self,
            HrOpener       *opener,
            const HrOrigin *origin)
{
  g_autofree char *name = hr_names_claim (self->names, origin->name, NULL, NULL);
  g_autoptr (HrSource) source = hr_source_new (origin->role, name);
  HrPeer *peer;

  hr_source_set_place (source, origin->group, origin->address);
  peer = hr_peer_new (opener, source, self->names);
  hr_peer_set_interval (peer, self->interval_ms);
  g_ptr_array_add (self->peers, peer);
  g_signal_connect_object (peer, "source-added", G_CALLBACK (peer_source_added_cb), self, 0);
  g_signal_connect_object (peer, "source-removed", G_CALLBACK (peer_source_removed_cb), self, 0);
  g_signal_connect_object (peer, "source-state", G_CALLBACK (peer_source_state_cb), self, 0);
  g_signal_connect_object (peer, "snapshot", G_CALLBACK (peer_snapshot_cb), self, 0);
  g_signal_connect_object (peer, "refused", G_CALLBACK (peer_refused_cb), self, 0);
  take_source (self, peer, source);

  return peer;
}

/* Closes the link of @peer and drops its sources, the programs first. */
static void
forget_peer (HrHub  *self,
             HrPeer *peer)
{
  g_autoptr (HrPeer) forgotten G_GNUC_UNUSED = g_object_ref (peer);

  hr_peer_close (peer);
  for (guint i = self->sources->len; i > 0; i--)
    if (i <= self->sources->len && hr_peer_owns (peer, g_ptr_array_index (self->sources, i - 1)))
      drop_source (self, g_ptr_array_index (self->sources, i - 1));
  g_signal_handlers_disconnect_by_data (peer, self);
  g_ptr_array_remove (self->peers, peer);
}

/* Removes @source with all that came from it: an origin with its programs and its link, a program alone. */
void
hr_hub_forget (HrHub    *self,
               HrSource *source)
{
  HrPeer *peer = hr_hub_find_peer (self, source);

  if (peer == NULL)
    return;

  if (source == hr_peer_get_origin (peer))
    forget_peer (self, peer);
  else
    hr_peer_remove (peer, source);
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

/* Returns: (transfer none) (nullable): the agent that is found at @address. */
HrPeer *
hr_hub_find_address (HrHub      *self,
                     const char *address)
{
  for (guint i = 0; i < self->peers->len; i++)
    {
      HrPeer *peer = g_ptr_array_index (self->peers, i);

      if (g_str_equal (hr_source_get_address (hr_peer_get_origin (peer)), address))
        return peer;
    }

  return NULL;
}

/* Asks every agent, and those that are added later, to cut a snapshot every @interval_ms. */
void
hr_hub_set_interval (HrHub *self,
                     guint  interval_ms)
{
  self->interval_ms = interval_ms;
  for (guint i = 0; i < self->peers->len; i++)
    hr_peer_set_interval (g_ptr_array_index (self->peers, i), interval_ms);
}
