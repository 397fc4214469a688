/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

/* Unix sockets as a program without GLib has them, with a limit to all waiting: of a client and of a daemon, between which bytes go. */

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TIMEOUT_SECONDS 30

/* More than the relay joins at once. */
#define N_WAITING 128

/* What a carrier brings from one side to the other. */
#define LARGE (24u << 20)

static inline struct sockaddr_un
address_of (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  g_assert_cmpuint (g_strlcpy (address.sun_path, path, sizeof address.sun_path), <, sizeof address.sun_path);

  return address;
}

static inline void
limit_waiting (int fd)
{
  const struct timeval limit = { .tv_sec = TIMEOUT_SECONDS };

  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), ==, 0);
  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit), ==, 0);
}

static inline int
listen_at (const char *path)
{
  struct sockaddr_un address = address_of (path);
  int                fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, N_WAITING), ==, 0);
  limit_waiting (fd);

  return fd;
}

/* Leaves a socket file on which nobody listens. */
static inline void
leave_socket (const char *folder,
              const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  close (listen_at (path));
}

/* Returns the connected socket, or -1 with errno. */
static inline int
try_connect (const char *path)
{
  struct sockaddr_un address = address_of (path);
  int                fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int                cause;

  limit_waiting (fd);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;

  cause = errno;
  close (fd);
  errno = cause;

  return -1;
}

static inline int
connect_to (const char *path)
{
  int fd = try_connect (path);

  g_assert_cmpint (fd, >=, 0);

  return fd;
}

static inline int
accept_from (int listener)
{
  int fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  limit_waiting (fd);

  return fd;
}

static inline void
say (int         fd,
     const char *text)
{
  g_assert_cmpint (send (fd, text, strlen (text), MSG_NOSIGNAL), ==, (gssize) strlen (text));
}

static inline void
hear (int         fd,
      const char *text)
{
  char heard[64] = "";

  g_assert_cmpint (recv (fd, heard, strlen (text), MSG_WAITALL), ==, (gssize) strlen (text));
  g_assert_cmpstr (heard, ==, text);
}

static inline void
hear_end (int fd)
{
  char byte;

  g_assert_cmpint (recv (fd, &byte, 1, 0), ==, 0);
}

/* Returns the next one that has something to say: an agent that begins asks by connecting whether another one listens. */
static inline int
accept_speaker (int listener)
{
  for (;;)
    {
      int  fd = accept_from (listener);
      char byte;

      if (recv (fd, &byte, 1, MSG_PEEK) > 0)
        return fd;
      close (fd);
    }
}

/* A byte that its place tells. */
static inline guint8
pattern (gsize at)
{
  return (guint8) ((at * 2654435761u) >> 13);
}

typedef struct
{
  int   fd;
  gsize piece;
  gsize n;
  gsize n_wrong;
} Carrier;

static inline gpointer
write_thread (gpointer user_data)
{
  Carrier *self = user_data;
  guint8   piece[64 << 10];

  while (self->n < LARGE)
    {
      gsize  wanted = MIN (self->piece, LARGE - self->n);
      gssize n;

      for (gsize i = 0; i < wanted; i++)
        piece[i] = pattern (self->n + i);
      n = send (self->fd, piece, wanted, MSG_NOSIGNAL);
      if (n <= 0)
        break;
      self->n += (gsize) n;
    }
  shutdown (self->fd, SHUT_WR);

  return NULL;
}

static inline gpointer
read_thread (gpointer user_data)
{
  Carrier *self = user_data;
  guint8   piece[64 << 10];
  gssize   n;

  while ((n = recv (self->fd, piece, self->piece, 0)) > 0)
    for (gssize i = 0; i < n; i++, self->n++)
      self->n_wrong += piece[i] != pattern (self->n);

  return NULL;
}
