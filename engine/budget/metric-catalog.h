/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/contract.h"
#include "engine/model/alert.h"

G_BEGIN_DECLS

/* A metric that contracts may speak of, or a family of them whose names a program gives. Texts are not translated yet: look
 * them up in our domain. In those of a family {name} stands for what hr_budget_subject () says. */
typedef struct
{
  const char *name; /* of a family: what its names begin with */
  HrKind      kind;
  HrUnit      unit;
  HrDirection direction;
  HrAlertType type;
  const char *title;  /* "Ranking latency" */
  const char *clause; /* "ranking takes {value}" */
} HrKnownMetric;

const HrKnownMetric *hr_metric_catalog_find (const char *name);

/* The built-in ones, by number; families aside. */
guint                hr_metric_catalog_get_n (void);
const HrKnownMetric *hr_metric_catalog_get (guint index);

/* Whether it is ours, of a family or not, rather than whatever a program may call a metric of its own. */
gboolean hr_known_metric_is_named (const HrKnownMetric *self);

/* What the budget is about; NULL for none that a contract can speak of. Every budget of a contract has one. */
const HrKnownMetric *hr_budget_metric (const HrBudget *budget);
const char          *hr_budget_subject (const HrBudget *budget);

/* "Ranking latency": the title of its metric. */
char *hr_budget_metric_title (const HrBudget *budget) G_GNUC_WARN_UNUSED_RESULT;

/* What a budget is called where people read it: "Ranking latency, p99". */
char *hr_budget_title (const HrBudget *budget) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
