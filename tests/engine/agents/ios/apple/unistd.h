/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sys/types.h>

#define _SC_NPROCESSORS_ONLN 58

int     close (int fd);
int     getpeereid (int    fd,
                    uid_t *user,
                    gid_t *group);
uid_t   geteuid (void);
pid_t   getpid (void);
int     pipe (int fds[2]);
ssize_t read (int    fd,
              void  *bytes,
              size_t size);
long    sysconf (int name);
int     unlink (const char *path);
ssize_t write (int         fd,
               const void *bytes,
               size_t      size);
