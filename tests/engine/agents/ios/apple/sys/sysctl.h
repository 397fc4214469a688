/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sys/types.h>

int sysctlbyname (const char *name,
                  void       *old_value,
                  size_t     *old_size,
                  void       *new_value,
                  size_t      new_size);
