/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The stream to a phone's instruments, by libimobiledevice. All but hr_dtx_connection_interrupt () may block, and belongs into a thread
 * of its own. */
typedef struct _HrDtxConnection HrDtxConnection;

HrDtxConnection *hr_dtx_connection_new (void) G_GNUC_WARN_UNUSED_RESULT;
void             hr_dtx_connection_unref (HrDtxConnection *self);

gboolean hr_dtx_connection_open (HrDtxConnection *self,
                                 const char      *udid,
                                 guint           *major_version,
                                 GError         **error);
gssize   hr_dtx_connection_read (HrDtxConnection *self,
                                 guint8          *bytes,
                                 gsize            size,
                                 guint            timeout_ms,
                                 GError         **error);
gboolean hr_dtx_connection_write (HrDtxConnection *self,
                                  GBytes          *bytes,
                                  GError         **error);
void     hr_dtx_connection_close (HrDtxConnection *self);
void     hr_dtx_connection_interrupt (HrDtxConnection *self);

GError *hr_instruments_error_new_too_new (guint major_version) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrDtxConnection, hr_dtx_connection_unref)

G_END_DECLS
