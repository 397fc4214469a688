/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include_next <limits.h>

#define PATH_MAX 1024
