/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/users.h"
#include "engine/model/program.h"

G_BEGIN_DECLS

/* The programs that run on this computer, of whichever user, read from /proc; threads of the kernel and what has ended are none.
 * @root: "" or a folder that stands for /. Start times are clock ticks since boot. May be used in any thread; a list of two thousand
 * takes tens of milliseconds. */
GPtrArray *hr_programs_list (const char *root,
                             HrUsers    *users) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *hr_programs_find (const GPtrArray *programs,
                             const char      *text,
                             guint            limit,
                             guint           *out_n_more) G_GNUC_WARN_UNUSED_RESULT;
HrProgram *hr_programs_look (const char *root,
                             guint64     pid,
                             guint64     start_time,
                             uid_t      *out_uid,
                             GError    **error) G_GNUC_WARN_UNUSED_RESULT;
guint64    hr_programs_locate (const char *root,
                               guint64     pid,
                               guint64     start_time,
                               const char *file);

G_END_DECLS
