/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The flight recorder: when a source breaches, its records themselves are kept from a while before to a while after. What was before is fetched
 * at once, for its agent keeps it no longer than it must, and what comes after bit by bit. Breaches of one source that overlap share a window;
 * one that follows closely goes on where the last one ended, so that no record is kept twice. */

#include "engine/monitor-private.h"

#include "engine/base/clock.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define REACH_NS (30 * (gint64) HR_NS_PER_SECOND)
#define TURN_MS 250
#define FETCH_NS (5 * (gint64) HR_NS_PER_SECOND)

/* An agent that has told nothing of the end so long after it is not waited for. */
#define LATE_NS (5 * (gint64) HR_NS_PER_SECOND)

/* Breaches that never end are cut into windows of so many reaches, and there are so many windows of a source in a minute. */
#define MAX_REACHES 4
#define MAX_WINDOWS 10
/* So many sources have a window open at a time: each may take 32 MiB. */
#define MAX_OPEN 16
#define MINUTE_NS (60 * (gint64) HR_NS_PER_SECOND)

/* What is kept of one source. */
typedef struct
{
  HrMonitor      *monitor; /* NULL: it is gone */
  HrSource       *source;
  HrRecordWindow *window;   /* NULL: none is open */
  HrAlert        *alert;    /* that opened it */
  gint64          end_ns;   /* of the window; our monotonic clock, as the next ones */
  gint64          again_ns; /* up to when the one behind it is to go; 0: there is none */
  gint64          fetch_ns; /* when the next bit is due */
  gboolean        fetching;
  gboolean        ending; /* nothing is made any more: what is there is fetched once more */
  gboolean        last;   /* that is what is being fetched */
  HrRecordWindow *next;   /* empty: goes on where the last one ended; NULL: there was none */
  gint64          minute_ns;
  guint           n_windows; /* opened in that minute */
} Kept;

struct _HrMonitorRaw
{
  GHashTable *kept; /* HrSource -> Kept */
  guint       timer;
  gint64      before_ns;
  gint64      after_ns;
};

/* A window on its way into columns, in a thread. */
typedef struct
{
  HrRecordWindow *window;
  HrAlert        *alert; /* or NULL */
  char           *name;
  gint64          now_ns;
  gint64          now_us;
} Joining;

static void
joining_free (gpointer data)
{
  Joining *self = data;

  hr_record_window_unref (self->window);
  g_clear_object (&self->alert);
  g_free (self->name);
  g_free (self);
}

static Joining *
joining_new (HrRecordWindow *window,
             HrAlert        *alert)
{
  Joining *self = g_new0 (Joining, 1);

  self->window = hr_record_window_ref (window);
  self->alert = alert != NULL ? g_object_ref (alert) : NULL;
  self->name = g_strdup (hr_source_get_name (hr_record_window_get_source (window)));
  self->now_ns = (gint64) hr_clock_monotonic ();
  self->now_us = g_get_real_time ();

  return self;
}

/* Returns: (transfer full) (nullable): NULL when nobody told anything of the stretch. */
static HrRawWindow *
join (Joining *self)
{
  HrRecordColumns columns;
  HrRawWindow    *raw;

  if (!hr_record_window_finish (self->window, self->now_ns, self->now_us, &columns))
    return NULL;

  raw = g_new0 (HrRawWindow, 1);
  raw->source = g_strdup (self->name);
  raw->begin_us = columns.begin_us;
  raw->end_us = columns.end_us;
  raw->n_lost = columns.n_lost;
  raw->n = columns.n;
  raw->times_us = columns.times_us;
  raw->metrics = columns.metrics;
  raw->values = columns.values;
  raw->items = columns.items;

  return raw;
}

static void
join_in_thread (GTask        *task,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  HrRawWindow *raw = join (task_data);

  if (raw != NULL)
    g_task_return_pointer (task, raw, (GDestroyNotify) hr_raw_window_free);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s", _ ("No records are kept of that time"));
}

static gboolean
is_recorded (HrMonitor *self,
             HrSource  *source)
{
  return hr_monitor_get_recorder (self) != NULL && (self->recorded == NULL || self->recorded (source, self->recorded_data));
}

