/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/hub/peer.h"
#include "engine/hub/roster.h"

G_BEGIN_DECLS

/* The windows that are being filled with records: peer-records.c. */
typedef struct _HrFetches HrFetches;

/* A peer stands in four files: peer.c has the object and what is asked of it, peer-link.c how its link comes and goes, peer-messages.c what
 * comes over it, peer-records.c how records themselves are fetched. */
struct _HrPeer
{
  GObject parent_instance;

  HrConnector *connector;
  HrRoster    *roster;
  HrRequests  *requests;
  HrFetches   *fetches; /* NULL: nothing was fetched yet */
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
  guint      n_silent_ticks; /* since then */
  gboolean   heard;          /* anything over this link */
  guint      tick_source;
  guint      interval_ms; /* 0: the agent's own */
};

void hr_peer_follow_link (HrPeer *self);
void hr_peer_send (HrPeer          *self,
                   const HrMessage *message);
void hr_peer_send_control (HrPeer   *self,
                           HrSource *source,
                           HrControl control);
void hr_peer_open_link (HrPeer *self);
void hr_peer_close_link (HrPeer       *self,
                         HrSourceState state,
                         const char   *message);
void hr_peer_leave_all (HrPeer       *self,
                        HrSourceState state,
                        const char   *message);

void hr_peer_go_on_fetching (HrPeer *self);
void hr_peer_stop_fetching (HrPeer *self);
void hr_peer_take_records (HrPeer          *self,
                           const HrMessage *message);
void hr_fetches_free (HrFetches *self);

void hr_peer_follow_messages (HrPeer *self);
void hr_peer_count (HrSource            *source,
                    const HrLinkQuality *more);

void hr_peer_set_link_state (HrPeer       *self,
                             HrSource     *source,
                             HrSourceState state,
                             const char   *message);
void hr_peer_set_trouble (HrPeer *self,
                          char   *trouble);
void hr_peer_tell_refused (HrPeer     *self,
                           guint64     pid,
                           const char *reason);

G_END_DECLS
