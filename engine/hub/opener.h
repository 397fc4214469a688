/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/link.h"
#include "engine/link/pairing.h"
#include "engine/link/usbmux.h"

G_BEGIN_DECLS

/* A way to reach one agent, and how long to wait before it is tried again. Counted. */
typedef struct _HrOpener HrOpener;

typedef enum
{
  HR_OPENER_SPAWN, /* we start it ourselves, with a socket */
  HR_OPENER_UNIX,
  HR_OPENER_TCP,
  HR_OPENER_USB,   /* in an app of a device */
  HR_OPENER_BARRED /* there is no way, and a known reason why */
} HrOpenerKind;

#define HR_OPENER_FIRST_RETRY_MS 100
#define HR_OPENER_LAST_RETRY_MS 5000
/* An app that is not in the foreground may be there any moment, and asking costs next to nothing. */
#define HR_OPENER_APP_RETRY_MS 1000
/* To try again would change nothing. */
#define HR_OPENER_NO_RETRY 0

HrOpener *hr_opener_new_spawn (const char *const *argv) G_GNUC_WARN_UNUSED_RESULT;
HrOpener *hr_opener_new_unix (const char *path) G_GNUC_WARN_UNUSED_RESULT;
HrOpener *hr_opener_new_tcp (const HrPairing *pairing) G_GNUC_WARN_UNUSED_RESULT;
HrOpener *hr_opener_new_barred (const GError *why) G_GNUC_WARN_UNUSED_RESULT;
HrOpener *hr_opener_new_usb (HrUsbmux     *usbmux,
                             const char   *udid,
                             guint16       port,
                             const guint8 *token) G_GNUC_WARN_UNUSED_RESULT;
HrOpener *hr_opener_ref (HrOpener *self);
void      hr_opener_unref (HrOpener *self);

HrOpenerKind hr_opener_get_kind (HrOpener *self);
guint16      hr_opener_get_port (HrOpener *self);

void    hr_opener_open_async (HrOpener           *self,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data);
HrLink *hr_opener_open_finish (GAsyncResult *result,
                               GError      **error) G_GNUC_WARN_UNUSED_RESULT;
void    hr_opener_drop (HrOpener *self);

guint hr_opener_plan_retry (HrOpener     *self,
                            const GError *error,
                            guint        *n_failures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrOpener, hr_opener_unref)

G_END_DECLS