/* Tells of a window that is whole. @raw: (transfer full) (nullable) @alert: (nullable) */
static void
tell_window (HrMonitor   *self,
             HrSource    *source,
             HrAlert     *alert,
             HrRawWindow *raw)
{
  if (raw == NULL)
    return;

  if (is_recorded (self, source) && alert != NULL)
    raw->alert = hr_recorder_get_alert_id (hr_monitor_get_recorder (self), alert);
  g_signal_emit_by_name (self, "raw-window", source, raw);
  if (is_recorded (self, source))
    hr_recorder_add_raw (hr_monitor_get_recorder (self), source, raw);
  else
    hr_raw_window_free (raw);
}

static void
joined_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  Joining     *joining = g_task_get_task_data (G_TASK (result));
  HrRawWindow *raw = g_task_propagate_pointer (G_TASK (result), NULL);

  tell_window (HR_MONITOR (object), hr_record_window_get_source (joining->window), joining->alert, raw);
}

static void
kept_clear (gpointer data)
{
  Kept *kept = data;

  g_object_unref (kept->source);
  g_clear_object (&kept->alert);
  hr_record_window_unref (kept->window);
  hr_record_window_unref (kept->next);
}

static void
kept_unref (gpointer data)
{
  g_rc_box_release_full (data, kept_clear);
}

/* Lets go of a source; an answer that is still on its way comes to nobody. */
static void
kept_leave (gpointer data)
{
  ((Kept *) data)->monitor = NULL;
  kept_unref (data);
}

static gboolean turn_cb (gpointer user_data);

static void
wake (HrMonitor *self)
{
  if (self->raw->timer == 0)
    self->raw->timer = g_timeout_add (TURN_MS, turn_cb, self);
}

static void
open_window (Kept  *kept,
             gint64 begin_ns,
             gint64 end_ns,
             gint64 now_ns)
{
  if (kept->next != NULL && hr_record_window_get_begin (kept->next) >= begin_ns)
    kept->window = g_steal_pointer (&kept->next);
  else
    kept->window = hr_record_window_new (kept->source, begin_ns, HR_RECORD_WINDOW_OPEN);
  g_clear_pointer (&kept->next, hr_record_window_unref);
  kept->end_ns = end_ns;
  kept->again_ns = 0;
  kept->fetch_ns = now_ns;
  kept->ending = FALSE;
  kept->n_windows++;
  wake (kept->monitor);
}

/* Ends the window. It is joined in a thread unless it has to be there @at_once; where a breach went on, the next one begins. */
static void
close_window (Kept    *kept,
              gboolean at_once)
{
  HrMonitor *self = kept->monitor;
  g_autoptr (HrRecordWindow) window = g_steal_pointer (&kept->window);
  g_autoptr (HrAlert) alert = g_steal_pointer (&kept->alert);
  Joining *joining = joining_new (window, alert);

  kept->next = hr_record_window_new_after (window);
  if (kept->again_ns != 0 && !kept->ending && !at_once)
    {
      kept->alert = alert != NULL ? g_object_ref (alert) : NULL;
      open_window (kept, hr_record_window_get_begin (kept->next), kept->again_ns, joining->now_ns);
    }

  if (at_once)
    {
      tell_window (self, kept->source, alert, join (joining));
      joining_free (joining);
    }
  else
    {
      g_autoptr (GTask) task = g_task_new (self, NULL, joined_cb, NULL);

      g_task_set_task_data (task, joining, joining_free);
      g_task_run_in_thread (task, join_in_thread);
    }
}

static void fetch (Kept  *kept,
                   gint64 now_ns);

static void
fetched_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Kept    *kept = user_data;
  gboolean fetched = hr_peer_fetch_finish (NULL, result, NULL);
  gint64   now_ns = (gint64) hr_clock_monotonic ();

  kept->fetching = FALSE;
  if (kept->monitor != NULL && kept->window != NULL && kept->ending && !kept->last)
    fetch (kept, now_ns);
  else if (kept->monitor != NULL && kept->window != NULL &&
           ((kept->ending && (fetched || now_ns >= kept->end_ns)) || hr_record_window_get_until (kept->window) >= kept->end_ns ||
            now_ns >= kept->end_ns + LATE_NS))
    close_window (kept, FALSE);
  kept_unref (kept);
}

