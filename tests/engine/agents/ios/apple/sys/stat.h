/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sys/types.h>

struct stat
{
  dev_t  st_dev;
  mode_t st_mode;
  ino_t  st_ino;
  uid_t  st_uid;
  off_t  st_size;
};

#define S_ISSOCK(mode) (((mode) &0170000) == 0140000)

int chmod (const char *path,
           mode_t      mode);
int lstat (const char  *path,
           struct stat *out);
