/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/token-store.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>

static const SecretSchema schema = {
  .name = "io.github.headroom.Headroom.Peer",
  .flags = SECRET_SCHEMA_NONE,
  .attributes = {
      { "address", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { NULL, 0 },
  },
};

/* Nothing here is cancelled: in a sandbox libsecret would wait for itself for ever when it is told so while the portal has not answered (up to 0.20.5 at
 * least). An answer that nobody waits for any more does no harm. */
static void
secret_save (gpointer            data,
             const char         *address,
             const char         *name,
             const char         *token,
             GCancellable       *cancellable,
             GAsyncReadyCallback callback,
             gpointer            user_data)
{
  g_autofree char *label = g_strdup_printf (_ ("Headroom: token of %s"), name);

  secret_password_store (&schema, SECRET_COLLECTION_DEFAULT, label, token, NULL, callback, user_data, "address", address, NULL);
}

static void
secret_find (gpointer            data,
             const char         *address,
             GCancellable       *cancellable,
             GAsyncReadyCallback callback,
             gpointer            user_data)
{
  secret_password_lookup (&schema, NULL, callback, user_data, "address", address, NULL);
}

/* The keyring's memory is its own: the caller frees with g_free (). */
static char *
secret_find_finish (GAsyncResult *result,
                    GError      **error)
{
  char *secret = secret_password_lookup_finish (result, error);
  char *token = g_strdup (secret);

  secret_password_free (secret);

  return token;
}

static void
secret_drop (gpointer            data,
             const char         *address,
             GCancellable       *cancellable,
             GAsyncReadyCallback callback,
             gpointer            user_data)
{
  secret_password_clear (&schema, NULL, callback, user_data, "address", address, NULL);
}

const HrTokenStore hr_secret_token_store = {
  .save = secret_save,
  .save_finish = secret_password_store_finish,
  .find = secret_find,
  .find_finish = secret_find_finish,
  .drop = secret_drop,
  .drop_finish = secret_password_clear_finish,
};
