/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/units.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  HR_ALERT_PERFORMANCE,
  HR_ALERT_MEMORY,
  HR_ALERT_NETWORK,
  HR_ALERT_API,
  HR_ALERT_SYSTEM,
  HR_N_ALERT_TYPES
} HrAlertType;

typedef enum
{
  HR_ALERT_INFO,
  HR_ALERT_WARNING,
  HR_ALERT_ERROR,
  HR_ALERT_CRITICAL,
  HR_N_ALERT_LEVELS
} HrAlertLevel;

/* One breach of one budget by one source, from the first breaching snapshot until it cleared; the worst
 * value and severity are kept. Signal "changed" when any of its values moved. */
#define HR_TYPE_ALERT (hr_alert_get_type ())
G_DECLARE_FINAL_TYPE (HrAlert, hr_alert, HR, ALERT, GObject)

HrAlertLevel hr_alert_level_from_severity (HrSeverity severity);

HrAlert *hr_alert_new (HrAlertType type,
                       const char *source,
                       const char *budget,
                       const char *title,
                       HrUnit      unit,
                       double      limit,
                       gint64      raised_us) G_GNUC_WARN_UNUSED_RESULT;

HrAlertType hr_alert_get_alert_type (HrAlert *self);
const char *hr_alert_get_source (HrAlert *self);
const char *hr_alert_get_budget (HrAlert *self);
const char *hr_alert_get_title (HrAlert *self);
HrUnit      hr_alert_get_unit (HrAlert *self);
double      hr_alert_get_limit (HrAlert *self);
gint64      hr_alert_get_raised (HrAlert *self);
gint64      hr_alert_get_cleared (HrAlert *self);
gboolean    hr_alert_is_active (HrAlert *self);

double       hr_alert_get_worst (HrAlert *self);
HrSeverity   hr_alert_get_severity (HrAlert *self);
HrAlertLevel hr_alert_get_level (HrAlert *self);

void hr_alert_update (HrAlert   *self,
                      double     value,
                      HrSeverity severity);
void hr_alert_clear (HrAlert *self,
                     gint64   cleared_us);

G_END_DECLS
