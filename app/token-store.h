/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where the tokens of network sources are kept, by address. Nothing here blocks. */
typedef struct
{
  void (*save) (gpointer            data,
                const char         *address,
                const char         *name,
                const char         *token,
                GCancellable       *cancellable,
                GAsyncReadyCallback callback,
                gpointer            user_data);
  gboolean (*save_finish) (GAsyncResult *result,
                           GError      **error);

  void (*find) (gpointer            data,
                const char         *address,
                GCancellable       *cancellable,
                GAsyncReadyCallback callback,
                gpointer            user_data);
  /* Transfer full; NULL without an error: there is none. */
  char *(*find_finish) (GAsyncResult *result,
                        GError      **error);

  void (*drop) (gpointer            data,
                const char         *address,
                GCancellable       *cancellable,
                GAsyncReadyCallback callback,
                gpointer            user_data);
  gboolean (*drop_finish) (GAsyncResult *result,
                           GError      **error);
} HrTokenStore;

/* In the user's keyring, through the Secret Service. It takes no data. */
extern const HrTokenStore hr_secret_token_store;

G_END_DECLS
