/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/address.h"

G_BEGIN_DECLS

/* What --source asks for: an address, or a program of this computer by its name. Start from { 0 }. */
typedef struct
{
  char      *text;    /* as it is spoken of: without secrets */
  HrAddress *address; /* NULL: by name */
  char      *name;
} HrWanted;

gboolean hr_wanted_parse (HrWanted   *out,
                          const char *text,
                          const char *token_file,
                          const char *token_folder,
                          GError    **error);
void     hr_wanted_clear (HrWanted *self);

gboolean hr_wanted_is_here (const HrWanted *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrWanted, hr_wanted_clear)

G_END_DECLS
