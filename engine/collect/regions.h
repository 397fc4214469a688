/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/collector.h"

G_BEGIN_DECLS

/* How long a dead program's region is kept for other readers. */
#define HR_REGIONS_GRACE_NS (10 * (guint64) HR_NS_PER_SECOND)

/* The runtime folder, where programs publish their regions and what listens for this user's sandboxes stands. */
char *hr_regions_folder (GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *hr_regions_make_folder (GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether something may be called so in it. */
gboolean hr_regions_check_name (const char *name,
                                GError    **error);

/* Finds the regions of running programs in the runtime folder and follows each: a feed a program. @root: "" or a folder that
 * stands for /, whose /proc tells which process it is. @folder: NULL for hr_region_folder (). */
HrCollector *hr_regions_new (const char *root,
                             const char *folder,
                             guint64     epoch,
                             guint64     grace_ns) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
