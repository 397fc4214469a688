/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/sandbox.h"

#include <glib.h>

G_BEGIN_DECLS

/* What a run ends with. */
typedef enum
{
  HR_EXIT_OK = 0,
  HR_EXIT_INTERNAL = 1,
  HR_EXIT_USAGE = 2, /* or configuration */
  HR_EXIT_BREACH = 3,
  HR_EXIT_NO_DATA = 4,
  HR_EXIT_UNAVAILABLE = 5,
  HR_EXIT_PROGRAM = 6, /* the program that was run failed */
  HR_N_EXITS
} HrExit;

typedef enum
{
  HR_FORMAT_TEXT,
  HR_FORMAT_JSON,
  HR_FORMAT_NDJSON,
  HR_FORMAT_CSV,
  HR_FORMAT_JUNIT,
  HR_FORMAT_GITHUB,
  HR_FORMAT_MARKDOWN,
  HR_FORMAT_HTML,
  HR_FORMAT_PDF,
  HR_N_FORMATS
} HrFormat;

typedef enum
{
  HR_COMMAND_SOURCES,
  HR_COMMAND_WATCH,
  HR_COMMAND_RECORD,
  HR_COMMAND_CHECK,
  HR_COMMAND_COMPARE,
  HR_COMMAND_REPORT,
  HR_COMMAND_EXPORT,
  HR_COMMAND_IMPORT,
  HR_COMMAND_DOCTOR,
  HR_N_COMMANDS
} HrCommand;

/* What was asked for; times in nanoseconds. Start from { 0 }. */
typedef struct
{
  HrCommand command;
  HrFormat  format;
  char     *source;     /* NULL: this computer, or all there are */
  char     *contract;   /* a file; NULL: the one that comes with Headroom */
  char     *token_file; /* NULL: this user's own agent's */
  char     *metric;     /* NULL: all */
  char     *output;     /* a file; NULL: standard output */
  char     *record;     /* a file; NULL: nothing is kept */
  gint64    timeout_ns;
  gint64    wait_ns;
  gint64    interval_ns; /* 0: the agent's own */
  gint64    duration_ns; /* 0: without end */
  gint64    from_us;     /* UTC; 0: from the beginning */
  gint64    to_us;       /* 0: to the end */
  gboolean  once;
  gboolean  until_breach;
  gboolean  lint;
  gboolean  force;
  gboolean  quiet;
  char    **files;   /* as many as the command takes */
  char    **others;  /* as many again, with which compare compares these; NULL: nothing */
  char    **program; /* what stands behind "--"; NULL: nothing */

  const HrSandbox *sandbox; /* that the program is in; lent */
} HrOptions;

HrExit hr_exit_join (HrExit a,
                     HrExit b);

const char *hr_format_name (HrFormat format);
const char *hr_command_name (HrCommand command);
gboolean    hr_command_find (const char *name,
                             HrCommand  *out);

gboolean hr_options_parse (HrOptions   *out,
                           HrCommand    command,
                           const char **arguments,
                           GError     **error);
void     hr_options_clear (HrOptions *self);

char *hr_options_describe (HrCommand command) G_GNUC_WARN_UNUSED_RESULT;
char *hr_options_describe_all (void) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrOptions, hr_options_clear)

G_END_DECLS
