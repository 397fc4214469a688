/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/session.h"

G_BEGIN_DECLS

typedef struct
{
  const char *source;   /* what is measured, where the table does not say; NULL: the file's name */
  gint64      start_us; /* when time 0 was, for tables that count from their beginning; 0: they have dates */
} HrImportOptions;

/* What became of a table. */
typedef struct
{
  guint64 n_rows;
  guint64 n_bad; /* left out */
  guint   n_metrics;
  guint   n_sources;
  GStrv   complaints; /* of the first bad rows, by their line */
} HrImportResult;

void     hr_import_result_clear (HrImportResult *self);
gboolean hr_import_csv (const char            *path,
                        const char            *session,
                        const HrImportOptions *options,
                        HrProgress             progress,
                        gpointer               user_data,
                        HrImportResult        *out,
                        GError               **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrImportResult, hr_import_result_clear)

G_END_DECLS
