/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sys/types.h>

typedef struct __sFILE FILE;

extern FILE *__stderrp;
#define stderr __stderrp

int fprintf (FILE       *file,
             const char *format,
             ...) __attribute__ ((format (printf, 2, 3)));
int fputs (const char *text,
           FILE       *file);
int snprintf (char       *out,
              size_t      size,
              const char *format,
              ...) __attribute__ ((format (printf, 3, 4)));
