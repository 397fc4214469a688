/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/archive.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Says why the history is not kept and what can be done about it; out of sight while it is. Signal "salvage": what is readable is to be saved. */
#define HR_TYPE_ARCHIVE_BAR (hr_archive_bar_get_type ())
G_DECLARE_FINAL_TYPE (HrArchiveBar, hr_archive_bar, HR, ARCHIVE_BAR, GtkWidget)

void hr_archive_bar_follow (HrArchiveBar *self,
                            HrArchive    *archive);

G_END_DECLS
