/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/address.h"

G_BEGIN_DECLS

/* What a person writes or pastes to add a network source: a pairing link; HOST:PORT of this computer with a token; the path of a Unix socket. */

HrAddress *hr_source_input_read (const char *text,
                                 const char *token,
                                 GError    **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @text, as far as it is written, is of the kind that wants a token beside it. */
gboolean hr_source_input_wants_token (const char *text);

gboolean hr_source_input_is_link (const char *text);

/* What the source is called unless its user says otherwise. */
char *hr_source_input_name (const HrAddress *address) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
