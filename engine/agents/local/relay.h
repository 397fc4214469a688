/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Brings this computer's usbmuxd to programs in a sandbox, which have the runtime folder and nothing else: a socket there, each of whose
 * connections is joined with one of its own to the daemon. So it does not matter to the sandbox when the daemon starts, or how often. Bytes
 * are handed on as they come, at most 8 KiB in an iteration of the main loop and each way; nothing in them is looked at. */
typedef struct _HrRelay HrRelay;

/* So many are joined at once; any more are closed. */
#define HR_RELAY_MAX 64

gboolean hr_relay_check_name (const char *name,
                              GError    **error);

HrRelay *hr_relay_new (const char *name,
                       const char *address) G_GNUC_WARN_UNUSED_RESULT;
void     hr_relay_free (HrRelay *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrRelay, hr_relay_free)

G_END_DECLS
