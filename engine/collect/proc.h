/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The kernel cuts a thread's own name at 15 bytes; what it calls its own threads may be longer. */
#define HR_PROC_NAME_BYTES 15
#define HR_PROC_NAME_SIZE 65

/* As much of a file of /proc/PID as is ever of use. */
#define HR_PROC_TEXT_SIZE 1024

/* What /proc/PID/stat says (proc(5)). */
typedef struct
{
  char     name[HR_PROC_NAME_SIZE]; /* in no known encoding */
  gboolean ended;                   /* its parent has not asked yet how */
  gboolean kernel;                  /* a thread of the kernel, no program */
  guint64  used;                    /* clock ticks */
  guint64  n_threads;
  guint64  start_time; /* clock ticks since boot */
  guint64  resident_pages;
} HrProcStat;

gboolean hr_proc_parse_stat (const char *text,
                             HrProcStat *out);

char *hr_proc_clean_text (const char *text) G_GNUC_WARN_UNUSED_RESULT;

gssize hr_proc_read (const char *root,
                     guint64     pid,
                     const char *name,
                     char       *out,
                     gsize       size);
gssize hr_proc_read_at (int         folder,
                        const char *name,
                        char       *out,
                        gsize       size);

G_END_DECLS
