/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/hub/devices.h"
#include "engine/monitor.h"

G_BEGIN_DECLS

/* The address of the agent that was started for this computer. */
#define HR_MONITOR_LOCAL_ADDRESS "local:"

/* The monitor stands in two files: monitor.c has the object, what it tells and how sources are judged, monitor-sources.c what is asked of
 * sources. */
struct _HrMonitor
{
  GObject parent_instance;

  HrHub       *hub;
  HrDevices   *devices; /* NULL until they are followed */
  HrAlertBook *alerts;
  HrContract  *contract;
  GHashTable  *verdicts; /* HrSource -> HrVerdict */
  guint        interval_ms;
};

G_END_DECLS
