/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/un.h>

#define HR_LISTENER_ADDRESS_BYTES (sizeof ((struct sockaddr_un *) NULL)->sun_path + 8)

/* Where the agent listens, and the socket while it does. */
typedef struct
{
  char     address[HR_LISTENER_ADDRESS_BYTES]; /* "unix:/PATH", "tcp:PORT" */
  int      fd;                                 /* -1: it does not */
  unsigned port;                               /* of tcp; 0: any that is free, until it listened once */
  dev_t    device;                             /* of the Unix socket's file: whoever put another in its place keeps it */
  ino_t    inode;
} HrEmbedListener;

/* What accepting came to. */
typedef enum
{
  HR_ACCEPT_PEER,
  HR_ACCEPT_NOBODY,
  HR_ACCEPT_REFUSED, /* somebody came who may not, or was gone again */
  HR_ACCEPT_LATER,   /* no descriptor or memory for another one now */
  HR_ACCEPT_BROKEN   /* the socket is none any more */
} HrAccept;

bool     hr_embed_listener_init (HrEmbedListener *self,
                                 const char      *address,
                                 const char     **out_error);
bool     hr_embed_listener_open (HrEmbedListener *self);
HrAccept hr_embed_listener_accept (HrEmbedListener *self,
                                   int             *out_fd);
void     hr_embed_listener_close (HrEmbedListener *self);
void     hr_embed_listener_abandon (HrEmbedListener *self);
