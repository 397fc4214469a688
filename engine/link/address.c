/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/address.h"

#include "engine/link/link-private.h"

#include <string.h>
#include <sys/un.h>

#define UDID_LIMIT 64

static gboolean
syntax_error (GError    **error,
              const char *message)
{
  g_set_error_literal (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_SYNTAX, message);

  return FALSE;
}

static gboolean
parse_local (HrAddress  *self,
             const char *rest,
             GError    **error)
{
  return *rest == '\0' || syntax_error (error, "nothing follows local:");
}

static gboolean
parse_unix (HrAddress  *self,
            const char *rest,
            GError    **error)
{
  if (*rest != '/' || !g_utf8_validate (rest, -1, NULL))
    return syntax_error (error, "unix: and the absolute path of a socket");

  if (strlen (rest) >= sizeof ((struct sockaddr_un *) NULL)->sun_path)
    {
      g_set_error_literal (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_TOO_LONG, "the path is too long for the name of a socket");
      return FALSE;
    }

  self->path = g_strdup (rest);

  return TRUE;
}

static gboolean
parse_tcp (HrAddress  *self,
           const char *rest,
           GError    **error)
{
  return hr_endpoint_parse (rest, &self->host, &self->port, error);
}

static gboolean
parse_usb (HrAddress  *self,
           const char *rest,
           GError    **error)
{
  gsize length = strcspn (rest, ":");

  if (length == 0 || length > UDID_LIMIT)
    return syntax_error (error, "usb: and the device's UDID, as idevice_id tells it");

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (rest[i]) && rest[i] != '-')
      return syntax_error (error, "a UDID is letters, digits and hyphens");

  self->port = HR_ADDRESS_USB_PORT;
  if (rest[length] == ':' && !hr_port_parse (rest + length + 1, &self->port, error))
    return FALSE;

  self->udid = g_strndup (rest, length);

  return TRUE;
}

static gboolean
parse_process (HrAddress  *self,
               const char *rest,
               GError    **error)
{
  return g_ascii_string_to_unsigned (rest, 10, 1, G_MAXINT32, &self->pid, NULL) ||
         syntax_error (error, "pid: and the number of a process");
}

static gboolean
parse_pairing (HrAddress  *self,
               const char *text,
               GError    **error)
{
  self->pairing = hr_pairing_parse (text, error);
  if (self->pairing == NULL)
    return FALSE;

  self->host = g_strdup (self->pairing->host);
  self->port = self->pairing->port;

  return TRUE;
}

static const struct
{
  const char *scheme;
  gboolean (*parse) (HrAddress  *self,
                     const char *rest,
                     GError    **error);
} forms[HR_N_ADDRESSES] = {
  [HR_ADDRESS_LOCAL] = { "local:", parse_local },
  [HR_ADDRESS_UNIX] = { "unix:", parse_unix },
  [HR_ADDRESS_TCP] = { "tcp:", parse_tcp },
  [HR_ADDRESS_USB] = { "usb:", parse_usb },
  [HR_ADDRESS_PROCESS] = { "pid:", parse_process },
};

/* An address whose scheme is long is more likely a mistake than a scheme, so it is not repeated. */
static void
set_scheme_error (GError    **error,
                  const char *text)
{
  g_autoptr (GString) known = g_string_new (NULL);
  gsize length = strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    g_string_append_printf (known, "%s, ", forms[i].scheme);

  if (length > 0 && length <= 16 && text[length] == ':')
    g_set_error (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_SCHEME, "“%.*s:” is none of %sheadroom:", (int) length, text, known->str);
  else
    g_set_error (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_SCHEME, "an address begins with one of %sheadroom:", known->str);
}

/* Reads an address or a pairing link. Returns a new address, or NULL with an error of HR_ADDRESS_ERROR, whose
 * message names what was expected and repeats no secret. */
HrAddress *
hr_address_parse (const char *text,
                  GError    **error)
{
  g_autoptr (HrAddress) self = g_new0 (HrAddress, 1);

  if (strlen (text) > HR_ADDRESS_LIMIT)
    {
      g_set_error (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_TOO_LONG, "an address has at most %d bytes", HR_ADDRESS_LIMIT);
      return NULL;
    }

  if (g_ascii_strncasecmp (text, "headroom:", strlen ("headroom:")) == 0)
    {
      self->type = HR_ADDRESS_TCP;
      return parse_pairing (self, text, error) ? g_steal_pointer (&self) : NULL;
    }

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    if (g_str_has_prefix (text, forms[i].scheme))
      {
        self->type = (HrAddressType) i;
        return forms[i].parse (self, text + strlen (forms[i].scheme), error) ? g_steal_pointer (&self) : NULL;
      }

  set_scheme_error (error, text);

  return NULL;
}

/* Returns the address as hr_address_parse () reads it (transfer full), but for a pairing's secrets. */
char *
hr_address_format (const HrAddress *self)
{
  g_autofree char *endpoint = NULL;

  switch (self->type)
    {
    case HR_ADDRESS_UNIX:
      return g_strconcat ("unix:", self->path, NULL);
    case HR_ADDRESS_TCP:
      endpoint = hr_endpoint_format (self->host, self->port);
      return g_strconcat ("tcp:", endpoint, NULL);
    case HR_ADDRESS_USB:
      if (self->port == HR_ADDRESS_USB_PORT)
        return g_strconcat ("usb:", self->udid, NULL);
      return g_strdup_printf ("usb:%s:%u", self->udid, self->port);
    case HR_ADDRESS_PROCESS:
      return g_strdup_printf ("pid:%" G_GUINT64_FORMAT, self->pid);
    case HR_ADDRESS_LOCAL:
    case HR_N_ADDRESSES:
    default:
      return g_strdup ("local:");
    }
}

/* Returns a copy of @self (nullable). */
HrAddress *
hr_address_copy (const HrAddress *self)
{
  HrAddress *copy = g_memdup2 (self, sizeof *self);

  if (copy != NULL)
    {
      copy->path = g_strdup (self->path);
      copy->udid = g_strdup (self->udid);
      copy->host = g_strdup (self->host);
      copy->pairing = hr_pairing_copy (self->pairing);
    }

  return copy;
}

/* Accepts NULL. */
void
hr_address_free (HrAddress *self)
{
  if (self == NULL)
    return;

  g_free (self->path);
  g_free (self->udid);
  g_free (self->host);
  hr_pairing_free (self->pairing);
  g_free (self);
}
