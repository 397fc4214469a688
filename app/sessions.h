/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/archive.h"
#include "app/session-item.h"

G_BEGIN_DECLS

/* The recordings of the archive, the newest first, and after them the session files that were opened, which settings remember. Files are read in
 * threads. Free of GTK. */
#define HR_TYPE_SESSIONS (hr_sessions_get_type ())
G_DECLARE_FINAL_TYPE (HrSessions, hr_sessions, HR, SESSIONS, GObject)

HrSessions *hr_sessions_new (HrArchive *archive,
                             GSettings *settings) G_GNUC_WARN_UNUSED_RESULT;

/* A GListModel of HrSessionItem. */
GListModel *hr_sessions_get_list (HrSessions *self);

HrSessionItem *hr_sessions_find (HrSessions *self,
                                 const char *path,
                                 gint64      recording);
HrSessionItem *hr_sessions_open (HrSessions *self,
                                 const char *path);
void           hr_sessions_close (HrSessions    *self,
                                  HrSessionItem *item);

G_END_DECLS
