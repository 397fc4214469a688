/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/program.h"

G_DEFINE_BOXED_TYPE (HrProgram, hr_program, hr_program_copy, hr_program_free)

/* Returns: (transfer full): a copy. */
HrProgram *
hr_program_copy (const HrProgram *self)
{
  HrProgram *copy = g_memdup2 (self, sizeof *self);

  copy->name = g_strdup (self->name);
  copy->command = g_strdup (self->command);
  copy->user = g_strdup (self->user);

  return copy;
}

/* Frees @self. Accepts NULL. */
void
hr_program_free (HrProgram *self)
{
  if (self == NULL)
    return;

  g_free (self->name);
  g_free (self->command);
  g_free (self->user);
  g_free (self);
}
