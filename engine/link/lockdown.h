/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/device.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Asks a device over libimobiledevice, in a worker thread, who it is and how its battery is. What a device refuses is no
 * error: it stands in the result's state and advice. At most one question to a device at a time: one asked while another is under way gets its answer. */
void      hr_lockdown_ask_async (const char         *udid,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data);
HrDevice *hr_lockdown_ask_finish (GAsyncResult *result,
                                  GError      **error) G_GNUC_WARN_UNUSED_RESULT;

/* Asks the device to pair with this computer: its owner is asked on its screen. The result's state says how that went. */
void      hr_lockdown_pair_async (const char         *udid,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data);
HrDevice *hr_lockdown_pair_finish (GAsyncResult *result,
                                   GError      **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
