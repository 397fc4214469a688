/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/message.h"
#include "engine/wire/wire.h"

G_BEGIN_DECLS

/* Messages stand in three files: message.c has streams and the link itself, message-programs.c what is asked about programs,
 * message-records.c what is asked about records. */
char   *hr_message_text (const char *text,
                         gboolean    required) G_GNUC_WARN_UNUSED_RESULT;
GBytes *hr_message_pack (Headroom__Frame__BodyCase body_case,
                         gpointer                  body) G_GNUC_WARN_UNUSED_RESULT;

GBytes  *hr_message_encode_search (const HrMessage *self) G_GNUC_WARN_UNUSED_RESULT;
GBytes  *hr_message_encode_found (const HrMessage *self) G_GNUC_WARN_UNUSED_RESULT;
GBytes  *hr_message_encode_watch (const HrMessage *self) G_GNUC_WARN_UNUSED_RESULT;
GBytes  *hr_message_encode_refusal (const HrMessage *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean hr_message_decode_programs (const Headroom__Frame *frame,
                                     HrMessage             *out);

GBytes  *hr_message_encode_query (const HrMessage *self) G_GNUC_WARN_UNUSED_RESULT;
GBytes  *hr_message_encode_records (const HrMessage *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean hr_message_decode_records (const Headroom__Frame *frame,
                                    HrMessage             *out);

G_END_DECLS
