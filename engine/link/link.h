/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/message.h"

G_BEGIN_DECLS

/* Messages both ways over one connected byte stream. Reading is bounded per main-loop iteration, writing
 * is queued up to 8 MiB; whatever goes wrong ends this link alone.
 *
 * Signals:
 *   "message" (const HrMessage *)   one arrived; valid during the emission
 *   "closed"  (const GError *)      the end, exactly once, also after hr_link_close () (HR_LINK_ERROR_CLOSED) */
#define HR_TYPE_LINK (hr_link_get_type ())
G_DECLARE_FINAL_TYPE (HrLink, hr_link, HR, LINK, GObject)

HrLink *hr_link_new (GIOStream *stream) G_GNUC_WARN_UNUSED_RESULT;

void     hr_link_start (HrLink *self);
void     hr_link_send (HrLink          *self,
                       const HrMessage *message);
void     hr_link_send_raw (HrLink *self,
                           GBytes *packed);
void     hr_link_close (HrLink *self);
gboolean hr_link_is_open (HrLink *self);

/* A link to a child program over a socketpair, whose other end is the child's descriptor 3. */
HrLink *hr_link_spawn (const char *const *argv,
                       const char *const *environment,
                       GSubprocess      **out_child,
                       GError           **error) G_GNUC_WARN_UNUSED_RESULT;
void    hr_link_spawn_async (const char *const  *argv,
                             const char *const  *environment,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data);
HrLink *hr_link_spawn_finish (GAsyncResult *result,
                              GSubprocess **out_child,
                              GError      **error) G_GNUC_WARN_UNUSED_RESULT;

/* A link from an inherited socket (the child's side of hr_link_spawn ()). */
HrLink *hr_link_new_for_fd (int      fd,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A link to a Unix socket of this user. */
void    hr_link_connect_unix_async (const char         *path,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);
HrLink *hr_link_connect_unix_finish (GAsyncResult *result,
                                     GError      **error) G_GNUC_WARN_UNUSED_RESULT;

/* Listens on a Unix socket of mode 0600; peers of another user are refused. Signal "link" (HrLink *). */
#define HR_TYPE_LISTENER (hr_listener_get_type ())
G_DECLARE_FINAL_TYPE (HrListener, hr_listener, HR, LISTENER, GObject)

HrListener *hr_listener_new_unix (const char *path,
                                  GError    **error) G_GNUC_WARN_UNUSED_RESULT;

/* Told of a peer of this user, whose socket does not block. */
typedef void (*HrPeerFunc) (GSocket *peer,
                            gpointer user_data);

HrListener *hr_listener_new_unix_raw (const char *path,
                                      HrPeerFunc  admitted,
                                      gpointer    user_data,
                                      GError    **error) G_GNUC_WARN_UNUSED_RESULT;
void        hr_unix_sweep (const char *folder,
                           const char *prefix);

G_END_DECLS
