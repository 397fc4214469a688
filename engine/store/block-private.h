/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/block.h"
#include "engine/store/column.h"

G_BEGIN_DECLS

/* The bodies of blobs, for blobs that hold others. */
void     hr_heads_put (GByteArray    *out,
                       const HrHeads *heads);
gboolean hr_heads_take (HrReader *in,
                        HrHeads  *out,
                        GError  **error);

void     hr_block_put (GByteArray    *out,
                       const HrBlock *block);
gboolean hr_block_take (HrReader *in,
                        HrColumns columns,
                        HrBlock  *out,
                        GError  **error);

void     hr_block_buckets_put (GByteArray           *out,
                               const HrBlockBuckets *buckets);
gboolean hr_block_buckets_take (HrReader       *in,
                                HrBlockBuckets *out,
                                GError        **error);

G_END_DECLS
