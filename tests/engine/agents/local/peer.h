/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/link.h"

#define PEER_NO_METRIC G_MAXUINT

/* The desktop's side of a link in a test: keeps every message that came. */
typedef struct
{
  HrMessageType type;
  guint         stream;
  HrStreamName  name; /* of a hello */
  HrSourceRole  role;
  char         *text; /* a hello's title, the reason of a goodbye or a refusal */
  char         *detail;
  gboolean      sampling;
  guint         n_metrics;
  HrMetricInfo *metrics;
  gint64        sent_ns; /* of a pong */
  gint64        monotonic_ns;
  HrSnapshot   *snapshot; /* also of totals */
  guint64       pid;      /* of a hello and a refusal */
  guint         request;  /* of what was found, or read */
  GPtrArray    *programs; /* HrProgram */
  guint         n_more;
  gboolean      known; /* of records */
  HrRecordPage  page;
  gboolean      records; /* of a hello: can be asked for */
} PeerEvent;

typedef struct
{
  HrLink  *link;
  GArray  *events; /* PeerEvent */
  gboolean closed;
} Peer;

/* What a peer has counted of one metric: totals, and the snapshots after them. */
typedef struct
{
  guint64 count;
  double  sum;
  double  self;
  double  last;
  guint64 sequence;
} PeerCount;

Peer *peer_new (HrLink *link);
void  peer_free (Peer *self);

void peer_resume (Peer             *self,
                  const HrPosition *positions,
                  guint             n_positions);
void peer_control (Peer            *self,
                   guint            stream,
                   const HrControl *control);
void peer_ping (Peer  *self,
                gint64 sent_ns);
void peer_search (Peer       *self,
                  guint       request,
                  const char *text,
                  guint       limit);
void peer_watch (Peer    *self,
                 guint64  pid,
                 guint64  start_time,
                 HrSwitch watched);

void peer_query (Peer                *self,
                 guint                request,
                 const guint8        *uuid,
                 const HrRecordQuery *query);

void             peer_wait (Peer *self,
                            guint n_events);
void             peer_wait_closed (Peer *self);
void             peer_wait_pong (Peer  *self,
                                 gint64 sent_ns);
const PeerEvent *peer_event (Peer *self,
                             guint index);
const PeerEvent *peer_find (Peer         *self,
                            HrMessageType type,
                            guint         stream);
const PeerEvent *peer_find_program (Peer   *self,
                                    guint64 pid);
guint            peer_find_metric (Peer       *self,
                                   guint       stream,
                                   const char *name);
guint            peer_count_type (Peer         *self,
                                  HrMessageType type,
                                  guint         stream);
PeerCount        peer_add_up (Peer *self,
                              guint stream,
                              guint metric);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Peer, peer_free)
