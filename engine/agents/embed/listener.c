/* SPDX-License-Identifier: MIT */

#include "engine/agents/embed/listener.h"

#include "engine/agents/embed/platform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNIX_PREFIX "unix:"
#define TCP_PREFIX "tcp:"
#define N_WAITING 4

static bool
is_unix (const HrEmbedListener *self)
{
  return strncmp (self->address, UNIX_PREFIX, strlen (UNIX_PREFIX)) == 0;
}

static const char *
path_of (const HrEmbedListener *self)
{
  return self->address + strlen (UNIX_PREFIX);
}

/* Reads a port, 0 to 65535, and nothing behind it. */
static bool
read_port (const char *text,
           unsigned   *out)
{
  unsigned port = 0;
  size_t   length = strspn (text, "0123456789");

  if (length == 0 || length > 5 || text[length] != '\0')
    return false;
  for (size_t i = 0; i < length; i++)
    port = port * 10 + (unsigned) (text[i] - '0');
  if (port > 65535)
    return false;

  *out = port;

  return true;
}

/* Takes over where to listen: "unix:/PATH", or "tcp:PORT", which is 127.0.0.1 alone; port 0 is one that is free. Returns false with what is
 * wrong in *@out_error. */
bool
hr_embed_listener_init (HrEmbedListener *self,
                        const char      *address,
                        const char     **out_error)
{
  HrEmbedListener made = { .fd = -1 };
  bool            fits = strlen (address) < sizeof made.address;

  if (fits)
    memcpy (made.address, address, strlen (address) + 1);

  if (strncmp (address, UNIX_PREFIX "/", strlen (UNIX_PREFIX "/")) == 0)
    {
      if (!fits || strlen (path_of (&made)) >= sizeof ((struct sockaddr_un *) NULL)->sun_path)
        return *out_error = "the path is too long for the name of a socket", false;
    }
  else if (!fits || strncmp (address, TCP_PREFIX, strlen (TCP_PREFIX)) != 0 ||
           !read_port (address + strlen (TCP_PREFIX), &made.port))
    return *out_error = "not an address to listen on: unix:/PATH or tcp:PORT", false;

  *self = made;

  return true;
}

/* Neither blocks nor outlives exec (), and a peer that is gone is an error and no signal. */
static bool
prepare_socket (int fd)
{
#ifdef SO_NOSIGPIPE
  int yes = 1;

  if (setsockopt (fd, SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof yes) < 0)
    return false;
#endif

  return fcntl (fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK) == 0;
}

static struct sockaddr_un
unix_address (const HrEmbedListener *self)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  snprintf (address.sun_path, sizeof address.sun_path, "%s", path_of (self));

  return address;
}

/* Whether the path is a socket that nobody listens on any more. */
static bool
file_is_stale (const HrEmbedListener *self)
{
  struct sockaddr_un address = unix_address (self);
  struct stat        info;
  bool               stale;
  int                fd;

  if (lstat (path_of (self), &info) < 0 || !S_ISSOCK (info.st_mode) || info.st_uid != geteuid ())
    return false;

  fd = socket (AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0)
    return false;
  stale = prepare_socket (fd) && connect (fd, (struct sockaddr *) &address, sizeof address) < 0 && errno == ECONNREFUSED;
  close (fd);

  return stale;
}

/* Nobody can connect between bind () and listen (), so the mode is right before anybody could. */
static bool
listen_unix (HrEmbedListener *self)
{
  struct sockaddr_un address = unix_address (self);
  struct stat        info;
  bool               bound = bind (self->fd, (struct sockaddr *) &address, sizeof address) == 0;

  if (!bound && errno == EADDRINUSE && file_is_stale (self) && unlink (path_of (self)) == 0)
    bound = bind (self->fd, (struct sockaddr *) &address, sizeof address) == 0;
  if (!bound)
    return false;

  if (chmod (path_of (self), 0600) < 0 || lstat (path_of (self), &info) < 0)
    return false;
  self->device = info.st_dev;
  self->inode = info.st_ino;

  return listen (self->fd, N_WAITING) == 0;
}

/* The loopback alone: on any other address the whole Wi-Fi could come. */
static bool
listen_tcp (HrEmbedListener *self)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((uint16_t) self->port) };
  socklen_t          size = sizeof address;
  int                yes = 1;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (setsockopt (self->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
      bind (self->fd, (struct sockaddr *) &address, sizeof address) < 0 || listen (self->fd, N_WAITING) < 0 ||
      getsockname (self->fd, (struct sockaddr *) &address, &size) < 0)
    return false;

  self->port = ntohs (address.sin_port);
  snprintf (self->address, sizeof self->address, TCP_PREFIX "%u", self->port);

  return true;
}

/* Begins to listen. Returns false with errno. */
bool
hr_embed_listener_open (HrEmbedListener *self)
{
  int error;

  self->fd = socket (is_unix (self) ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
  if (self->fd < 0)
    return false;
  if (prepare_socket (self->fd) && (is_unix (self) ? listen_unix (self) : listen_tcp (self)))
    return true;

  error = errno;
  hr_embed_listener_close (self);
  errno = error;

  return false;
}

static HrAccept
accept_failed (int error)
{
  switch (error)
    {
    case EINTR:
    case ECONNABORTED:
      return HR_ACCEPT_REFUSED;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return HR_ACCEPT_LATER;
    default:
      return error == EAGAIN || error == EWOULDBLOCK ? HR_ACCEPT_NOBODY : HR_ACCEPT_BROKEN;
    }
}

/* Takes the next peer that waits, in *@out_fd where it is one of ours. Does not block. */
HrAccept
hr_embed_listener_accept (HrEmbedListener *self,
                          int             *out_fd)
{
  int fd = accept (self->fd, NULL, NULL);
  int yes = 1;

  if (fd < 0)
    return accept_failed (errno);
  if (!prepare_socket (fd) || (is_unix (self) && !hr_platform_peer_is_us (fd)))
    {
      close (fd);
      return HR_ACCEPT_REFUSED;
    }

  /* A snapshot is on its way at once; where that cannot be had it comes a little later. */
  if (!is_unix (self))
    (void) setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  *out_fd = fd;

  return HR_ACCEPT_PEER;
}

/* Closes the socket, where it is open, and leaves its file to whoever listens there too. */
void
hr_embed_listener_abandon (HrEmbedListener *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  self->inode = 0;
}

/* Stops listening, where it does, and removes the socket's file where it is still ours. It is shut down first: as long as another thread
 * waits for the socket, closing it alone would leave it open. */
void
hr_embed_listener_close (HrEmbedListener *self)
{
  struct stat info;

  if (self->fd >= 0)
    shutdown (self->fd, SHUT_RDWR);
  if (self->fd >= 0 && self->inode != 0 && lstat (path_of (self), &info) == 0 && info.st_dev == self->device && info.st_ino == self->inode)
    unlink (path_of (self));
  hr_embed_listener_abandon (self);
}
