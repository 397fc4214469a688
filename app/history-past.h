/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/session.h"

G_BEGIN_DECLS

/* The ranges that were looked at before, to be gone back to. A hand that zooms on and on is one step. */
typedef struct _HrHistoryPast HrHistoryPast;

HrHistoryPast *hr_history_past_new (void) G_GNUC_WARN_UNUSED_RESULT;
void           hr_history_past_free (HrHistoryPast *self);

void     hr_history_past_clear (HrHistoryPast *self);
void     hr_history_past_move (HrHistoryPast *self,
                               HrRange        to,
                               gint64         now_us);
void     hr_history_past_settle (HrHistoryPast *self,
                                 HrRange        at);
gboolean hr_history_past_back (HrHistoryPast *self,
                               HrRange       *out);
gboolean hr_history_past_is_empty (HrHistoryPast *self);

G_END_DECLS
