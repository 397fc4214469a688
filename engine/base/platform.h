/* SPDX-License-Identifier: MIT */

/* Which system this is built for. What differs stands in files that are named for it, NAME-linux.c, NAME-darwin.c (Apple's) and
 * NAME-portable.c (POSIX.1-2008 and nothing else); each is empty where another one is meant. HR_PLATFORM_PORTABLE chooses the last on Linux
 * too, so that everything but Apple's own calls is tried out there. */

#pragma once

#if defined(__APPLE__)
#define HR_PLATFORM_LINUX 0
#define HR_PLATFORM_DARWIN 1
#elif defined(__linux__) && !defined(HR_PLATFORM_PORTABLE)
#define HR_PLATFORM_LINUX 1
#define HR_PLATFORM_DARWIN 0
#else
#define HR_PLATFORM_LINUX 0
#define HR_PLATFORM_DARWIN 0
#endif

/* A region in a file takes a lock that belongs to the open file, not to the process, and space that is reserved ahead. Elsewhere regions are
 * memory, which an agent inside the program reads. */
#define HR_PLATFORM_REGION_FILES HR_PLATFORM_LINUX
