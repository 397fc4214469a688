/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/syslog.h"

G_BEGIN_DECLS

/* The system log of one device: read while somebody follows it and the device lets us, and again some seconds after it broke off. */
typedef struct _HrDeviceLog HrDeviceLog;

HrDeviceLog *hr_device_log_new (const char *udid,
                                void (*line) (const HrLogLine *line,
                                              gpointer         user_data),
                                gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void         hr_device_log_free (HrDeviceLog *self);

void hr_device_log_follow (HrDeviceLog *self,
                           const char  *filter);
void hr_device_log_leave (HrDeviceLog *self);

void hr_device_log_set_ready (HrDeviceLog *self,
                              gboolean     ready);
void hr_device_log_stop (HrDeviceLog *self);

guint64 hr_device_log_take_dropped (HrDeviceLog *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrDeviceLog, hr_device_log_free)

G_END_DECLS
