/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* A program that runs on a computer or a device, as a list to choose from shows it. */
typedef struct
{
  guint64  pid;
  guint64  start_time; /* tells it from a later one with its pid, in the computer's own unit; 0: not told */
  char    *name;
  char    *command;     /* with its arguments; "" where that is nobody's business */
  char    *user;        /* "" : not told */
  double   resident_mb; /* negative: not told */
  gboolean instrumented;
  gboolean watched;
} HrProgram;

#define HR_TYPE_PROGRAM (hr_program_get_type ())

GType      hr_program_get_type (void);
HrProgram *hr_program_copy (const HrProgram *self) G_GNUC_WARN_UNUSED_RESULT;
void       hr_program_free (HrProgram *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrProgram, hr_program_free)

G_END_DECLS
