/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/dtx/value.h"

G_BEGIN_DECLS

/* A sample of a thousand processes takes some 500 KB as values. */
#define HR_ARCHIVE_MAX_MEMORY (8u << 20)
#define HR_ARCHIVE_MAX_DEPTH 64u
#define HR_ARCHIVE_MAX_FIELDS 256u /* of an object that is no container */

gboolean hr_archive_detect (const guint8 *bytes,
                            gsize         size);
HrValue *hr_archive_decode (const guint8 *bytes,
                            gsize         size,
                            GError      **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes  *hr_archive_encode (const HrValue *value) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
