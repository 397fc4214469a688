/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/monitor.h"

G_BEGIN_DECLS

/* What the app keeps by itself: one session file, which the monitor's recorder writes, with a limit of age and size and with recordings, which are
 * named stretches of it and stay. Free of GTK.
 *
 * Signals (main thread):
 *   "changed"             trouble came, changed or went; a recording began or ended; there is another recorder
 *   "recordings-changed"  the file names other stretches than before
 *   "recorded"            (gint64 id, const char *name)  a recording has ended and stands in the file
 *   "failed"              (const char *heading, const char *body)  what was asked for did not work */
#define HR_TYPE_ARCHIVE (hr_archive_get_type ())
G_DECLARE_FINAL_TYPE (HrArchive, hr_archive, HR, ARCHIVE, GObject)

HrArchive *hr_archive_new (HrMonitor  *monitor,
                           GSettings  *settings,
                           const char *path) G_GNUC_WARN_UNUSED_RESULT;

const char *hr_archive_get_path (HrArchive *self);
HrRecorder *hr_archive_get_recorder (HrArchive *self);

/* Why nothing can be written; NULL: it can. */
const char  *hr_archive_get_trouble (HrArchive *self);
HrStoreError hr_archive_get_trouble_kind (HrArchive *self);
void         hr_archive_retry (HrArchive *self);

gboolean hr_archive_is_recording (HrArchive *self);
gint64   hr_archive_get_recording_begin (HrArchive *self);
gint64   hr_archive_get_recording_id (HrArchive *self);
void     hr_archive_begin_recording (HrArchive  *self,
                                     const char *name);
void     hr_archive_end_recording (HrArchive *self);
void     hr_archive_set_recording (HrArchive  *self,
                                   gint64      id,
                                   const char *name,
                                   gint64      begin_us,
                                   gint64      end_us);
void     hr_archive_remove_recording (HrArchive *self,
                                      gint64     id);

/* Renames the file, and goes on in a new one. */
void  hr_archive_set_aside_async (HrArchive          *self,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data);
char *hr_archive_set_aside_finish (HrArchive    *self,
                                   GAsyncResult *result,
                                   GError      **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends a recording that goes on, writes what waits and leaves the file alone. */
void     hr_archive_close_async (HrArchive          *self,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data);
gboolean hr_archive_close_finish (HrArchive    *self,
                                  GAsyncResult *result,
                                  GError      **error);

G_END_DECLS
