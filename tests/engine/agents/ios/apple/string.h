/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sys/types.h>

void  *memchr (const void *memory,
               int         byte,
               size_t      size);
int    memcmp (const void *a,
               const void *b,
               size_t      size);
void  *memcpy (void       *out,
               const void *in,
               size_t      size);
void  *memmove (void       *out,
                const void *in,
                size_t      size);
void  *memset (void  *out,
               int    byte,
               size_t size);
char  *strchr (const char *text,
               int         c);
int    strcmp (const char *a,
               const char *b);
char  *strdup (const char *text);
char  *strerror (int error);
int    strerror_r (int    error,
                   char  *buffer,
                   size_t size);
size_t strlen (const char *text);
int    strncmp (const char *a,
                const char *b,
                size_t      size);
size_t strnlen (const char *text,
                size_t      size);
size_t strspn (const char *text,
               const char *set);
