/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/pairings.h"
#include "engine/monitor.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Lists the network sources that are known, how they stand, and lets them be revoked, allowed again and forgotten. */
#define HR_TYPE_PEERS_DIALOG (hr_peers_dialog_get_type ())
G_DECLARE_FINAL_TYPE (HrPeersDialog, hr_peers_dialog, HR, PEERS_DIALOG, AdwWindow)

GtkWindow *hr_peers_dialog_new (GtkWindow  *parent,
                                HrMonitor  *monitor,
                                HrPairings *pairings) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
