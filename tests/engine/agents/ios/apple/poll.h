/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#define POLLIN 0x0001
#define POLLOUT 0x0004
#define POLLERR 0x0008
#define POLLHUP 0x0010
#define POLLNVAL 0x0020

struct pollfd
{
  int   fd;
  short events;
  short revents;
};

int poll (struct pollfd *descriptors,
          unsigned       n,
          int            timeout_ms);
