/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/syslog.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define HR_LOG_LINES 500

/* The last lines of a log. They wait until they are let in together, so that a burst moves the list once. */
typedef struct
{
  GtkStringList *lines;   /* owned */
  GQueue         waiting; /* char *, owned; no more than may ever stand in @lines */
} HrLogBuffer;

void hr_log_buffer_init (HrLogBuffer *self);
void hr_log_buffer_clear (HrLogBuffer *self);

void     hr_log_buffer_add (HrLogBuffer     *self,
                            const HrLogLine *line);
gboolean hr_log_buffer_let_in (HrLogBuffer *self);
void     hr_log_buffer_empty (HrLogBuffer *self);

char *hr_log_buffer_copy (HrLogBuffer *self) G_GNUC_WARN_UNUSED_RESULT;
char *hr_log_line_format (const HrLogLine *line) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
