/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/source-input.h"

#include <glib/gi18n.h>

/* Whether @text says that it is a pairing link, whatever else is wrong with it. */
gboolean
hr_source_input_is_link (const char *text)
{
  return g_ascii_strncasecmp (text, "headroom:", strlen ("headroom:")) == 0;
}

/* Returns the address that @text means where it does not say of which kind it is: a path, or a host and port. */
static char *
complete (const char *text)
{
  static const char *const schemes[] = { "unix:", "tcp:", "usb:", "pid:", "local:" };

  if (*text == '/')
    return g_strconcat ("unix:", text, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_has_prefix (text, schemes[i]))
      return g_strdup (text);

  return hr_source_input_is_link (text) ? g_strdup (text) : g_strconcat ("tcp:", text, NULL);
}

static char *
strip (const char *text)
{
  return g_strstrip (g_strdup (text));
}

/* Gives @address, which names a host and port, the token that opens it. */
static gboolean
add_token (HrAddress  *address,
           const char *token,
           GError    **error)
{
  g_autofree char *stripped = strip (token);
  guint8           bytes[HR_TOKEN_BYTES];

  if (!hr_host_is_loopback (address->host))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” is another computer: paste its pairing link, which names its certificate too"), address->host);
      return FALSE;
    }
  if (*stripped == '\0')
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _ ("The token of the agent is missing"));
      return FALSE;
    }
  if (!hr_token_parse (stripped, bytes, error))
    return FALSE;

  address->pairing = g_new0 (HrPairing, 1);
  address->pairing->host = g_strdup (address->host);
  address->pairing->port = address->port;
  memcpy (address->pairing->token, bytes, sizeof bytes);

  return TRUE;
}

/* Returns (transfer full) the address of what @text and @token say; NULL with an error that can be shown beside them. */
HrAddress *
hr_source_input_read (const char *text,
                      const char *token,
                      GError    **error)
{
  g_autofree char *stripped = strip (text);
  g_autofree char *whole = complete (stripped);
  g_autoptr (HrAddress) address = NULL;

  if (*stripped == '\0')
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _ ("Paste a pairing link, or write an address"));
      return NULL;
    }

  address = hr_address_parse (whole, error);
  if (address == NULL)
    return NULL;
  if (address->type != HR_ADDRESS_TCP && address->type != HR_ADDRESS_UNIX)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _ ("Devices and programs of this computer appear by themselves"));
      return NULL;
    }
  if (address->type == HR_ADDRESS_TCP && address->pairing == NULL && !add_token (address, token, error))
    return NULL;

  return g_steal_pointer (&address);
}

gboolean
hr_source_input_wants_token (const char *text)
{
  g_autofree char *stripped = strip (text);
  g_autofree char *whole = complete (stripped);
  g_autoptr (HrAddress) address = hr_address_parse (whole, NULL);

  return address != NULL && address->type == HR_ADDRESS_TCP && address->pairing == NULL && hr_host_is_loopback (address->host);
}

char *
hr_source_input_name (const HrAddress *address)
{
  g_autofree char *text = NULL;

  if (address->type == HR_ADDRESS_UNIX)
    return g_path_get_basename (address->path);

  text = hr_address_format (address);

  return g_strdup (text + strlen ("tcp:"));
}
