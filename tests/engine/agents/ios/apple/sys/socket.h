/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sys/types.h>

typedef uint8_t  sa_family_t;
typedef uint32_t socklen_t;

struct sockaddr
{
  uint8_t     sa_len;
  sa_family_t sa_family;
  char        sa_data[14];
};

#define AF_UNIX 1
#define AF_INET 2
#define SOCK_STREAM 1
#define SOL_SOCKET 0xffff
#define SO_REUSEADDR 0x0004
#define SO_NOSIGPIPE 0x1022
#define SHUT_WR 1
#define SHUT_RDWR 2

int     accept (int              fd,
                struct sockaddr *address,
                socklen_t       *size);
int     bind (int                    fd,
              const struct sockaddr *address,
              socklen_t              size);
int     connect (int                    fd,
                 const struct sockaddr *address,
                 socklen_t              size);
int     getsockname (int              fd,
                     struct sockaddr *address,
                     socklen_t       *size);
int     listen (int fd,
                int n_waiting);
ssize_t recv (int    fd,
              void  *bytes,
              size_t size,
              int    flags);
ssize_t send (int         fd,
              const void *bytes,
              size_t      size,
              int         flags);
int     setsockopt (int         fd,
                    int         level,
                    int         option,
                    const void *value,
                    socklen_t   size);
int     shutdown (int fd,
                  int how);
int     socket (int family,
                int type,
                int protocol);
