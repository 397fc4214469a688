/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/alert.h"

G_BEGIN_DECLS

/* For how long an alert is put off. */
#define HR_SNOOZE_US ((gint64) 10 * 60 * G_USEC_PER_SEC)

/* Which alerts their user wants to be told of: from a severity on, and not those that they have put off for a while. Times are monotonic. */
typedef struct _HrNotices HrNotices;

HrNotices *hr_notices_new (void) G_GNUC_WARN_UNUSED_RESULT;
void       hr_notices_free (HrNotices *self);

void     hr_notices_snooze (HrNotices  *self,
                            const char *source,
                            const char *budget,
                            gint64      now_us);
gboolean hr_notices_is_snoozed (HrNotices  *self,
                                const char *source,
                                const char *budget,
                                gint64      now_us);
gboolean hr_notices_wants (HrNotices *self,
                           HrAlert   *alert,
                           HrSeverity least,
                           gint64     now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrNotices, hr_notices_free)

G_END_DECLS
