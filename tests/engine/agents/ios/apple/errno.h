/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

int *__error (void);
#define errno (*__error ())

#define EPERM 1
#define ENOENT 2
#define EINTR 4
#define ENOMEM 12
#define EINVAL 22
#define ENFILE 23
#define EMFILE 24
#define EAGAIN 35
#define EWOULDBLOCK EAGAIN
#define EINPROGRESS 36
#define EADDRINUSE 48
#define ECONNABORTED 53
#define ENOBUFS 55
#define ECONNREFUSED 61
