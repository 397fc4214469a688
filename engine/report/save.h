/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Writes what is to stand in a file. */
typedef gboolean (*HrSaveFill) (GOutputStream *out,
                                gpointer       user_data,
                                GCancellable  *cancellable,
                                GError       **error);

gboolean hr_save_file (const char   *path,
                       HrSaveFill    fill,
                       gpointer      user_data,
                       GCancellable *cancellable,
                       GError      **error);
gboolean hr_save_bytes (const char   *path,
                        GBytes       *bytes,
                        GCancellable *cancellable,
                        GError      **error);

void     hr_save_bytes_async (const char         *path,
                              GBytes             *bytes,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data);
gboolean hr_save_bytes_finish (GAsyncResult *result,
                               GError      **error);

G_END_DECLS
