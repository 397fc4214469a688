/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/contract.h"

G_BEGIN_DECLS

typedef enum
{
  HR_LINT_ERROR, /* it is no contract */
  HR_LINT_WARNING,
  HR_N_LINT_SEVERITIES
} HrLintSeverity;

/* One thing to say about a contract file. */
typedef struct
{
  guint          line; /* from 1; 0: the file could not be read */
  HrLintSeverity severity;
  char          *text; /* without the place */
} HrLintRemark;

/* What is to be said of a contract, or of the file that should be one: arrays of HrLintRemark by line, empty where there is nothing. */
GPtrArray *hr_contract_lint (HrContract *contract) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *hr_contract_lint_file (const char *path) G_GNUC_WARN_UNUSED_RESULT;

const char *hr_lint_severity_name (HrLintSeverity severity);

G_END_DECLS
