/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/device.h"
#include "engine/model/phone.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Figures of an iPhone without an agent in it: sysmontap and graphics over one DTX connection, in a worker thread (libimobiledevice brings
 * the stream). For iOS 16 and older; what a newer one, or one without developer image, needs stands in the error of "ended".
 *
 * Signals (main context of hr_instruments_start ()):
 *   "sample" (const HrPhoneSample *)
 *   "ended"  (const GError *)   exactly once; also after hr_instruments_stop () */
#define HR_TYPE_INSTRUMENTS (hr_instruments_get_type ())
G_DECLARE_FINAL_TYPE (HrInstruments, hr_instruments, HR, INSTRUMENTS, GObject)

#define HR_INSTRUMENTS_ERROR (hr_instruments_error_quark ())

typedef enum
{
  HR_INSTRUMENTS_ERROR_TOO_NEW,    /* iOS 17: no service for it; the in-app agent does it */
  HR_INSTRUMENTS_ERROR_NO_IMAGE,   /* the developer image is not mounted, or Developer Mode is off */
  HR_INSTRUMENTS_ERROR_PROTOCOL,   /* what came is no DTX, or breaks its limits */
  HR_INSTRUMENTS_ERROR_COMPRESSED, /* a compressed message although it was refused by capability */
  HR_INSTRUMENTS_ERROR_CLOSED,     /* the phone hung up or fell silent, or we hung up */
  HR_INSTRUMENTS_ERROR_UNREACHABLE /* no session with the phone: not attached, not paired or locked */
} HrInstrumentsError;

GQuark hr_instruments_error_quark (void);

HrInstruments *hr_instruments_new (const HrDevice *device) G_GNUC_WARN_UNUSED_RESULT;
void           hr_instruments_start (HrInstruments *self);
void           hr_instruments_stop (HrInstruments *self);

G_END_DECLS
