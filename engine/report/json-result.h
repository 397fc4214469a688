/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/report/assessment.h"
#include "engine/report/json-text.h"

G_BEGIN_DECLS

void hr_json_result (HrJsonText           *json,
                     const HrBudgetResult *result);

G_END_DECLS