static void
fetch (Kept  *kept,
       gint64 now_ns)
{
  HrPeer *peer = hr_hub_find_peer (kept->monitor->hub, kept->source);

  if (kept->fetching)
    return;

  if (peer == NULL)
    {
      close_window (kept, FALSE);
      return;
    }
  kept->fetching = TRUE;
  kept->last = kept->ending;
  kept->fetch_ns = now_ns + FETCH_NS;
  hr_peer_fetch_async (peer, kept->window, NULL, fetched_cb, g_rc_box_acquire (kept));
}

/* Fetches what is due. Near the end that is with every turn, until the agent has looked behind it. */
static gboolean
turn_cb (gpointer user_data)
{
  HrMonitor *self = user_data;
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  gint64         now_ns = (gint64) hr_clock_monotonic ();
  GHashTableIter iter;
  gpointer       kept;

  g_hash_table_iter_init (&iter, self->raw->kept);
  while (g_hash_table_iter_next (&iter, NULL, &kept))
    if (((Kept *) kept)->window != NULL)
      g_ptr_array_add (open, kept);

  if (open->len == 0)
    {
      self->raw->timer = 0;
      return G_SOURCE_REMOVE;
    }
  for (guint i = 0; i < open->len; i++)
    {
      Kept *one = open->pdata[i];

      if (now_ns >= one->fetch_ns || now_ns >= one->end_ns)
        fetch (one, now_ns);
    }

  return G_SOURCE_CONTINUE;
}

static HrSource *
find_source (HrMonitor  *self,
             const char *name)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->hub)); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (G_LIST_MODEL (self->hub), i);

      if (g_str_equal (hr_source_get_name (source), name))
        return source; /* the hub holds it */
    }

  return NULL;
}

static Kept *
find_kept (HrMonitor *self,
           HrSource  *source)
{
  Kept *kept = g_hash_table_lookup (self->raw->kept, source);

  if (kept == NULL)
    {
      kept = g_rc_box_new0 (Kept);
      kept->monitor = self;
      kept->source = g_object_ref (source);
      g_hash_table_insert (self->raw->kept, kept->source, kept);
    }

  return kept;
}

static guint
count_open (HrMonitorRaw *self)
{
  GHashTableIter iter;
  gpointer       kept;
  guint          n = 0;

  g_hash_table_iter_init (&iter, self->kept);
  while (g_hash_table_iter_next (&iter, NULL, &kept))
    n += ((Kept *) kept)->window != NULL;

  return n;
}

/* Whether one more window may be opened: a source that comes and goes over its limit must not fill the disk, nor all of them the memory. */
static gboolean
may_open (Kept  *kept,
          gint64 now_ns)
{
  if (now_ns - kept->minute_ns >= MINUTE_NS)
    {
      kept->minute_ns = now_ns;
      kept->n_windows = 0;
    }

  return kept->n_windows < MAX_WINDOWS && count_open (kept->monitor->raw) < MAX_OPEN;
}

/* A breach while a window is open moves its end, as far as that goes; beyond, it is the next one's. */
static void
share_window (HrMonitor *self,
              Kept      *kept,
              gint64     end_ns)
{
  gint64 longest_ns = MAX_REACHES * (self->raw->before_ns + self->raw->after_ns);

  if (end_ns - hr_record_window_get_begin (kept->window) <= longest_ns)
    kept->end_ns = MAX (kept->end_ns, end_ns);
  else
    kept->again_ns = MAX (kept->again_ns, end_ns);
}

/* Keeps the records around the breach that @alert is, if anybody wants them and its source has any. */
void
hr_monitor_raw_keep (HrMonitor *self,
                     HrAlert   *alert)
{
  HrSource *source = find_source (self, hr_alert_get_source (alert));
  HrPeer   *peer = source != NULL ? hr_hub_find_peer (self->hub, source) : NULL;
  gint64    now_ns = (gint64) hr_clock_monotonic ();
  gint64    raised_ns = now_ns - MAX (g_get_real_time () - hr_alert_get_raised (alert), 0) * 1000;
  Kept     *kept;

  if (peer == NULL || !hr_peer_keeps_records (peer, source))
    return;
  if (!is_recorded (self, source) && !g_signal_has_handler_pending (self, g_signal_lookup ("raw-window", HR_TYPE_MONITOR), 0, FALSE))
    return;

  kept = find_kept (self, source);
  if (kept->window != NULL)
    {
      share_window (self, kept, raised_ns + self->raw->after_ns);
      return;
    }
  if (!may_open (kept, now_ns))
    return;

  g_set_object (&kept->alert, alert);
  open_window (kept, raised_ns - self->raw->before_ns, raised_ns + self->raw->after_ns, now_ns);
  fetch (kept, now_ns);
}

