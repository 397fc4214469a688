/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "tests/bench/bench.h"

/* Other tools' ways to note that a scope began and ended, measured beside the result @name where they are installed; the
 * reader is told where they are not. */
void hr_add_sysprof (HrBench    *bench,
                     const char *name);
void hr_add_lttng (HrBench    *bench,
                   const char *name);
