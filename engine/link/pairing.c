/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/pairing.h"

#include "engine/link/link-private.h"

#include <string.h>

#define SCHEME "headroom://"
#define HOST_LIMIT 253
#define LABEL_LIMIT 63

G_DEFINE_QUARK (hr - address - error - quark, hr_address_error)

/* Reads a number from 1 to 65535, without a sign or a space. Internal. */
gboolean
hr_port_parse (const char *text,
               guint16    *out,
               GError    **error)
{
  guint64 number;

  if (strlen (text) > 5 || !g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &number, NULL))
    {
      g_set_error_literal (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_PORT, "a port is a number from 1 to 65535");
      return FALSE;
    }

  *out = (guint16) number;

  return TRUE;
}

/* A name's labels are letters, digits, hyphens and, in practice, underscores. A last label of digits makes it an IPv4 address to some
 * resolvers, whatever it looks like, so that only a whole one is let through. */
static gboolean
name_is_valid (const char *host)
{
  const char *last = strrchr (host, '.');

  if (*host == '\0' || strlen (host) > HOST_LIMIT)
    return FALSE;

  last = last != NULL ? last + 1 : host;
  if (strspn (last, "0123456789") == strlen (last))
    return FALSE;

  while (host != NULL)
    {
      gsize length = strcspn (host, ".");

      if (length == 0 || length > LABEL_LIMIT || host[0] == '-' || host[length - 1] == '-')
        return FALSE;
      for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum (host[i]) && host[i] != '-' && host[i] != '_')
          return FALSE;
      host = host[length] == '.' ? host + length + 1 : NULL;
    }

  return TRUE;
}

static gboolean
host_is (const char   *host,
         GSocketFamily family)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL && g_inet_address_get_family (address) == family;
}

/* Reads HOST:PORT, an IPv6 address standing in brackets; @out_host comes without them. Internal. */
gboolean
hr_endpoint_parse (const char *text,
                   char      **out_host,
                   guint16    *out_port,
                   GError    **error)
{
  gboolean         bracketed = *text == '[';
  const char      *colon = strrchr (text, ':');
  g_autofree char *host = NULL;
  gboolean         good;

  if (colon == NULL || (bracketed && colon[-1] != ']'))
    {
      g_set_error_literal (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_PORT, "the port is missing: HOST:PORT, or [IPv6]:PORT");
      return FALSE;
    }

  host = bracketed ? g_strndup (text + 1, (gsize) (colon - text - 2)) : g_strndup (text, (gsize) (colon - text));
  if (bracketed)
    good = host_is (host, G_SOCKET_FAMILY_IPV6);
  else
    good = host_is (host, G_SOCKET_FAMILY_IPV4) || name_is_valid (host);

  if (!good)
    {
      g_set_error_literal (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_HOST,
                           "a host is a name, an IPv4 address, or an IPv6 address in brackets");
      return FALSE;
    }

  if (!hr_port_parse (colon + 1, out_port, error))
    return FALSE;

  *out_host = g_steal_pointer (&host);

  return TRUE;
}

/* Returns HOST:PORT as hr_endpoint_parse () reads it (transfer full). Internal. */
char *
hr_endpoint_format (const char *host,
                    guint16     port)
{
  return g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%u" : "%s:%u", host, port);
}

/* Whether @host, an address without brackets or a name, can only be this computer: then nobody beyond it sees the bytes. */
gboolean
hr_host_is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL ? g_inet_address_get_is_loopback (address) : g_ascii_strcasecmp (host, "localhost") == 0;
}

static char *
hex_format (const guint8 *bytes,
            gsize         n)
{
  GString *text = g_string_sized_new (2 * n + 1);

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (text, "%02x", bytes[i]);

  return g_string_free (text, FALSE);
}

/* Reads exactly @n bytes from exactly 2 @n digits; @out stays untouched otherwise. */
static gboolean
hex_parse (const char *text,
           gsize       n_digits,
           guint8     *out,
           gsize       n)
{
  if (n_digits != 2 * n)
    return FALSE;

  for (gsize i = 0; i < n_digits; i++)
    if (!g_ascii_isxdigit (text[i]))
      return FALSE;

  for (gsize i = 0; i < n; i++)
    out[i] = (guint8) (g_ascii_xdigit_value (text[2 * i]) << 4 | g_ascii_xdigit_value (text[2 * i + 1]));

  return TRUE;
}

