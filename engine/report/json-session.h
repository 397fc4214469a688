/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/report/json-text.h"
#include "engine/store/session.h"

G_BEGIN_DECLS

/* What exports and reports say alike, an object each within an array. */
void hr_json_session_run (HrJsonText         *json,
                          const HrSessionRun *run);
void hr_json_session_alert (HrJsonText        *json,
                            const HrAlertNote *alert);
void hr_json_session_mark (HrJsonText   *json,
                           const HrMark *mark);

G_END_DECLS
