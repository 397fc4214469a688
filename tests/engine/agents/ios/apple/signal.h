/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sys/types.h>

typedef uint32_t sigset_t;

#define SIGILL 4
#define SIGFPE 8
#define SIGBUS 10
#define SIGSEGV 11
#define SIG_SETMASK 3

int sigfillset (sigset_t *set);
int sigdelset (sigset_t *set,
               int       number);
int pthread_sigmask (int             how,
                     const sigset_t *set,
                     sigset_t       *before);
