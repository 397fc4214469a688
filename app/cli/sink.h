/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/cli/options.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where a result goes: a file that is there whole or not at all, or standard output. */
GOutputStream *hr_sink_open (const char *path,
                             GError    **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean       hr_sink_close (GOutputStream *sink,
                              gboolean       keep,
                              GError       **error);
HrExit         hr_sink_write (const char *path,
                              const char *data,
                              gssize      length);

G_END_DECLS
