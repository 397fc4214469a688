/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/hub/connector.h"
#include "engine/hub/names.h"
#include "engine/hub/record-window.h"
#include "engine/hub/requests.h"
#include "engine/model/source.h"

G_BEGIN_DECLS

/* One agent and the sources that come from it: its origin (a computer or a device) and the programs on that. Speaks
 * the wire's order (resume, hello, totals, snapshots), keeps each source's state and how well its link goes, and notices an agent that
 * went silent. What state a device is in is for others to say: its agent is only one part of it.
 *
 * Signals:
 *   "source-added" (HrSource *)
 *   "source-removed" (HrSource *)
 *   "source-state" (HrSource *)
 *   "snapshot"     (HrSource *, HrSnapshot *)  it stands in the source's history already
 *   "refused"      (guint64 pid, const char *reason)  a program that was to be watched is not
 *   "link-changed" ()                          hr_peer_is_open (), hr_peer_get_trouble () */
#define HR_TYPE_PEER (hr_peer_get_type ())
G_DECLARE_FINAL_TYPE (HrPeer, hr_peer, HR, PEER, GObject)

HrPeer *hr_peer_new (HrOpener *opener,
                     HrSource *origin,
                     HrNames  *names) G_GNUC_WARN_UNUSED_RESULT;

HrSource *hr_peer_get_origin (HrPeer *self);
gboolean  hr_peer_owns (HrPeer   *self,
                        HrSource *source);
HrOpener *hr_peer_get_opener (HrPeer *self);
void      hr_peer_set_opener (HrPeer   *self,
                              HrOpener *opener);

gboolean    hr_peer_is_open (HrPeer *self);
const char *hr_peer_get_trouble (HrPeer *self);
gboolean    hr_peer_is_wanted (HrPeer *self);
void        hr_peer_set_present (HrPeer     *self,
                                 gboolean    present,
                                 const char *why);

void hr_peer_connect (HrPeer   *self,
                      HrSource *source);
void hr_peer_disconnect (HrPeer   *self,
                         HrSource *source);
void hr_peer_close (HrPeer *self);
void hr_peer_remove (HrPeer   *self,
                     HrSource *source);
void hr_peer_set_sampling (HrPeer   *self,
                           HrSource *source,
                           gboolean  sampling);
void hr_peer_request_cleanup (HrPeer   *self,
                              HrSource *source);
void hr_peer_set_interval (HrPeer *self,
                           guint   interval_ms);

void     hr_peer_search_async (HrPeer             *self,
                               const char         *text,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data);
HrFound *hr_peer_search_finish (HrPeer       *self,
                                GAsyncResult *result,
                                GError      **error) G_GNUC_WARN_UNUSED_RESULT;
void     hr_peer_watch (HrPeer *self,
                        guint64 pid,
                        guint64 start_time);

gboolean hr_peer_keeps_records (HrPeer   *self,
                                HrSource *source);
void     hr_peer_fetch_async (HrPeer             *self,
                              HrRecordWindow     *window,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data);
gboolean hr_peer_fetch_finish (HrPeer       *self,
                               GAsyncResult *result,
                               GError      **error);

/* For what is known or measured on this side of the link. */
void      hr_peer_set_name (HrPeer     *self,
                            const char *name);
HrSource *hr_peer_hold_program (HrPeer     *self,
                                const char *title);
void      hr_peer_release_program (HrPeer   *self,
                                   HrSource *source);
gboolean  hr_peer_wants (HrPeer   *self,
                         HrSource *source);
HrSource *hr_peer_find_pid (HrPeer *self,
                            guint64 pid);
void      hr_peer_set_state (HrPeer       *self,
                             HrSource     *source,
                             HrSourceState state,
                             const char   *message);
void      hr_peer_append (HrPeer     *self,
                          HrSource   *source,
                          HrSnapshot *snapshot);

G_END_DECLS
