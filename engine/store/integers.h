/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/blob.h"

G_BEGIN_DECLS

/* Integers as bytes, without their number: what columns of both kinds end up as. The bytes are specified at the top of integers.c. */
void     hr_integers_put (GByteArray   *out,
                          const gint64 *values,
                          gsize         n);
gboolean hr_integers_take (HrReader *in,
                           gint64   *values,
                           gsize     n);

G_END_DECLS
