/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Files that a desktop's document portal lends to a sandbox. */

void hr_store_admit_lent_files (void);

G_END_DECLS
