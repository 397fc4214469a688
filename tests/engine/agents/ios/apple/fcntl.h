/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#define O_RDONLY 0x0000
#define O_NONBLOCK 0x0004
#define O_CLOEXEC 0x01000000
#define FD_CLOEXEC 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4

int open (const char *path,
          int         flags,
          ...);
int fcntl (int fd,
           int command,
           ...);
