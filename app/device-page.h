/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/monitor.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  HR_DEVICE_PAGE_NONE,
  HR_DEVICE_PAGE_WAITING,
  HR_DEVICE_PAGE_ERROR,
  HR_DEVICE_PAGE_DATA
} HrDevicePageState;

/* All about one device: who it is, its battery, its link, its programs, what it tells by itself, its system log, and what stands in the way.
 * Signal "chosen" (HrSource *): one of its programs is to be shown. */
#define HR_TYPE_DEVICE_PAGE (hr_device_page_get_type ())
G_DECLARE_FINAL_TYPE (HrDevicePage, hr_device_page, HR, DEVICE_PAGE, GtkWidget)

void hr_device_page_follow (HrDevicePage *self,
                            HrMonitor    *monitor);

/* @device: NULL for none. */
void hr_device_page_set_source (HrDevicePage *self,
                                HrSource     *device);

HrDevicePageState hr_device_page_get_state (HrDevicePage *self);

G_END_DECLS
