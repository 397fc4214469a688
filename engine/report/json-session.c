/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/json-session.h"

/* Appends {"begin", "end", "boot", "version", "host"}. */
void
hr_json_session_run (HrJsonText         *json,
                     const HrSessionRun *run)
{
  hr_json_open (json, NULL, '{');
  hr_json_time (json, "begin", run->begin_us);
  hr_json_time (json, "end", run->end_us);
  hr_json_text (json, "boot", run->boot);
  hr_json_text (json, "version", run->version);
  /* JSON in a file from outside: as text, whatever it is. */
  hr_json_text (json, "host", run->host);
  hr_json_close (json, '}');
}

/* Appends {"source", "budget", "title", "severity", "unit", "limit", "worst", "raised", "cleared"}. */
void
hr_json_session_alert (HrJsonText        *json,
                       const HrAlertNote *alert)
{
  hr_json_open (json, NULL, '{');
  hr_json_text (json, "source", alert->source);
  hr_json_text (json, "budget", alert->budget);
  hr_json_text (json, "title", alert->title);
  hr_json_text (json, "severity", hr_severity_name (alert->severity));
  hr_json_text (json, "unit", hr_unit_name (alert->unit));
  hr_json_number (json, "limit", alert->limit);
  hr_json_number (json, "worst", alert->worst);
  hr_json_time (json, "raised", alert->raised_us);
  hr_json_time (json, "cleared", alert->cleared_us);
  hr_json_close (json, '}');
}

/* Appends {"time", "kind", "source", "text", "n", "value"}. */
void
hr_json_session_mark (HrJsonText   *json,
                      const HrMark *mark)
{
  hr_json_open (json, NULL, '{');
  hr_json_time (json, "time", mark->time_us);
  hr_json_text (json, "kind", hr_mark_kind_name (mark->kind));
  hr_json_text (json, "source", mark->source);
  hr_json_text (json, "text", mark->text);
  hr_json_count (json, "n", mark->n);
  hr_json_number (json, "value", mark->value);
  hr_json_close (json, '}');
}
