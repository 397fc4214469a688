/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef void (*HrUndoFunc) (gpointer user_data);

/* Says @text with a button to take it back: @undo is called then. Otherwise @commit is, once, when the toast is gone, or the window with it. */
void hr_undo_toast_offer (AdwToastOverlay *overlay,
                          const char      *text,
                          HrUndoFunc       commit,
                          HrUndoFunc       undo,
                          gpointer         user_data,
                          GDestroyNotify   user_data_free);

G_END_DECLS
