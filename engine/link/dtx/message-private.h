/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/dtx/message.h"

G_BEGIN_DECLS

#define HR_DTX_MAGIC 0x1f3d5b79u
#define HR_DTX_HEADER_BYTES 32u
#define HR_DTX_EXPECTS_REPLY 1u

static inline guint32
hr_dtx_read_u32 (const guint8 *at)
{
  return at[0] | (guint32) at[1] << 8 | (guint32) at[2] << 16 | (guint32) at[3] << 24;
}

gboolean hr_dtx_message_read_body (HrDtxMessage *self,
                                   const guint8 *body,
                                   gsize         size,
                                   GError      **error);

G_END_DECLS
