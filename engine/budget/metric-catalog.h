/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/contract.h"
#include "engine/model/alert.h"

G_BEGIN_DECLS

/* A metric that contracts may speak of. Texts are not translated yet: look them up in our domain. */
typedef struct
{
  const char *name;
  HrKind      kind;
  HrUnit      unit;
  HrDirection direction;
  HrAlertType type;
  const char *title;  /* "Ranking latency" */
  const char *clause; /* "ranking takes {value}" */
} HrKnownMetric;

const HrKnownMetric *hr_metric_catalog_find (const char *name);

/* What a budget is called where people read it: "Ranking latency, p99". */
char *hr_budget_title (const HrBudget *budget) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
