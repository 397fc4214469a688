/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/report/assessment.h"

G_BEGIN_DECLS

/* Everything a report says, read from a session once; the writers below only lay it out. */
typedef struct _HrReport HrReport;

typedef enum
{
  HR_REPORT_HTML,
  HR_REPORT_PDF,
  HR_REPORT_JSON,
  HR_REPORT_CSV,
  HR_N_REPORT_FORMATS
} HrReportFormat;

/* Summary, verdict a budget, charts, alerts, overhead, losses, provenance. @contract: (nullable): else the one in force in the session, else the default.
 * Blocks: for a thread. */
HrReport *hr_report_new (HrSession  *session,
                         HrContract *contract,
                         HrRange     range,
                         HrProgress  progress,
                         gpointer    user_data,
                         GError    **error) G_GNUC_WARN_UNUSED_RESULT;
void      hr_report_free (HrReport *self);

HrAssessment *hr_report_get_assessment (HrReport *self);

GBytes *hr_report_write (HrReport      *self,
                         HrReportFormat format,
                         GError       **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean hr_report_format_from_name (const char     *name,
                                     HrReportFormat *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrReport, hr_report_free)

G_END_DECLS
