/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/session.h"

G_BEGIN_DECLS

typedef enum
{
  HR_EXPORT_CSV,
  HR_EXPORT_JSON,
  HR_EXPORT_NDJSON,
  HR_N_EXPORT_FORMATS
} HrExportFormat;

typedef struct
{
  const char *source; /* glob over names; NULL: all */
  const char *metric; /* glob over names; NULL: all */
  HrRange     range;
} HrExportOptions;

/* Writes what a session holds to @out as it reads it, to the last digit. Blocks: for a thread. */
gboolean hr_export_session (HrSession             *session,
                            HrExportFormat         format,
                            const HrExportOptions *options,
                            GOutputStream         *out,
                            HrProgress             progress,
                            gpointer               user_data,
                            GCancellable          *cancellable,
                            GError               **error);

/* The same into the file @path, which appears whole or not at all. */
gboolean hr_export_save (HrSession             *session,
                         HrExportFormat         format,
                         const HrExportOptions *options,
                         const char            *path,
                         HrProgress             progress,
                         gpointer               user_data,
                         GCancellable          *cancellable,
                         GError               **error);

gboolean hr_export_format_from_name (const char     *name,
                                     HrExportFormat *out);

G_END_DECLS
