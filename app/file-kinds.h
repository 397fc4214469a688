/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Which files a file chooser shows. */

#define HR_FILE_KIND_SESSION "headroom"
#define HR_FILE_KIND_CONTRACT "ini"

void hr_file_kinds_offer (GtkFileChooser *chooser,
                          const char     *suffixes);

G_END_DECLS
