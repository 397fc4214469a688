/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/verdict.h"
#include "engine/model/alert.h"

G_BEGIN_DECLS

#define HR_ALERT_BOOK_MAX 500

/* Raises and clears alerts as verdicts come in: raised when a budget has been over for its hold time, cleared
 * when it falls below its clear share (hysteresis), kept in the list, newest first. A GListModel of HrAlert.
 *
 * Signals: "raised" (HrAlert *), "cleared" (HrAlert *). */
#define HR_TYPE_ALERT_BOOK (hr_alert_book_get_type ())
G_DECLARE_FINAL_TYPE (HrAlertBook, hr_alert_book, HR, ALERT_BOOK, GObject)

HrAlertBook *hr_alert_book_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* @now_ns is the monotonic time the verdict speaks of, @now_us its UTC. */
void hr_alert_book_judge (HrAlertBook     *self,
                          const char      *source,
                          const HrVerdict *verdict,
                          gint64           now_ns,
                          gint64           now_us);

/* Clears whatever is active for @source: it is gone, or judged by another contract now. */
void hr_alert_book_drop (HrAlertBook *self,
                         const char  *source,
                         gint64       now_us);

/* Takes everything that was ever raised for @source off the list: nobody asks after it any more. */
void hr_alert_book_forget (HrAlertBook *self,
                           const char  *source,
                           gint64       now_us);

/* @source: (nullable): NULL counts every source. */
guint hr_alert_book_get_n_active (HrAlertBook *self,
                                  const char  *source);

/* How long @source has been over @budget at @now_ns without a break; 0 if it is not. */
gint64 hr_alert_book_get_over (HrAlertBook *self,
                               const char  *source,
                               const char  *budget,
                               gint64       now_ns);

G_END_DECLS
