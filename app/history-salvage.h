/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* How it went: @path is NULL with an @error. Not called when it was called off, or @widget is gone. */
typedef void (*HrSalvageDone) (const char   *path,
                               const GError *error,
                               gpointer      widget);

/* Has what is readable of a damaged session saved to another file, which the reader chooses. */
void hr_history_salvage (GtkWidget    *widget,
                         const char   *path,
                         HrSalvageDone done);

G_END_DECLS
