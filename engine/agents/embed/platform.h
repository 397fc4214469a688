/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What the platform tells of this process; NaN: it does not tell. */
typedef struct
{
  double memory_mb; /* what counts against a budget: PSS on Linux, the physical footprint on Apple's systems */
  double resident_mb;
  double available_mb; /* what the system still lets it have */
  double cpu_seconds;  /* that all its threads have used, ended ones too */
  double n_threads;
} HrPlatformFigures;

void hr_platform_read (HrPlatformFigures *out);

/* Writes the second line below the program's name: "iPhone14,5 · iOS 17.2". */
void hr_platform_describe (char  *out,
                           size_t size);

/* Whether the other end of a Unix socket runs as this user, as the kernel says; false where it says nothing. */
bool hr_platform_peer_is_us (int fd);

/* Calls back from a thread of the platform's when the system is short of memory (1: warning, 2: critical). NULL where it does not tell. */
typedef struct _HrPlatformWatch HrPlatformWatch;
typedef void (*HrPlatformPressureFunc) (void    *user_data,
                                        unsigned level);

HrPlatformWatch *hr_platform_watch_pressure (HrPlatformPressureFunc callback,
                                             void                  *user_data);
void             hr_platform_watch_free (HrPlatformWatch *self);
