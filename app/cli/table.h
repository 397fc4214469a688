/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/cli/readout.h"

G_BEGIN_DECLS

/* A readout for people: as a page of at most @width columns and @height rows, or as one line. */
char *hr_table_format (const HrReadout *readout,
                       guint            width,
                       guint            height,
                       gboolean         colour) G_GNUC_WARN_UNUSED_RESULT;
char *hr_line_format (const HrReadout *readout) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
