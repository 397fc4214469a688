/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/link.h"

G_BEGIN_DECLS

#define HR_CONNECTOR_FIRST_RETRY_MS 100
#define HR_CONNECTOR_LAST_RETRY_MS 5000

/* Keeps a link to one agent: opens it, opens it again with back-off when it is lost, until it is closed by us.
 *
 * Signals:
 *   "opened" (HrLink *)                       a new link, not started yet
 *   "lost" (const char *why, guint retry_ms)  there is no link; tried again after retry_ms
 *   "message" (const HrMessage *)             one came over the link */
#define HR_TYPE_CONNECTOR (hr_connector_get_type ())
G_DECLARE_FINAL_TYPE (HrConnector, hr_connector, HR, CONNECTOR, GObject)

HrConnector *hr_connector_new_spawn (const char *const *argv) G_GNUC_WARN_UNUSED_RESULT;
HrConnector *hr_connector_new_unix (const char *path) G_GNUC_WARN_UNUSED_RESULT;

void     hr_connector_open (HrConnector *self);
void     hr_connector_close (HrConnector *self);
gboolean hr_connector_is_open (HrConnector *self);
HrLink  *hr_connector_get_link (HrConnector *self);

void hr_connector_give_up (HrConnector *self,
                           const char  *why);

G_END_DECLS
