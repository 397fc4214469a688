/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/message.h"

G_BEGIN_DECLS

/* How many streams one link may have open at a time. */
#define HR_ORDER_MAX_STREAMS 16384

/* Holds the streams of one link against time: a later snapshot ends later. What is sent again keeps its number, and its time. */
typedef struct _HrOrder HrOrder;

HrOrder *hr_order_new (void) G_GNUC_WARN_UNUSED_RESULT;
void     hr_order_free (HrOrder *self);

gboolean hr_order_check (HrOrder         *self,
                         const HrMessage *message,
                         GError         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrOrder, hr_order_free)

G_END_DECLS
