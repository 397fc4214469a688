/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/phone.h"

G_BEGIN_DECLS

/* What is said with a phone to get figures from it: bytes in, bytes out, samples out. Knows nothing of where the bytes come
 * from, of threads, and of time. */
typedef struct _HrDtxConversation HrDtxConversation;

/* @sample: (transfer full) */
typedef void (*HrPhoneSampleFunc) (HrPhoneSample *sample,
                                   gpointer       user_data);

HrDtxConversation *hr_dtx_conversation_new (guint             major_version,
                                            HrPhoneSampleFunc func,
                                            gpointer          user_data) G_GNUC_WARN_UNUSED_RESULT;
void               hr_dtx_conversation_free (HrDtxConversation *self);

gboolean hr_dtx_conversation_push (HrDtxConversation *self,
                                   const guint8      *bytes,
                                   gsize              size,
                                   GError           **error);
GError  *hr_dtx_conversation_end (const HrDtxConversation *self) G_GNUC_WARN_UNUSED_RESULT;
gsize    hr_dtx_conversation_get_wanted (const HrDtxConversation *self);
gboolean hr_dtx_conversation_is_greeted (const HrDtxConversation *self);
GBytes  *hr_dtx_conversation_take_output (HrDtxConversation *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrDtxConversation, hr_dtx_conversation_free)

G_END_DECLS
