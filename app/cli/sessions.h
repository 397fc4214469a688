/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/cli/wait.h"

G_BEGIN_DECLS

HrSession *hr_sessions_open (const char *path) G_GNUC_WARN_UNUSED_RESULT;
void       hr_sessions_tell_damage (HrSession *session);
HrExit     hr_sessions_make_room (const HrOptions *options,
                                  const char      *path);

G_END_DECLS
