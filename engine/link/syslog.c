/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/syslog.h"

#include "engine/link/lockdown-session.h"
#include "engine/link/syslog-line.h"

#include <libimobiledevice/service.h>

#define SERVICE "com.apple.syslog_relay"

/* How long reading waits before it looks whether it is to end, and how many lines wait for the main context, or are told in one turn of it. */
#define WAIT_MS 200u
#define MAX_QUEUED 2000u
#define LINES_PER_TURN 50u

/* What the thread and the object share. A thread that hangs keeps it alive, and nothing else. */
typedef struct
{
  GMutex        mutex;
  gboolean      stopped;
  gboolean      ended;
  char         *filter; /* folded */
  GQueue        lines;
  guint64       n_dropped;
  GError       *error; /* of the end */
  GSource      *turn;  /* that tells the lines; NULL while there are none */
  HrSyslog     *owner; /* NULL once stopped; touched in the context's thread alone */
  GMainContext *context;

  /* The thread's own. */
  char       *udid;
  HrLogCutter cutter;
  HrLogRate   rate;
} Reader;

struct _HrSyslog
{
  GObject parent_instance;

  char   *udid;
  char   *filter; /* folded */
  guint64 n_dropped_before;
  Reader *reader; /* while it runs */
};

enum
{
  SIGNAL_LINE,
  SIGNAL_ENDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HrSyslog, hr_syslog, G_TYPE_OBJECT)

static void
reader_clear (Reader *self)
{
  g_mutex_clear (&self->mutex);
  g_free (self->filter);
  g_queue_clear_full (&self->lines, (GDestroyNotify) hr_log_line_free);
  g_clear_error (&self->error);
  g_clear_pointer (&self->turn, g_source_unref);
  g_main_context_unref (self->context);
  g_free (self->udid);
}

static void
reader_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) reader_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reader, reader_unref)

static void
end (HrSyslog *self,
     GError   *error)
{
  Reader *reader = g_steal_pointer (&self->reader);
  g_autoptr (GError) reason = error;

  g_mutex_lock (&reader->mutex);
  reader->stopped = TRUE;
  reader->owner = NULL;
  self->n_dropped_before += reader->n_dropped;
  g_queue_clear_full (&reader->lines, (GDestroyNotify) hr_log_line_free);
  if (reader->turn != NULL)
    g_source_destroy (reader->turn);
  g_mutex_unlock (&reader->mutex);
  reader_unref (reader);
  if (reason != NULL)
    g_signal_emit (self, signals[SIGNAL_ENDED], 0, reason);
}

/* The next lines, oldest first. TRUE when more are left, or the end. */
static gboolean
take_lines (Reader *self,
            GQueue *out)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  for (guint i = 0; i < LINES_PER_TURN && !g_queue_is_empty (&self->lines); i++)
    g_queue_push_tail (out, g_queue_pop_head (&self->lines));
  if (!g_queue_is_empty (&self->lines) || self->ended)
    return TRUE;

  g_clear_pointer (&self->turn, g_source_unref);

  return FALSE;
}

static GError *
steal_end (Reader *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return self->ended && g_queue_is_empty (&self->lines) ? g_steal_pointer (&self->error) : NULL;
}

/* In the context: tells some lines, and at last the end. Who hears of one may stop everything. */
static gboolean
turn_cb (gpointer user_data)
{
  Reader *reader = user_data;
  g_autoptr (HrSyslog) owner = NULL;
  g_autoptr (HrLogLine) line = NULL;
  g_auto (GQueue) lines = G_QUEUE_INIT;
  GError  *error;
  gboolean more, over;

  if (reader->owner == NULL)
    return G_SOURCE_REMOVE;

  owner = g_object_ref (reader->owner);
  more = take_lines (reader, &lines);
  while (reader->owner != NULL && (line = g_queue_pop_head (&lines)) != NULL)
    {
      /* The filter may be another one since the line was let pass. */
      if (hr_log_line_matches (line, owner->filter))
        g_signal_emit (owner, signals[SIGNAL_LINE], 0, line);
      g_clear_pointer (&line, hr_log_line_free);
    }
  g_queue_clear_full (&lines, (GDestroyNotify) hr_log_line_free);
  if (reader->owner == NULL)
    return G_SOURCE_REMOVE;

  error = steal_end (reader);
  over = error != NULL;
  if (over)
    end (owner, error);

  return more && !over ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Has the context tell what there is. With the lock held. */
static void
call_turn (Reader *self)
{
  if (self->turn != NULL || self->stopped)
    return;

  self->turn = g_idle_source_new ();
  g_source_set_priority (self->turn, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->turn, turn_cb, g_atomic_rc_box_acquire (self), reader_unref);
  g_source_attach (self->turn, self->context);
}

static void
line_cut_cb (const HrLogLine *line,
             gpointer         user_data)
{
  Reader                         *self = user_data;
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  if (self->stopped || !hr_log_line_matches (line, self->filter))
    return;

  if (g_queue_get_length (&self->lines) >= MAX_QUEUED || !hr_log_rate_take (&self->rate, g_get_monotonic_time ()))
    {
      self->n_dropped++;
      return;
    }

  g_queue_push_tail (&self->lines, hr_log_line_copy (line));
  call_turn (self);
}

static gboolean
is_stopped (Reader *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return self->stopped;
}

/* Byte by byte: over TLS libimobiledevice waits until it has as many as were asked for, and forgets those it has when the time is over. What it has
 * decrypted already comes without a system call. */
static void
read_lines (Reader          *self,
            service_client_t service)
{
  service_error_t error = SERVICE_E_SUCCESS;

  for (guint i = 0; error == SERVICE_E_SUCCESS || error == SERVICE_E_TIMEOUT; i++)
    {
      char     byte;
      uint32_t n = 0;

      if ((i % 1024 == 0 || error == SERVICE_E_TIMEOUT) && is_stopped (self))
        return;

      error = service_receive_with_timeout (service, &byte, 1, &n, WAIT_MS);
      if (error == SERVICE_E_SUCCESS && n == 1)
        hr_log_cutter_push (&self->cutter, (const guint8 *) &byte, 1, line_cut_cb, self);
      else if (error == SERVICE_E_SUCCESS)
        return;
      else if (error == SERVICE_E_TIMEOUT)
        hr_log_cutter_rest (&self->cutter, line_cut_cb, self);
    }
}

/* Reads until the device or the object ends it. Returns: (transfer full): why. */
static GError *
read_log (Reader *self)
{
  g_auto (HrLockdownSession) session = { 0 };
  lockdownd_service_descriptor_t descriptor = NULL;
  service_client_t               service = NULL;
  lockdownd_error_t              error = hr_lockdown_session_open (&session, self->udid);

  if (error != LOCKDOWN_E_SUCCESS)
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, hr_device_state_advice (hr_lockdown_error_to_state (error)));

  error = lockdownd_start_service (session.client, SERVICE, &descriptor);
  if (error != LOCKDOWN_E_SUCCESS)
    return g_error_new (G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "The device does not give out its log (lockdown error %d)", error);

  if (service_client_new (session.device, descriptor, &service) == SERVICE_E_SUCCESS)
    {
      read_lines (self, service);
      service_client_free (service);
    }
  lockdownd_service_descriptor_free (descriptor);

  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "The device has ended its log");
}

