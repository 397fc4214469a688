/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/log-buffer.h"

void
hr_log_buffer_init (HrLogBuffer *self)
{
  self->lines = gtk_string_list_new (NULL);
  g_queue_init (&self->waiting);
}

void
hr_log_buffer_clear (HrLogBuffer *self)
{
  g_queue_clear_full (&self->waiting, g_free);
  g_clear_object (&self->lines);
}

/* Returns @line as one line of text: "12:00:01 SpringBoard[52] Notice: text", without the parts that it does not have. */
char *
hr_log_line_format (const HrLogLine *line)
{
  GString *text = g_string_new (line->time);

  if (*line->process != '\0')
    g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", line->process);
  if (line->pid != 0)
    g_string_append_printf (text, "[%" G_GUINT64_FORMAT "]", line->pid);
  if (*line->level != '\0')
    g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", line->level);
  g_string_append_printf (text, "%s%s", text->len > 0 ? ": " : "", line->text);

  return g_string_free (text, FALSE);
}

/* Lets @line wait. */
void
hr_log_buffer_add (HrLogBuffer     *self,
                   const HrLogLine *line)
{
  g_queue_push_tail (&self->waiting, hr_log_line_format (line));
  if (self->waiting.length > HR_LOG_LINES)
    g_free (g_queue_pop_head (&self->waiting));
}

/* Lets those in that wait, and the oldest out where there are too many. Returns whether anything changed. */
gboolean
hr_log_buffer_let_in (HrLogBuffer *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->lines));
  guint n_next = self->waiting.length;
  guint n_gone = n + n_next > HR_LOG_LINES ? n + n_next - HR_LOG_LINES : 0;
  g_auto (GStrv) next = g_new0 (char *, n_next + 1);

  if (n_next == 0)
    return FALSE;

  for (guint i = 0; i < n_next; i++)
    next[i] = g_queue_pop_head (&self->waiting);
  gtk_string_list_splice (self->lines, 0, n_gone, NULL);
  gtk_string_list_splice (self->lines, n - n_gone, 0, (const char *const *) next);

  return TRUE;
}

/* Forgets all lines. */
void
hr_log_buffer_empty (HrLogBuffer *self)
{
  g_queue_clear_full (&self->waiting, g_free);
  gtk_string_list_splice (self->lines, 0, g_list_model_get_n_items (G_LIST_MODEL (self->lines)), NULL);
}

/* Returns (transfer full) all lines that have been let in, each with its end. */
char *
hr_log_buffer_copy (HrLogBuffer *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->lines)); i++)
    g_string_append_printf (text, "%s\n", gtk_string_list_get_string (self->lines, i));

  return g_string_free (text, FALSE);
}
