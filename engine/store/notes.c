/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is handed to a writer: plain structs, made on one thread and read on another. */

#include "engine/store/writer.h"

/* Frees what @self points to. */
void
hr_source_note_clear (HrSourceNote *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->detail, g_free);
  g_clear_pointer (&self->address, g_free);
  g_clear_pointer (&self->origin, g_free);
}

/* Writes a copy of @source to @out, to be cleared. */
void
hr_source_note_copy (HrSourceNote       *out,
                     const HrSourceNote *source)
{
  *out = (HrSourceNote){ g_strdup (source->name), g_strdup (source->title), g_strdup (source->detail), g_strdup (source->address),
                         g_strdup (source->origin), source->role, source->group };
}

/* Frees what @self points to. */
void
hr_mark_clear (HrMark *self)
{
  g_clear_pointer (&self->source, g_free);
  g_clear_pointer (&self->text, g_free);
}

/* Frees what @self points to. */
void
hr_alert_note_clear (HrAlertNote *self)
{
  g_clear_pointer (&self->source, g_free);
  g_clear_pointer (&self->budget, g_free);
  g_clear_pointer (&self->title, g_free);
}

/* Frees @self with its columns. NULL is accepted. */
void
hr_raw_window_free (HrRawWindow *self)
{
  if (self == NULL)
    return;

  g_free (self->source);
  g_free (self->times_us);
  g_free (self->metrics);
  g_free (self->values);
  g_free (self->items);
  g_free (self);
}
