/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/agents/local/stream.h"
#include "engine/link/link.h"

G_BEGIN_DECLS

/* One link's conversation: nothing before its resume, then per stream a hello, what the other side missed, and the snapshots. */
typedef struct _HrSession HrSession;

/* What the agent is told. None of them may free the session. */
typedef struct
{
  void (*resumed) (HrSession *session,
                   gpointer   user_data);
  void (*control) (HrSession       *session,
                   guint            stream,
                   const HrControl *control,
                   gpointer         user_data);
  void (*search) (HrSession  *session,
                  guint       request,
                  const char *text,
                  guint       limit,
                  gpointer    user_data);
  void (*watch) (HrSession *session,
                 guint64    pid,
                 guint64    start_time,
                 gboolean   watched,
                 gpointer   user_data);
  void (*query) (HrSession           *session,
                 const HrRecordQuery *query,
                 const guint8        *uuid,
                 guint                request,
                 gpointer             user_data);
  void (*closed) (HrSession *session,
                  gpointer   user_data);
} HrSessionEvents;

HrSession *hr_session_new (HrLink                *link,
                           const HrSessionEvents *events,
                           gpointer               user_data) G_GNUC_WARN_UNUSED_RESULT;
void       hr_session_free (HrSession *self);

gboolean hr_session_is_open (const HrSession *self);
gboolean hr_session_is_live (const HrSession *self);
gboolean hr_session_is_subscribed (const HrSession *self);
gboolean hr_session_has_stream (const HrSession *self,
                                const HrStream  *stream);

void hr_session_announce (HrSession      *self,
                          const HrStream *stream);
void hr_session_subscribe (HrSession      *self,
                           const HrStream *stream,
                           gboolean        subscribed);
void hr_session_send_snapshot (HrSession      *self,
                               const HrStream *stream,
                               GBytes         *packed);
void hr_session_end_stream (HrSession      *self,
                            const HrStream *stream);

void hr_session_recall (HrSession      *self,
                        const HrStream *stream);
void hr_session_tell_found (HrSession *self,
                            guint      request,
                            GPtrArray *programs,
                            guint      n_more);
void hr_session_refuse (HrSession  *self,
                        guint64     pid,
                        const char *reason);
void hr_session_tell_records (HrSession          *self,
                              guint               request,
                              const HrRecordPage *page);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrSession, hr_session_free)

G_END_DECLS
