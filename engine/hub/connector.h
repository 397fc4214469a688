/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/hub/opener.h"
#include "engine/link/link.h"

G_BEGIN_DECLS

/* Keeps a link to one agent: opens it, opens it again with back-off when it is lost, until it is closed by us.
 *
 * Signals:
 *   "opened" (HrLink *)                          a new link, not started yet
 *   "lost" (const GError *why, guint retry_ms)   there is no link; tried again after retry_ms
 *   "message" (const HrMessage *)                one came over the link */
#define HR_TYPE_CONNECTOR (hr_connector_get_type ())
G_DECLARE_FINAL_TYPE (HrConnector, hr_connector, HR, CONNECTOR, GObject)

HrConnector *hr_connector_new (HrOpener *opener) G_GNUC_WARN_UNUSED_RESULT;

HrOpener *hr_connector_get_opener (HrConnector *self);
void      hr_connector_set_opener (HrConnector *self,
                                   HrOpener    *opener);

void     hr_connector_open (HrConnector *self);
void     hr_connector_close (HrConnector *self);
gboolean hr_connector_is_open (HrConnector *self);
HrLink  *hr_connector_get_link (HrConnector *self);

void hr_connector_give_up (HrConnector *self,
                           const char  *why);

G_END_DECLS
