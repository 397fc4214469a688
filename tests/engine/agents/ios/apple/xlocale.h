/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

typedef struct _xlocale *locale_t;

#define LC_NUMERIC_MASK (1 << 4)

locale_t newlocale (int         mask,
                    const char *name,
                    locale_t    base);
locale_t uselocale (locale_t locale);
int      freelocale (locale_t locale);
