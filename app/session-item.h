/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/session.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What stands among the recordings: a recording of the history, or a session file that was opened. Signal "changed": whatever is known of it. */
#define HR_TYPE_SESSION_ITEM (hr_session_item_get_type ())
G_DECLARE_FINAL_TYPE (HrSessionItem, hr_session_item, HR, SESSION_ITEM, GObject)

typedef enum
{
  HR_SESSION_ITEM_READING,
  HR_SESSION_ITEM_READY,
  HR_SESSION_ITEM_UNREADABLE
} HrSessionItemState;

/* @recording: its number in the file; 0: the file as a whole. */
HrSessionItem *hr_session_item_new (const char *path,
                                    gint64      recording) G_GNUC_WARN_UNUSED_RESULT;

const char        *hr_session_item_get_path (HrSessionItem *self);
gint64             hr_session_item_get_recording (HrSessionItem *self);
gboolean           hr_session_item_is (HrSessionItem *self,
                                       const char    *path,
                                       gint64         recording);
const char        *hr_session_item_get_title (HrSessionItem *self);
HrRange            hr_session_item_get_range (HrSessionItem *self);
HrSessionItemState hr_session_item_get_state (HrSessionItem *self);
/* Why it cannot be read; NULL: it can. */
/* When it was, and how long: for people. */
char *hr_session_item_describe (HrSessionItem *self) G_GNUC_WARN_UNUSED_RESULT;

/* @title: (nullable): NULL: the file's name. @range: its end 0 while it goes on. */
void hr_session_item_set_ready (HrSessionItem *self,
                                const char    *title,
                                HrRange        range);
void hr_session_item_set_unreadable (HrSessionItem *self,
                                     const char    *message);

G_END_DECLS