/* Returns @token, HR_TOKEN_BYTES of it, as 32 hexadecimal digits (transfer full). */
char *
hr_token_format (const guint8 *token)
{
  return hex_format (token, HR_TOKEN_BYTES);
}

/* Reads 32 hexadecimal digits and nothing else into @out, HR_TOKEN_BYTES long. FALSE with HR_ADDRESS_ERROR_SYNTAX. */
gboolean
hr_token_parse (const char *text,
                guint8     *out,
                GError    **error)
{
  if (hex_parse (text, strlen (text), out, HR_TOKEN_BYTES))
    return TRUE;

  g_set_error_literal (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_SYNTAX, "a token is 32 hexadecimal digits");

  return FALSE;
}

/* What follows the “#”: FINGERPRINT.TOKEN, or TOKEN alone. */
static gboolean
parse_secrets (const char *text,
               HrPairing  *pairing,
               GError    **error)
{
  const char *dot = strchr (text, '.');

  if (dot != NULL && !hex_parse (text, (gsize) (dot - text), pairing->fingerprint, HR_FINGERPRINT_BYTES))
    {
      g_set_error_literal (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_SYNTAX,
                           "the pairing link is damaged: its fingerprint is not 64 hexadecimal digits; copy all of it");
      return FALSE;
    }
  if (!hr_token_parse (dot != NULL ? dot + 1 : text, pairing->token, NULL))
    {
      g_set_error_literal (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_SYNTAX,
                           "the pairing link is damaged: its token is not 32 hexadecimal digits; copy all of it");
      return FALSE;
    }

  pairing->secured = dot != NULL;
  if (pairing->secured || hr_host_is_loopback (pairing->host))
    return TRUE;

  g_set_error (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_UNSECURED,
               "the pairing link leads to “%s”, which is not this computer, but names no certificate", pairing->host);

  return FALSE;
}

/* Reads a pairing link, without a space around it. Returns a new pairing, or NULL with an error of HR_ADDRESS_ERROR. */
HrPairing *
hr_pairing_parse (const char *link,
                  GError    **error)
{
  g_autoptr (HrPairing) self = g_new0 (HrPairing, 1);
  g_autofree char *endpoint = NULL;
  const char      *secrets;

  if (strlen (link) > HR_ADDRESS_LIMIT)
    {
      g_set_error (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_TOO_LONG, "a pairing link has at most %d bytes", HR_ADDRESS_LIMIT);
      return NULL;
    }
  if (g_ascii_strncasecmp (link, SCHEME, strlen (SCHEME)) != 0)
    {
      g_set_error_literal (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_SCHEME, "a pairing link begins with " SCHEME);
      return NULL;
    }

  link += strlen (SCHEME);
  secrets = strstr (link, "/#");
  if (secrets == NULL)
    {
      g_set_error_literal (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_SYNTAX,
                           "the pairing link is cut off: it is " SCHEME "HOST:PORT/# and what makes it secret");
      return NULL;
    }

  endpoint = g_strndup (link, (gsize) (secrets - link));
  if (!hr_endpoint_parse (endpoint, &self->host, &self->port, error) ||
      !parse_secrets (secrets + strlen ("/#"), self, error))
    return NULL;

  return g_steal_pointer (&self);
}

/* Returns the pairing link of @self (transfer full), a secret. */
char *
hr_pairing_format (const HrPairing *self)
{
  g_autofree char *endpoint = hr_endpoint_format (self->host, self->port);
  g_autofree char *token = hr_token_format (self->token);
  g_autofree char *fingerprint = self->secured ? hex_format (self->fingerprint, HR_FINGERPRINT_BYTES) : NULL;

  return g_strconcat (SCHEME, endpoint, "/#", self->secured ? fingerprint : "", self->secured ? "." : "", token, NULL);
}

/* Returns a copy of @self (nullable). */
HrPairing *
hr_pairing_copy (const HrPairing *self)
{
  HrPairing *copy = g_memdup2 (self, sizeof *self);

  if (copy != NULL)
    copy->host = g_strdup (self->host);

  return copy;
}

/* Frees @self and leaves no token behind. Accepts NULL. */
void
hr_pairing_free (HrPairing *self)
{
  if (self == NULL)
    return;

  g_free (self->host);
  explicit_bzero (self, sizeof *self);
  g_free (self);
}
