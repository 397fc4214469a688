/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/session.h"

G_BEGIN_DECLS

/* What is done to the archive's file while nobody writes it. Blocks: for a thread. */

/* What a file tells before it is written again. */
typedef struct
{
  char   *folder_trouble; /* why the folder cannot be made; NULL: it is there */
  GArray *open;           /* of HrSessionRecording that nobody has ended: their program was killed */
  gint64  end_us;         /* of what was recorded; 0: nothing */
} HrArchiveFile;

HrArchiveFile *hr_archive_file_prepare (const char *path) G_GNUC_WARN_UNUSED_RESULT;
void           hr_archive_file_free (HrArchiveFile *self);

char *hr_archive_file_set_aside (const char *path,
                                 GDateTime  *now,
                                 GError    **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrArchiveFile, hr_archive_file_free)

G_END_DECLS
