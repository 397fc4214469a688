/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/device-log.h"

#define RETRY_MS 5000

struct _HrDeviceLog
{
  char *udid;
  void (*line) (const HrLogLine *line,
                gpointer         user_data);
  gpointer user_data;

  gboolean  ready;     /* the device lets itself be read */
  char     *filter;    /* NULL: nobody follows it */
  HrSyslog *syslog;    /* NULL while it is not read */
  guint64   n_dropped; /* by readers before this one */
  guint64   n_taken;
  guint     retry_source;
};

static void start (HrDeviceLog *self);

static void
drop_reader (HrDeviceLog *self)
{
  g_clear_handle_id (&self->retry_source, g_source_remove);
  if (self->syslog == NULL)
    return;

  self->n_dropped += hr_syslog_get_n_dropped (self->syslog);
  g_signal_handlers_disconnect_by_data (self->syslog, self);
  hr_syslog_stop (self->syslog);
  g_clear_object (&self->syslog);
}

static void
retry_cb (gpointer user_data)
{
  HrDeviceLog *self = user_data;

  self->retry_source = 0;
  start (self);
}

static void
syslog_line_cb (HrSyslog        *syslog,
                const HrLogLine *line,
                HrDeviceLog     *self)
{
  self->line (line, self->user_data);
}

static void
syslog_ended_cb (HrSyslog     *syslog,
                 const GError *error,
                 HrDeviceLog  *self)
{
  drop_reader (self);
  self->retry_source = g_timeout_add_once (RETRY_MS, retry_cb, self);
}

static void
start (HrDeviceLog *self)
{
  if (self->filter == NULL || !self->ready || self->syslog != NULL || self->retry_source != 0)
    return;

  self->syslog = hr_syslog_new (self->udid);
  hr_syslog_set_filter (self->syslog, self->filter);
  g_signal_connect (self->syslog, "line", G_CALLBACK (syslog_line_cb), self);
  g_signal_connect (self->syslog, "ended", G_CALLBACK (syslog_ended_cb), self);
  hr_syslog_start (self->syslog);
}

/* Makes the log of the device @udid, which nobody follows yet. @line: told of each line that passes. Returns: (transfer full) */
HrDeviceLog *
hr_device_log_new (const char *udid,
                   void (*line) (const HrLogLine *line,
                                 gpointer         user_data),
                   gpointer user_data)
{
  HrDeviceLog *self = g_new0 (HrDeviceLog, 1);

  self->udid = g_strdup (udid);
  self->line = line;
  self->user_data = user_data;

  return self;
}

/* Frees @self; no line is told any more. NULL is accepted. */
void
hr_device_log_free (HrDeviceLog *self)
{
  if (self == NULL)
    return;

  drop_reader (self);
  g_free (self->filter);
  g_free (self->udid);
  g_free (self);
}

/* Reads the log from now on, whenever the device lets us. @filter: (nullable): what a line must hold; "" or NULL for all */
void
hr_device_log_follow (HrDeviceLog *self,
                      const char  *filter)
{
  char *copy = g_strdup (filter != NULL ? filter : "");

  g_free (self->filter);
  self->filter = copy;
  if (self->syslog != NULL)
    hr_syslog_set_filter (self->syslog, self->filter);
  start (self);
}

/* Leaves the log alone again. */
void
hr_device_log_leave (HrDeviceLog *self)
{
  g_clear_pointer (&self->filter, g_free);
  drop_reader (self);
}

/* Says whether the device lets itself be read. A reader at work goes on until it breaks off by itself: it may well outlive a question
 * that the device did not answer. */
void
hr_device_log_set_ready (HrDeviceLog *self,
                         gboolean     ready)
{
  self->ready = ready;
  start (self);
}

/* Reads no longer, until the device is ready the next time. */
void
hr_device_log_stop (HrDeviceLog *self)
{
  self->ready = FALSE;
  drop_reader (self);
}

/* Returns how many lines were dropped since the last call, for there were too many. */
guint64
hr_device_log_take_dropped (HrDeviceLog *self)
{
  guint64 n_dropped = self->n_dropped + (self->syslog != NULL ? hr_syslog_get_n_dropped (self->syslog) : 0);
  guint64 n_new = n_dropped - self->n_taken;

  self->n_taken = n_dropped;

  return n_new;
}
