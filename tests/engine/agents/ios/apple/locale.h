/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

/* What POSIX has of a thread's locale stands in xlocale.h. */
