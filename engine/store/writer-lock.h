/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Who may write a session file: one at a time, over processes. Start from HR_WRITER_LOCK_INIT. */
typedef struct
{
  char *path; /* NULL: not taken */
  int   fd;
} HrWriterLock;

#define HR_WRITER_LOCK_INIT \
  {                         \
    NULL, -1                \
  }

gboolean hr_writer_lock_take (HrWriterLock *self,
                              const char   *path,
                              GError      **error);
gboolean hr_writer_lock_take_if_any (HrWriterLock *self,
                                     const char   *path,
                                     GError      **error);
void     hr_writer_lock_release (HrWriterLock *self);

G_END_DECLS
