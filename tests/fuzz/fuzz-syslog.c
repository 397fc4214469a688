/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/syslog-line.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

static void
check_text (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL) || strlen (text) > HR_LOG_TEXT_BYTES || strchr (text, '\x1b') != NULL)
    abort ();
}

static void
line_cb (const HrLogLine *line,
         gpointer         user_data)
{
  g_autoptr (HrLogLine) copy = hr_log_line_copy (line);
  g_autofree char *folded = g_utf8_casefold (line->text, -1);

  check_text (copy->time);
  check_text (copy->process);
  check_text (copy->level);
  check_text (copy->text);
  if (!hr_log_line_matches (copy, folded) || !hr_log_line_matches (copy, ""))
    abort ();
  g_string_append (user_data, line->text);
}

/* What a device logs, cut in two ways: the lines are the same. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  HrLogCutter whole = { 0 }, bytewise = { 0 };
  g_autoptr (GString) a = g_string_new (NULL);
  g_autoptr (GString) b = g_string_new (NULL);

  hr_log_cutter_push (&whole, data, size, line_cb, a);
  hr_log_cutter_rest (&whole, line_cb, a);
  for (size_t i = 0; i < size; i++)
    hr_log_cutter_push (&bytewise, data + i, 1, line_cb, b);
  hr_log_cutter_rest (&bytewise, line_cb, b);
  if (!g_string_equal (a, b))
    abort ();

  return 0;
}
