/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a program of this build needs besides itself, as absolute paths without links. Whoever hands them to the dynamic loader starts the program where
 * the system has other libraries, or none of these. */
typedef struct
{
  char  *interpreter; /* the dynamic loader */
  char **libraries;   /* folders */
  char  *gio_modules; /* the folder that belongs to the GIO among them, whether it is there or not */
} HrLoader;

gboolean hr_loader_find (HrLoader   *out,
                         const char *program);
void     hr_loader_clear (HrLoader *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrLoader, hr_loader_clear)

G_END_DECLS
