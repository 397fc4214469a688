/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/alert.h"

#include <math.h>

struct _HrAlert
{
  GObject parent_instance;

  HrAlertType type;
  char       *source;
  char       *budget;
  char       *title;
  HrUnit      unit;
  double      limit;
  double      worst;
  HrSeverity  severity;
  gint64      raised;
  gint64      cleared; /* 0: active */
};

G_DEFINE_FINAL_TYPE (HrAlert, hr_alert, G_TYPE_OBJECT)

static guint changed_signal;

static void
hr_alert_finalize (GObject *object)
{
  HrAlert *self = HR_ALERT (object);

  g_free (self->source);
  g_free (self->budget);
  g_free (self->title);

  G_OBJECT_CLASS (hr_alert_parent_class)->finalize (object);
}

static void
hr_alert_class_init (HrAlertClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hr_alert_finalize;

  changed_signal = g_signal_new ("changed", HR_TYPE_ALERT, G_SIGNAL_RUN_LAST, 0,
                                 NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hr_alert_init (HrAlert *self)
{
}

/* Returns the alert level of a breach: critical, high (error), medium (warning), else info. */
HrAlertLevel
hr_alert_level_from_severity (HrSeverity severity)
{
  switch (severity)
    {
    case HR_SEVERITY_CRITICAL:
      return HR_ALERT_CRITICAL;
    case HR_SEVERITY_HIGH:
      return HR_ALERT_ERROR;
    case HR_SEVERITY_MEDIUM:
      return HR_ALERT_WARNING;
    case HR_SEVERITY_NONE:
    case HR_SEVERITY_LOW:
    case HR_N_SEVERITIES:
    default:
      return HR_ALERT_INFO;
    }
}

/* Makes an active alert without a value yet (hr_alert_update ()).
 * @source, @budget: names; @title: for people; @limit: in @unit; @raised_us: UTC
 * Returns: (transfer full) */
HrAlert *
hr_alert_new (HrAlertType type,
              const char *source,
              const char *budget,
              const char *title,
              HrUnit      unit,
              double      limit,
              gint64      raised_us)
{
  HrAlert *self = g_object_new (HR_TYPE_ALERT, NULL);

  self->type = type;
  self->source = g_strdup (source);
  self->budget = g_strdup (budget);
  self->title = g_strdup (title);
  self->unit = unit;
  self->limit = limit;
  self->worst = limit;
  self->raised = raised_us;

  return self;
}

/* Returns what it is about. */
HrAlertType
hr_alert_get_alert_type (HrAlert *self)
{
  return self->type;
}

/* Returns: (transfer none): the name of the source that broke the budget. */
const char *
hr_alert_get_source (HrAlert *self)
{
  return self->source;
}

/* Returns: (transfer none): the name of the budget. */
const char *
hr_alert_get_budget (HrAlert *self)
{
  return self->budget;
}

/* Returns: (transfer none): what happened, for people. */
const char *
hr_alert_get_title (HrAlert *self)
{
  return self->title;
}

/* Returns the unit of value and limit. */
HrUnit
hr_alert_get_unit (HrAlert *self)
{
  return self->unit;
}

/* Returns the limit that was broken. */
double
hr_alert_get_limit (HrAlert *self)
{
  return self->limit;
}

/* Returns when it was raised, in microseconds since 1970 (UTC). */
gint64
hr_alert_get_raised (HrAlert *self)
{
  return self->raised;
}

/* Returns when it was cleared, in microseconds since 1970 (UTC); 0 while it is active. */
gint64
hr_alert_get_cleared (HrAlert *self)
{
  return self->cleared;
}

/* Returns whether the budget is still broken. */
gboolean
hr_alert_is_active (HrAlert *self)
{
  return self->cleared == 0;
}

/* Returns the value at the worst severity so far. */
double
hr_alert_get_worst (HrAlert *self)
{
  return self->worst;
}

/* Returns the worst severity so far. */
HrSeverity
hr_alert_get_severity (HrAlert *self)
{
  return self->severity;
}

/* Returns the level that the worst severity maps to. */
HrAlertLevel
hr_alert_get_level (HrAlert *self)
{
  return hr_alert_level_from_severity (self->severity);
}

/* Takes in that the budget stands at @value now. Value and severity only ever get worse: further from the
 * limit. Call it only while the budget is broken. */
void
hr_alert_update (HrAlert   *self,
                 double     value,
                 HrSeverity severity)
{
  double   distance = fabs (value - self->limit);
  gboolean worse = distance > fabs (self->worst - self->limit);

  if (!worse && severity <= self->severity)
    return;

  if (worse)
    self->worst = value;
  self->severity = MAX (self->severity, severity);
  g_signal_emit (self, changed_signal, 0);
}

/* Ends it at @cleared_us (UTC). It stays in the list. */
void
hr_alert_clear (HrAlert *self,
                gint64   cleared_us)
{
  if (self->cleared != 0)
    return;

  self->cleared = MAX (cleared_us, 1);
  g_signal_emit (self, changed_signal, 0);
}
