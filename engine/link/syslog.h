/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One line of a device's system log. Texts are valid UTF-8 and at most 1 KiB; a part that the line does not have is "". */
typedef struct
{
  char   *time; /* as the device wrote it */
  char   *process;
  guint64 pid; /* 0: not told */
  char   *level;
  char   *text;
} HrLogLine;

/* The lines of a device's com.apple.syslog_relay, read in a worker thread and handed over in batches, at most 1 000 lines
 * a second: what is above is counted.
 *
 * Signals (main context of hr_syslog_start ()):
 *   "line" (const HrLogLine *)
 *   "ended" (const GError *)   exactly once; also after hr_syslog_stop () */
#define HR_TYPE_SYSLOG (hr_syslog_get_type ())
G_DECLARE_FINAL_TYPE (HrSyslog, hr_syslog, HR, SYSLOG, GObject)

HrSyslog *hr_syslog_new (const char *udid) G_GNUC_WARN_UNUSED_RESULT;

/* Only lines that hold @filter in their process or text pass, letters' case aside; NULL or "": all. Effective at once. */
void    hr_syslog_set_filter (HrSyslog   *self,
                              const char *filter);
void    hr_syslog_start (HrSyslog *self);
void    hr_syslog_stop (HrSyslog *self);
guint64 hr_syslog_get_n_dropped (HrSyslog *self);

G_END_DECLS
