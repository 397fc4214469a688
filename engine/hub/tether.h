/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/hub/hub.h"
#include "engine/link/syslog.h"

G_BEGIN_DECLS

/* One device, whether it hangs on its cable or not: what it says of itself, its battery, its figures without an agent and its system log,
 * beside the link to an agent in it, and the state that all of that comes to. */
typedef struct _HrTether HrTether;

/* Whom it tells. */
typedef struct
{
  void (*refused) (HrSource   *device,
                   guint64     pid,
                   const char *reason,
                   gpointer    user_data);
  void (*log_line) (HrSource        *device,
                    const HrLogLine *line,
                    gpointer         user_data);
} HrTetherEvents;

HrTether *hr_tether_new (HrPeer               *peer,
                         const char           *udid,
                         const HrTetherEvents *events,
                         gpointer              user_data) G_GNUC_WARN_UNUSED_RESULT;
void      hr_tether_free (HrTether *self);

HrPeer *hr_tether_get_peer (HrTether *self);

void hr_tether_introduce (HrTether *self);
void hr_tether_attach (HrTether *self);
void hr_tether_detach (HrTether *self);
void hr_tether_ask (HrTether *self);
void hr_tether_pair (HrTether *self);

HrFound *hr_tether_search (HrTether   *self,
                           const char *text,
                           GError    **error) G_GNUC_WARN_UNUSED_RESULT;
void     hr_tether_watch (HrTether *self,
                          guint64   pid);

void hr_tether_follow_log (HrTether   *self,
                           const char *filter);
void hr_tether_leave_log (HrTether *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrTether, hr_tether_free)

G_END_DECLS
