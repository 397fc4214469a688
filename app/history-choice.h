/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/history-reader.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Which metrics the History view shows, and what is said of them. Those with budgets come first; what the reader adds and takes away is
 * remembered by name. */

GStrv    hr_history_choose (const HrHistoryAnswer *answer,
                            HrContract            *contract,
                            GSettings             *settings) G_GNUC_WARN_UNUSED_RESULT;
void     hr_history_choose_metric (GSettings  *settings,
                                   const char *name,
                                   gboolean    shown);
gboolean hr_history_has_budget (HrContract *contract,
                                const char *source,
                                const char *metric);
double   hr_history_limit (HrContract         *contract,
                           const char         *source,
                           const HrMetricInfo *metric,
                           HrDirection        *out_direction);
gboolean hr_history_is_of_metric (HrContract        *contract,
                                  const HrAlertNote *alert,
                                  const char        *metric);
char    *hr_history_title (const char *metric) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