/* Takes in that @source is in another state: of one that has ended or is paused nothing comes any more but what was made already. One whose
 * link is lost may come back, and have gone on meanwhile. */
void
hr_monitor_raw_note_state (HrMonitor *self,
                           HrSource  *source)
{
  Kept  *kept = g_hash_table_lookup (self->raw->kept, source);
  gint64 now_ns = (gint64) hr_clock_monotonic ();

  HrPeer       *peer = hr_hub_find_peer (self->hub, source);
  HrSourceState state = hr_source_get_state (source);

  if (kept == NULL || kept->window == NULL || kept->ending || state == HR_SOURCE_CONNECTED || state == HR_SOURCE_CONNECTING ||
      (state == HR_SOURCE_LOST && peer != NULL && !hr_peer_is_open (peer)))
    return;

  kept->ending = TRUE;
  fetch (kept, now_ns);
}

/* Nothing stays of a source that was forgotten but what was fetched of it. */
void
hr_monitor_raw_forget (HrMonitor *self,
                       HrSource  *source)
{
  Kept *kept = g_hash_table_lookup (self->raw->kept, source);

  if (kept != NULL && kept->window != NULL)
    close_window (kept, TRUE);
  g_hash_table_remove (self->raw->kept, source);
}

/* Tells at once of what is there of every window that is open: whoever records ends. */
void
hr_monitor_raw_flush (HrMonitor *self)
{
  g_autoptr (GList) all = g_hash_table_get_values (self->raw->kept);

  for (GList *link = all; link != NULL; link = link->next)
    if (((Kept *) link->data)->window != NULL)
      close_window (link->data, TRUE);
}

/* Makes what keeps the records around breaches. Returns: (transfer full) */
HrMonitorRaw *
hr_monitor_raw_new (void)
{
  HrMonitorRaw *self = g_new0 (HrMonitorRaw, 1);

  self->kept = g_hash_table_new_full (NULL, NULL, NULL, kept_leave);
  self->before_ns = self->after_ns = REACH_NS;

  return self;
}

/* Frees @self; windows that are open come to nobody. */
void
hr_monitor_raw_free (HrMonitorRaw *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_hash_table_unref (self->kept);
  g_free (self);
}

/* Sets from how long before a breach to how long after its records are kept, in milliseconds; 30 000 each to begin with. An agent keeps 35 s. */
void
hr_monitor_set_raw_reach (HrMonitor *self,
                          guint      before_ms,
                          guint      after_ms)
{
  self->raw->before_ns = before_ms * (gint64) HR_NS_PER_MS;
  self->raw->after_ns = after_ms * (gint64) HR_NS_PER_MS;
}

static void
raw_fetched_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (hr_peer_fetch_finish (NULL, result, &error))
    g_task_run_in_thread (task, join_in_thread);
  else
    g_task_return_error (task, error);
}

/* Fetches the records of @source themselves from @begin_us to @end_us (UTC), as far as they are still kept where it is. */
void
hr_monitor_fetch_raw_async (HrMonitor          *self,
                            HrSource           *source,
                            gint64              begin_us,
                            gint64              end_us,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (HrRecordWindow) window = NULL;
  HrPeer *peer = hr_hub_find_peer (self->hub, source);
  gint64  now_ns = (gint64) hr_clock_monotonic ();
  gint64  now_us = g_get_real_time ();

  g_task_set_source_tag (task, hr_monitor_fetch_raw_async);
  if (peer == NULL || !hr_peer_keeps_records (peer, source))
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s", _ ("Records themselves are not kept there"));
      return;
    }

  window = hr_record_window_new (source, now_ns - (now_us - begin_us) * 1000, now_ns - (now_us - end_us) * 1000);
  g_task_set_task_data (task, joining_new (window, NULL), joining_free);
  hr_peer_fetch_async (peer, window, cancellable, raw_fetched_cb, g_steal_pointer (&task));
}

/* Returns: (transfer full): the records, sorted by time; NULL with @error: nothing is kept of that time (G_IO_ERROR_NOT_FOUND), or at all
 * (G_IO_ERROR_NOT_SUPPORTED), or the agent does not answer. */
HrRawWindow *
hr_monitor_fetch_raw_finish (HrMonitor    *self,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
