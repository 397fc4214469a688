/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/json-result.h"

#include <math.h>

/* Writes the members of @result, without brackets around them. Times are UTC, lengths of time end in _ms; "limit" is what "bound" says, a "limit" or
 * a "minimum": of compliance the share to alert below, of items within "of". Null is what there is none of: no source that had data, no value, no
 * time. */
void
hr_json_result (HrJsonText           *json,
                const HrBudgetResult *result)
{
  const HrBudget *budget = result->budget;

  hr_json_text (json, "budget", budget->name);
  hr_json_count (json, "line", budget->line);
  hr_json_text (json, "source", result->source);
  hr_json_text (json, "metric", budget->metric);
  hr_json_text (json, "statistic", hr_statistic_name (budget->statistic));
  hr_json_text (json, "outcome", hr_outcome_name (result->outcome));
  hr_json_flag (json, "required", budget->required);
  hr_json_text (json, "unit", hr_unit_name (result->unit));
  hr_json_text (json, "bound", hr_budget_bound_name (budget));
  hr_json_number (json, "limit", result->limit);
  hr_json_number (json, "of", budget->of);
  hr_json_number (json, "worst", result->worst);
  hr_json_number (json, "last", result->last);
  hr_json_text (json, "severity", hr_severity_name (result->severity));
  hr_json_time (json, "worst_at", result->worst_us);
  hr_json_time (json, "breach_at", result->breach_us);
  hr_json_number (json, "over_ms", (double) result->over_us / 1e3);
  hr_json_number (json, "measured_ms", (double) result->measured_us / 1e3);
  hr_json_count (json, "items", result->n_items);
}
