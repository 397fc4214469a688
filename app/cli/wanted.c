/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/wanted.h"

#include "engine/link/network.h"
#include "engine/model/source.h"

#include <string.h>

/* A token and the end of its line; what is longer is another file. */
#define TOKEN_FILE_LIMIT 256

static gboolean
read_token (const char *path,
            guint8     *out,
            GError    **error)
{
  g_autofree char *text = NULL;
  gsize            length;

  if (!g_file_get_contents (path, &text, &length, error))
    return FALSE;
  if (length > TOKEN_FILE_LIMIT || !hr_token_parse (g_strstrip (text), out, NULL))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "“%s” holds no token", path);
      return FALSE;
    }

  return TRUE;
}

/* The token of the agent that runs as the same user. Where it has none there is none to be made: nothing listens then. */
static gboolean
read_own_token (const char *folder,
                guint8     *out,
                GError    **error)
{
  g_autofree char *usual = g_build_filename (g_get_user_config_dir (), "headroom", "agent", NULL);
  g_autofree char *path = g_build_filename (folder != NULL ? folder : usual, "token", NULL);
  g_autoptr (HrIdentity) identity = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "no agent of this user has a token at “%s”: --token-file says where it is", path);
      return FALSE;
    }

  identity = hr_identity_load (folder, error);
  if (identity == NULL)
    return FALSE;

  memcpy (out, identity->token, HR_TOKEN_BYTES);

  return TRUE;
}

/* On this computer the token is enough; beyond it only a pairing link leads to an agent. */
static gboolean
add_token (HrAddress  *address,
           const char *token_file,
           const char *token_folder,
           GError    **error)
{
  g_autoptr (HrPairing) pairing = NULL;

  if (address->type != HR_ADDRESS_TCP || address->pairing != NULL || !hr_host_is_loopback (address->host))
    {
      if (token_file == NULL)
        return TRUE;
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--token-file is for tcp: and this computer alone; a pairing link leads to others");
      return FALSE;
    }

  pairing = g_new0 (HrPairing, 1);
  pairing->host = g_strdup (address->host);
  pairing->port = address->port;
  if (!(token_file != NULL ? read_token (token_file, pairing->token, error) : read_own_token (token_folder, pairing->token, error)))
    return FALSE;

  address->pairing = g_steal_pointer (&pairing);

  return TRUE;
}

/* Whether @text says a scheme and something behind it, as no program is called. */
static gboolean
looks_like_an_address (const char *text)
{
  gsize length = strspn (text, "abcdefghijklmnopqrstuvwxyz");

  return length > 0 && text[length] == ':' && text[length + 1] != ' ';
}

/* Reads what --source says; NULL: this computer. @token_file: (nullable); @token_folder: where this user's agent keeps its own, NULL for the
 * usual one. Returns FALSE, @out untouched, with an error that repeats no secret. */
gboolean
hr_wanted_parse (HrWanted   *out,
                 const char *text,
                 const char *token_file,
                 const char *token_folder,
                 GError    **error)
{
  g_autoptr (HrAddress) address = NULL;
  g_autoptr (GError) cause = NULL;

  address = hr_address_parse (text != NULL ? text : HR_SOURCE_LOCAL_ADDRESS, &cause);
  if (address == NULL && cause->code == HR_ADDRESS_ERROR_SCHEME && *text != '\0' && !looks_like_an_address (text) && token_file == NULL)
    {
      *out = (HrWanted){ .text = g_strdup (text), .name = g_strdup (text) };
      return TRUE;
    }
  if (address == NULL)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&cause), "--source: ");
      return FALSE;
    }
  if (!add_token (address, token_file, token_folder, error))
    return FALSE;

  *out = (HrWanted){ .text = address->type == HR_ADDRESS_LOCAL ? g_strdup ("this computer") : hr_address_format (address) };
  out->address = g_steal_pointer (&address);

  return TRUE;
}

/* Frees what @self owns and leaves it { 0 }. */
void
hr_wanted_clear (HrWanted *self)
{
  g_free (self->text);
  hr_address_free (self->address);
  g_free (self->name);
  memset (self, 0, sizeof *self);
}

/* Returns whether it is on this computer and needs its agent. */
gboolean
hr_wanted_is_here (const HrWanted *self)
{
  return self->address == NULL || self->address->type == HR_ADDRESS_LOCAL || self->address->type == HR_ADDRESS_PROCESS;
}
