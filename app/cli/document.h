/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/cli/readout.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Rises when a field changes its meaning or goes; new fields may come without that. */
#define HR_DOCUMENT_VERSION 1

/* Readouts and sources for programs. */
void  hr_document_add_text (JsonBuilder *builder,
                            const char  *name,
                            const char  *text);
void  hr_document_add_source (JsonBuilder *builder,
                              HrSource    *source,
                              const char  *address);
void  hr_document_add_readout (JsonBuilder     *builder,
                               const HrReadout *readout);
char *hr_document_print (JsonBuilder *builder,
                         gboolean     pretty) G_GNUC_WARN_UNUSED_RESULT;

void hr_document_add_rows (GString         *out,
                           const HrReadout *readout);

/* The head of the table that hr_document_add_rows () adds to. */
#define HR_DOCUMENT_CSV_HEAD "time,source,metric,unit,now,mean,p99,max,budget_share,standing\r\n"

G_END_DECLS
