/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sys/types.h>

void         *aligned_alloc (size_t alignment,
                             size_t size);
void          arc4random_buf (void  *bytes,
                              size_t size);
void         *calloc (size_t n,
                      size_t size);
void          free (void *memory);
char         *getenv (const char *name);
const char   *getprogname (void);
void         *malloc (size_t size);
void         *realloc (void  *memory,
                       size_t size);
unsigned long strtoul (const char *text,
                       char      **end,
                       int         base);
