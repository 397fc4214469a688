/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/report/export.h"

G_BEGIN_DECLS

/* An export that goes on. What a format appends to @text goes out whenever it has become long. */
typedef struct
{
  HrSession             *session;
  const HrExportOptions *options;
  GString               *text;
  gpointer               state; /* the format's own */
} HrExport;

/* How one format is written: once before all, for every snapshot of a wanted source in order of time, and once behind them. */
typedef struct
{
  const char *name;
  void (*begin) (HrExport *self);
  void (*snapshot) (HrExport              *self,
                    const HrSessionSource *source,
                    HrHistory             *history,
                    const HrSnapshot      *snapshot);
  void (*end) (HrExport *self);
} HrExportClass;

extern const HrExportClass hr_export_csv;
extern const HrExportClass hr_export_json;
extern const HrExportClass hr_export_ndjson;

gboolean hr_export_wants_source (const HrExport        *self,
                                 const HrSessionSource *source);
gboolean hr_export_wants_metric (const HrExport     *self,
                                 const HrMetricInfo *metric);

G_END_DECLS
