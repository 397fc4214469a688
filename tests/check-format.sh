#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every C file is as clang-format 14 leaves it: check-format.sh ROOT CLANG-FORMAT
cd "$1" || exit 2
find engine widgets app tests -name '*.[ch]' -print0 | xargs -0 "$2" --dry-run -Werror
