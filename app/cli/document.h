/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/cli/readout.h"
#include "engine/report/csv-cell.h"
#include "engine/report/json-text.h"

G_BEGIN_DECLS

/* Readouts and sources for programs. */
void  hr_document_add_source (HrJsonText *json,
                              HrSource   *source,
                              const char *address);
char *hr_document_format (const HrReadout *readout,
                          gboolean         in_lines) G_GNUC_WARN_UNUSED_RESULT;

void hr_document_add_rows (GString         *out,
                           const HrReadout *readout);

/* The head of the table that hr_document_add_rows () adds to. */
#define HR_DOCUMENT_CSV_HEAD "time,source,metric,unit,now,mean,p99,max,budget_share,standing" HR_CSV_END_OF_ROW

G_END_DECLS
