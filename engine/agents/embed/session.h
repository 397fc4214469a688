/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/agents/embed/stream.h"
#include "engine/wire/wire.h"

/* One peer's conversation: nothing before its token, where one is asked for, and its resume; then a hello, what it missed, and
 * the snapshots. */
typedef struct
{
  enum
  {
    HR_SESSION_FREE,
    HR_SESSION_WAITING, /* for the token or the resume */
    HR_SESSION_KNOWN,   /* the token was right */
    HR_SESSION_RESUMED, /* said where it stands; the server decides whether it is served */
    HR_SESSION_LIVE
  } state;
  int           fd;
  HrFrameCutter in;
  HrOutbox      out;
  size_t        n_answers;  /* bytes of them since the outbox was last empty */
  int64_t       began_ns;   /* all times monotonic */
  int64_t       heard_ns;   /* the last whole frame */
  int64_t       partial_ns; /* since when a frame has not been whole; 0: none */
  int64_t       stuck_ns;   /* since when nothing was taken; 0: nothing waits */

  bool     subscribed;
  bool     announced; /* @generation was */
  unsigned generation;
  bool     wants_totals;
  uint64_t next; /* snapshot to be sent */

  bool          asked; /* for records: not answered yet */
  uint32_t      request;
  uint8_t       uuid[HR_WIRE_UUID_BYTES];
  HrRecordQuery query;
} HrEmbedSession;

/* What a peer can ask of the server. */
typedef struct
{
  void (*control) (void                    *user_data,
                   const Headroom__Control *control);
  void          *user_data;
  HrEmbedStream *stream;
  const uint8_t *token; /* NULL: none is asked for */
} HrEmbedHost;

void hr_embed_session_begin (HrEmbedSession *self,
                             int             fd,
                             int64_t         now_ns);
void hr_embed_session_end (HrEmbedSession *self);
void hr_embed_session_abandon (HrEmbedSession *self);
void hr_embed_session_admit (HrEmbedSession *self);

bool hr_embed_session_receive (HrEmbedSession    *self,
                               const HrEmbedHost *host,
                               int64_t            now_ns);
bool hr_embed_session_send (HrEmbedSession *self,
                            HrEmbedStream  *stream,
                            int64_t         now_ns);
bool hr_embed_session_is_done (const HrEmbedSession *self,
                               const HrEmbedStream  *stream);
bool hr_embed_session_say_goodbye (HrEmbedSession *self,
                                   HrEmbedStream  *stream,
                                   const char     *reason);

int64_t hr_embed_session_deadline (const HrEmbedSession *self);
bool    hr_embed_session_is_silent (const HrEmbedSession *self,
                                    int64_t               now_ns);
