/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

/* What path-program and its test agree on. */
#define PATH_RECORDS 1000000u
#define PATH_STRIDE 8
#define PATH_EXIT_SEEN 1 /* an allocation or a lock on the path */
#define PATH_EXIT_NO_SECCOMP 77
