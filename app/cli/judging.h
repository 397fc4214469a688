/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/source.h"
#include "engine/report/assessment.h"

G_BEGIN_DECLS

/* Judges snapshots as they come, just as those of a session file are judged: by what came since it began, and nothing that the source knew before. */
typedef struct _HrJudging HrJudging;

HrJudging *hr_judging_new (HrContract *contract) G_GNUC_WARN_UNUSED_RESULT;
void       hr_judging_free (HrJudging *self);

void          hr_judging_take (HrJudging  *self,
                               HrSource   *source,
                               HrSnapshot *snapshot);
HrAssessment *hr_judging_get_assessment (HrJudging *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrJudging, hr_judging_free)

G_END_DECLS
