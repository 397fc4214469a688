/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/report/plain-text.h"

G_BEGIN_DECLS

/* Standard output, which carries data only, and standard error for what is said about it. */
typedef struct
{
  int      fd;
  gboolean live;   /* a terminal that may be drawn on */
  gboolean quiet;  /* nothing but errors is said */
  gboolean closed; /* nobody reads any more */
  gboolean failed; /* what was written is not whole */
} HrOutput;

void hr_output_init (HrOutput *self,
                     int       fd,
                     gboolean  quiet);

gboolean hr_output_write (HrOutput   *self,
                          const char *text,
                          gssize      length);
void     hr_output_get_size (const HrOutput *self,
                             guint          *out_width,
                             guint          *out_height);

void hr_output_say (const HrOutput *self,
                    const char     *format,
                    ...) G_GNUC_PRINTF (2, 3);
void hr_output_complain (const char *format,
                         ...) G_GNUC_PRINTF (1, 2);

char *hr_text_about (const char *what,
                     const char *why) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
