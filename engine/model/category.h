/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/metric-names.h"

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* Returns the category's name within @metric, where that begins with @prefix, else NULL. */
static inline const char *
hr_category_name (const char *metric,
                  const char *prefix)
{
  return g_str_has_prefix (metric, prefix) ? metric + strlen (prefix) : NULL;
}

G_END_DECLS