static gpointer
thread_cb (gpointer user_data)
{
  g_autoptr (Reader) self = user_data;
  GError *error;

  hr_lockdown_prepare_thread ();
  error = read_log (self);

  g_mutex_lock (&self->mutex);
  self->ended = TRUE;
  self->error = error;
  call_turn (self);
  g_mutex_unlock (&self->mutex);

  return NULL;
}

/* Sets the filter, whatever its letters' case; NULL and "" let everything pass. Effective at once, also for the lines that wait. */
void
hr_syslog_set_filter (HrSyslog   *self,
                      const char *filter)
{
  g_return_if_fail (HR_IS_SYSLOG (self));

  g_free (self->filter);
  self->filter = g_utf8_casefold (filter != NULL ? filter : "", -1);
  if (self->reader == NULL)
    return;

  g_mutex_lock (&self->reader->mutex);
  g_free (self->reader->filter);
  self->reader->filter = g_strdup (self->filter);
  g_mutex_unlock (&self->reader->mutex);
}

/* Begins to read the log, in a thread; signals come in the thread-default main context of now. Nothing happens while it runs; it can be started
 * again after "ended". */
void
hr_syslog_start (HrSyslog *self)
{
  g_return_if_fail (HR_IS_SYSLOG (self));

  if (self->reader != NULL)
    return;

  self->reader = g_atomic_rc_box_new0 (Reader);
  g_mutex_init (&self->reader->mutex);
  g_queue_init (&self->reader->lines);
  self->reader->udid = g_strdup (self->udid);
  self->reader->filter = g_strdup (self->filter);
  self->reader->owner = self;
  self->reader->context = g_main_context_ref_thread_default ();
  g_thread_unref (g_thread_new ("headroom-syslog", thread_cb, g_atomic_rc_box_acquire (self->reader)));
}

/* Ends reading: "ended" is emitted before this returns, with G_IO_ERROR_CANCELLED, and no line after it. The thread goes by itself. */
void
hr_syslog_stop (HrSyslog *self)
{
  g_autoptr (HrSyslog) alive G_GNUC_UNUSED = NULL;

  g_return_if_fail (HR_IS_SYSLOG (self));

  alive = g_object_ref (self);
  if (self->reader != NULL)
    end (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Stopped"));
}

/* Returns how many lines passed the filter, but were too many. */
guint64
hr_syslog_get_n_dropped (HrSyslog *self)
{
  guint64 n;

  g_return_val_if_fail (HR_IS_SYSLOG (self), 0);

  n = self->n_dropped_before;
  if (self->reader != NULL)
    {
      g_mutex_lock (&self->reader->mutex);
      n += self->reader->n_dropped;
      g_mutex_unlock (&self->reader->mutex);
    }

  return n;
}

static void
hr_syslog_dispose (GObject *object)
{
  HrSyslog *self = HR_SYSLOG (object);

  if (self->reader != NULL)
    end (self, NULL);

  G_OBJECT_CLASS (hr_syslog_parent_class)->dispose (object);
}

static void
hr_syslog_finalize (GObject *object)
{
  HrSyslog *self = HR_SYSLOG (object);

  g_free (self->udid);
  g_free (self->filter);

  G_OBJECT_CLASS (hr_syslog_parent_class)->finalize (object);
}

static void
hr_syslog_class_init (HrSyslogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hr_syslog_dispose;
  object_class->finalize = hr_syslog_finalize;

  signals[SIGNAL_LINE] = g_signal_new ("line", HR_TYPE_SYSLOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_ENDED] = g_signal_new ("ended", HR_TYPE_SYSLOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
hr_syslog_init (HrSyslog *self)
{
  self->filter = g_strdup ("");
}

/* Returns: (transfer full): the log of @udid; connect to its signals, then hr_syslog_start (). */
HrSyslog *
hr_syslog_new (const char *udid)
{
  HrSyslog *self = g_object_new (HR_TYPE_SYSLOG, NULL);

  self->udid = g_strdup (udid);

  return self;
}
