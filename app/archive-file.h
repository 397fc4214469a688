/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is done to the archive's file while nobody writes it. Blocks: for a thread. */

char *hr_archive_file_make_folder (const char *path) G_GNUC_WARN_UNUSED_RESULT;

char *hr_archive_file_set_aside (const char *path,
                                 GDateTime  *now,
                                 GError    **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
