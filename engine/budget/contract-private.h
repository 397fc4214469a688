/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/contract.h"

G_BEGIN_DECLS

struct _HrContract
{
  gatomicrefcount references;
  char           *name;
  char           *file;
  char           *text;    /* as it was read */
  GArray         *budgets; /* HrBudget */
};

HrContract *hr_contract_new (const char *file) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
