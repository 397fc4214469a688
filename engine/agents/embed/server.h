/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/agents/embed/listener.h"
#include "engine/agents/embed/stream.h"

#include <poll.h>

/* Serves a stream to whoever connects: one desktop, and a few that have not said yet who they are. Never blocks: it does what can be
 * done and says what to wait for. Not thread safe. */
typedef struct _HrEmbedServer HrEmbedServer;

#define HR_SERVER_SESSIONS 5u
#define HR_SERVER_DESCRIPTORS (HR_SERVER_SESSIONS + 1)

typedef struct
{
  HrEmbedListener listener; /* taken over; not open yet */
  const uint8_t  *token;    /* HR_WIRE_TOKEN_BYTES, copied; NULL: none is asked for */
  const char     *detail;   /* copied */
  size_t          backlog_bytes;
  unsigned        interval_ms;
  uint64_t        epoch;
} HrEmbedServerOptions;

HrEmbedServer *hr_embed_server_new (HrRegionReader             *reader,
                                    const HrEmbedServerOptions *options,
                                    int64_t                     now_ns);
void           hr_embed_server_free (HrEmbedServer *self);
void           hr_embed_server_abandon (HrEmbedServer *self);

bool        hr_embed_server_listen (HrEmbedServer *self);
void        hr_embed_server_suspend (HrEmbedServer *self);
void        hr_embed_server_resume (HrEmbedServer *self,
                                    int64_t        now_ns);
const char *hr_embed_server_address (const HrEmbedServer *self);
void        hr_embed_server_set_thermal (HrEmbedServer *self,
                                         int            state);

int64_t  hr_embed_server_turn (HrEmbedServer *self,
                               int64_t        now_ns);
unsigned hr_embed_server_descriptors (const HrEmbedServer *self,
                                      struct pollfd       *out);

void hr_embed_server_finish (HrEmbedServer *self,
                             int64_t        now_ns);
bool hr_embed_server_is_done (const HrEmbedServer *self);
