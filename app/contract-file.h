/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The text of a contract in a file that others may write too. */

gboolean hr_contract_file_save (const char   *path,
                                const char   *before,
                                const char   *text,
                                GCancellable *cancellable,
                                GError      **error);

void     hr_contract_file_save_async (const char         *path,
                                      const char         *before,
                                      const char         *text,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
gboolean hr_contract_file_save_finish (GAsyncResult *result,
                                       GError      **error);

char *hr_contract_file_suggest (const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
