/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/syslog.h"

G_BEGIN_DECLS

#define HR_LOG_TEXT_BYTES 1024u
#define HR_LOG_LINES_PER_SECOND 1000u

/* Cuts what a device's log sends into lines: "Nov 21 16:00:00 iPhone SpringBoard(Foo)[123] <Notice>: text\n\0". A text may have line feeds of its own;
 * a NUL ends the line. Start from { 0 }. */
typedef struct
{
  guint8 bytes[HR_LOG_TEXT_BYTES + 512u]; /* with room for what stands before the text; the rest of a longer line is left out */
  gsize  size;
  guint8 last; /* byte, 0 at the beginning */
} HrLogCutter;

typedef void (*HrLogLineFunc) (const HrLogLine *line,
                               gpointer         user_data);

void hr_log_cutter_push (HrLogCutter  *self,
                         const guint8 *bytes,
                         gsize         size,
                         HrLogLineFunc func,
                         gpointer      user_data);
void hr_log_cutter_rest (HrLogCutter  *self,
                         HrLogLineFunc func,
                         gpointer      user_data);

HrLogLine *hr_log_line_parse (const guint8 *bytes,
                              gsize         size) G_GNUC_WARN_UNUSED_RESULT;
HrLogLine *hr_log_line_copy (const HrLogLine *self) G_GNUC_WARN_UNUSED_RESULT;
void       hr_log_line_free (HrLogLine *self);
gboolean   hr_log_line_matches (const HrLogLine *self,
                                const char      *folded_filter);

/* At most HR_LOG_LINES_PER_SECOND. Start from { 0 }. */
typedef struct
{
  gint64 since_us;
  guint  n;
} HrLogRate;

gboolean hr_log_rate_take (HrLogRate *self,
                           gint64     now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrLogLine, hr_log_line_free)

G_END_DECLS
