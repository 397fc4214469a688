/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/local/entrance.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

/* Returns the address, or NULL with an error of HR_ADDRESS_ERROR when it cannot be understood or nothing can be listened to there. */
HrAddress *
hr_entrance_parse (const char *text,
                   GError    **error)
{
  g_autoptr (HrAddress) address = hr_address_parse (text, error);

  if (address == NULL)
    return NULL;

  if ((address->type == HR_ADDRESS_UNIX || address->type == HR_ADDRESS_TCP) && address->pairing == NULL)
    return g_steal_pointer (&address);

  g_set_error_literal (error, HR_ADDRESS_ERROR, HR_ADDRESS_ERROR_SCHEME, "only unix:PATH and tcp:HOST:PORT can be listened on");

  return NULL;
}

/* Listens on @address, one of hr_entrance_parse (); @identity is not needed for a Unix socket. NULL with @error. */
HrListener *
hr_entrance_open (const HrAddress  *address,
                  const HrIdentity *identity,
                  GError          **error)
{
  if (address->type == HR_ADDRESS_UNIX)
    return hr_listener_new_unix (address->path, error);

  return hr_listener_new_tcp (address->host, address->port, identity, error);
}

/* The addresses of the interfaces that are up. */
static GPtrArray *
list_addresses (void)
{
  GPtrArray      *addresses = g_ptr_array_new_with_free_func (g_object_unref);
  struct ifaddrs *all = NULL;

  if (getifaddrs (&all) < 0)
    return addresses;

  for (struct ifaddrs *at = all; at != NULL; at = at->ifa_next)
    {
      g_autoptr (GSocketAddress) address = NULL;

      if (at->ifa_addr == NULL || (at->ifa_flags & IFF_UP) == 0)
        continue;
      if (at->ifa_addr->sa_family == AF_INET)
        address = g_socket_address_new_from_native (at->ifa_addr, sizeof (struct sockaddr_in));
      else if (at->ifa_addr->sa_family == AF_INET6)
        address = g_socket_address_new_from_native (at->ifa_addr, sizeof (struct sockaddr_in6));
      if (address != NULL)
        g_ptr_array_add (addresses, g_object_ref (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address))));
    }
  freeifaddrs (all);

  return addresses;
}

/* Returns the names of hosts (transfer full), at least one. A wildcard of IPv4 leaves out what is IPv6; link-local addresses are left
 * out, as they mean something only together with an interface of the other computer. */
char **
hr_entrance_hosts (const char *host,
                   GPtrArray  *addresses,
                   const char *name)
{
  g_autoptr (GInetAddress) wildcard = g_inet_address_new_from_string (host);
  g_autoptr (GStrvBuilder) hosts = g_strv_builder_new ();
  gsize n = 0;

  if (wildcard == NULL || !g_inet_address_get_is_any (wildcard))
    {
      g_strv_builder_add (hosts, host);
      return g_strv_builder_end (hosts);
    }

  for (guint i = 0; i < addresses->len; i++)
    {
      GInetAddress    *address = addresses->pdata[i];
      g_autofree char *text = g_inet_address_to_string (address);

      if (g_inet_address_get_is_loopback (address) || g_inet_address_get_is_link_local (address) ||
          (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6 &&
           g_inet_address_get_family (wildcard) == G_SOCKET_FAMILY_IPV4))
        continue;
      g_strv_builder_add (hosts, text);
      n++;
    }

  if (n > 0)
    g_strv_builder_add (hosts, name);
  else
    g_strv_builder_add (hosts, g_inet_address_get_family (wildcard) == G_SOCKET_FAMILY_IPV6 ? "::1" : "127.0.0.1");

  return g_strv_builder_end (hosts);
}

/* Returns the pairing links (transfer full), secrets all of them. A host that no link can carry is left out. */
char **
hr_entrance_links (const HrAddress  *address,
                   const HrIdentity *identity)
{
  g_autoptr (GStrvBuilder) links = g_strv_builder_new ();
  g_autoptr (GPtrArray) addresses = NULL;
  g_auto (GStrv) hosts = NULL;
  HrPairing pairing = { .port = address->port };

  if (address->type != HR_ADDRESS_TCP)
    return g_strv_builder_end (links);

  addresses = list_addresses ();
  hosts = hr_entrance_hosts (address->host, addresses, g_get_host_name ());
  pairing.secured = !hr_host_is_loopback (address->host);
  memcpy (pairing.fingerprint, identity->fingerprint, HR_FINGERPRINT_BYTES);
  memcpy (pairing.token, identity->token, HR_TOKEN_BYTES);
  for (guint i = 0; hosts[i] != NULL; i++)
    {
      g_autofree char *link = NULL;
      g_autoptr (HrPairing) read_back = NULL;

      pairing.host = hosts[i];
      link = hr_pairing_format (&pairing);
      read_back = hr_pairing_parse (link, NULL);
      if (read_back != NULL)
        g_strv_builder_add (links, link);
    }

  return g_strv_builder_end (links);
}
