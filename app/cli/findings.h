/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/cli/options.h"

G_BEGIN_DECLS

/* How something stands that was looked at. */
typedef enum
{
  HR_FINDING_OK,
  HR_FINDING_WARNING, /* the rest works without it */
  HR_FINDING_BROKEN,
  HR_N_FINDINGS
} HrFindingState;

/* What was found, in the order in which it was looked at. */
typedef struct _HrFindings HrFindings;

HrFindings *hr_findings_new (void) G_GNUC_WARN_UNUSED_RESULT;
void        hr_findings_free (HrFindings *self);

void   hr_findings_add (HrFindings    *self,
                        const char    *name,
                        HrFindingState state,
                        const char    *advice,
                        const char    *format,
                        ...) G_GNUC_PRINTF (5, 6);
HrExit hr_findings_judge (HrFindings *self);
char  *hr_findings_print (HrFindings *self,
                          HrFormat    format) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrFindings, hr_findings_free)

G_END_DECLS
