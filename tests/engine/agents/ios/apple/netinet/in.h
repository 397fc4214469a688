/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sys/socket.h>

struct in_addr
{
  uint32_t s_addr;
};

struct sockaddr_in
{
  uint8_t        sin_len;
  sa_family_t    sin_family;
  uint16_t       sin_port;
  struct in_addr sin_addr;
  char           sin_zero[8];
};

#define IPPROTO_TCP 6
#define INADDR_LOOPBACK ((uint32_t) 0x7f000001)

uint32_t htonl (uint32_t host);
uint16_t htons (uint16_t host);
uint16_t ntohs (uint16_t net);
