/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* JSON as it is written, front to back, without a document in memory. Start from { out }. Names are NULL within arrays. */
typedef struct
{
  GString *out;
  gboolean in_lines; /* a line a member, for people to read as well; else the document is one line */
  gboolean comma;    /* something stands before what comes next */
  guint    depth;
} HrJsonText;

void hr_json_open_document (HrJsonText *self,
                            const char *schema,
                            guint       version);
void hr_json_close_document (HrJsonText *self);

void hr_json_open (HrJsonText *self,
                   const char *name,
                   char        bracket);
void hr_json_close (HrJsonText *self,
                    char        bracket);
void hr_json_text (HrJsonText *self,
                   const char *name,
                   const char *text);
void hr_json_number (HrJsonText *self,
                     const char *name,
                     double      value);
void hr_json_integer (HrJsonText *self,
                      const char *name,
                      gint64      value);
void hr_json_count (HrJsonText *self,
                    const char *name,
                    guint64     value);
void hr_json_flag (HrJsonText *self,
                   const char *name,
                   gboolean    value);
void hr_json_time (HrJsonText *self,
                   const char *name,
                   gint64      time_us);

G_END_DECLS
