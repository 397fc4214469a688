/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/target.h"

#include "engine/base/units.h"

/* How long a program that is gone has to come back as another source: one that has opened a probe does so at once. */
#define SETTLE_MS 500
/* How often a program is looked for that does not run. */
#define LOOK_AGAIN_MS 500

struct _HrTarget
{
  HrMonitor            *monitor;
  const HrTargetEvents *events;
  gpointer              user_data;

  HrSource *origin;
  char     *name; /* of the program; NULL: not asked for by name */
  guint64   pid;  /* of the program; 0: not known, or none was asked for */
  gboolean  by_pid;
  gboolean  by_port; /* a program on that port of the device, and nothing else */

  HrSource     *source; /* NULL: looked for */
  HrSource     *chosen; /* of an address: the first that had numbers there; NULL: none yet */
  gboolean      begun;
  gboolean      ended;
  gboolean      asked;  /* that the program be watched */
  GCancellable *search; /* NULL: none is under way */
  guint         timeout_source;
  guint         settle_source;
  char         *why; /* the source is gone */
  guint         look_source;
  HrWanted      wanted;
};

static void look (HrTarget *self);

static void
end (HrTarget   *self,
     const char *why)
{
  if (self->ended)
    return;

  self->ended = TRUE;
  self->events->ended (why, self->begun, self->user_data);
}

static void
follow (HrTarget *self,
        HrSource *source)
{
  g_set_object (&self->source, source);
  if (self->pid == 0 && self->name == NULL)
    g_set_object (&self->chosen, source);
  self->begun = TRUE;
  g_clear_handle_id (&self->timeout_source, g_source_remove);
  g_clear_handle_id (&self->settle_source, g_source_remove);
  g_clear_handle_id (&self->look_source, g_source_remove);
  self->events->found (source, self->user_data);
}

/* Whether @source, which comes from the origin, is what is wanted. */
static gboolean
is_wanted (HrTarget *self,
           HrSource *source)
{
  gboolean program = hr_source_get_role (source) == HR_SOURCE_PROCESS;

  if (self->pid != 0)
    return program && hr_source_get_pid (source) == self->pid;
  if (self->name != NULL)
    return program && (g_str_equal (hr_source_get_name (source), self->name) || g_str_equal (hr_source_get_title (source), self->name));

  /* A device tells of itself too, but it is the program in it that is asked for, as long as there is hope. */
  return self->chosen == NULL ? hr_source_get_role (source) != HR_SOURCE_DEVICE : source == self->chosen;
}

static void
monitor_snapshot_cb (HrMonitor  *monitor,
                     HrSource   *source,
                     HrSnapshot *snapshot,
                     HrTarget   *self)
{
  if (self->ended || snapshot->catch_up || hr_monitor_get_origin (monitor, source) != self->origin)
    return;

  if (self->source == NULL && is_wanted (self, source))
    follow (self, source);
  else if (self->source == NULL && source == self->origin)
    look (self);

  if (source == self->source && self->events->snapshot != NULL)
    self->events->snapshot (source, snapshot, self->user_data);
}

static gboolean
settle_cb (gpointer user_data)
{
  HrTarget *self = user_data;

  self->settle_source = 0;
  /* Without a link nobody can say whether it still runs. */
  if (!hr_source_is_live (self->origin))
    return G_SOURCE_REMOVE;

  if (self->by_pid)
    end (self, self->why);
  else if (self->name != NULL)
    {
      self->pid = 0;
      look (self);
    }

  return G_SOURCE_REMOVE;
}

static void
monitor_source_state_cb (HrMonitor *monitor,
                         HrSource  *source,
                         HrTarget  *self)
{
  HrSourceState state = hr_source_get_state (source);
  const char   *message = hr_source_get_message (source);

  if (self->ended || source != self->source || state == HR_SOURCE_CONNECTED || state == HR_SOURCE_CONNECTING)
    return;

  g_clear_object (&self->source);
  g_free (self->why);
  self->why = g_strdup (message != NULL ? message : "it is gone");
  self->asked = FALSE;
  /* A process does not come back, and whether it is gone or has another source now shows at once. */
  if (!self->by_pid || !hr_source_is_live (self->origin))
    self->events->lost (self->why, self->user_data);
  if (self->settle_source == 0)
    self->settle_source = g_timeout_add (SETTLE_MS, settle_cb, self);
}

static void
monitor_refused_cb (HrMonitor  *monitor,
                    HrSource   *origin,
                    guint64     pid,
                    const char *reason,
                    HrTarget   *self)
{
  if (self->ended || origin != self->origin || pid != self->pid)
    return;

  self->asked = FALSE;
  if (self->by_pid)
    end (self, reason);
  else
    self->pid = 0; /* looked for again, with the next numbers of its computer */
}

static gboolean
look_cb (gpointer user_data)
{
  HrTarget *self = user_data;

  self->look_source = 0;
  look (self);

  return G_SOURCE_REMOVE;
}

/* Has a program of that very name watched: one that tells of itself, else the largest. */
static gboolean
take_best (HrTarget  *self,
           GPtrArray *programs)
{
  const HrProgram *best = NULL;
  guint            n = 0;

  for (guint i = 0; i < programs->len; i++)
    {
      const HrProgram *program = programs->pdata[i];

      if (!g_str_equal (program->name, self->name))
        continue;
      if (best == NULL || (program->instrumented && !best->instrumented))
        best = program;
      n++;
    }
  if (best == NULL)
    return FALSE;

  if (n > 1)
    {
      g_autofree char *text = g_strdup_printf ("%u programs are called “%s”; pid:%" G_GUINT64_FORMAT " is watched", n, self->name, best->pid);

      self->events->note (text, self->user_data);
    }
  self->pid = best->pid;
  self->asked = TRUE;
  hr_monitor_watch (self->monitor, self->origin, best->pid, best->start_time);

  return TRUE;
}

static void
searched_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) programs = hr_monitor_search_finish (HR_MONITOR (object), result, NULL, &error);
  HrTarget *self = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&self->search);
  if (self->source == NULL && !self->ended && (programs == NULL || !take_best (self, programs)) && self->look_source == 0)
    self->look_source = g_timeout_add (LOOK_AGAIN_MS, look_cb, self);
}

/* The origin is there, and what is wanted of it is not. */
static void
look (HrTarget *self)
{
  if (self->ended || self->source != NULL || self->asked || self->settle_source != 0)
    return;

  if (self->by_pid)
    {
      self->asked = TRUE;
      hr_monitor_watch (self->monitor, self->origin, self->pid, 0);
    }
  else if (self->name != NULL && self->search == NULL && self->look_source == 0)
    {
      self->search = g_cancellable_new ();
      hr_monitor_search_async (self->monitor, self->origin, self->name, self->search, searched_cb, self);
    }
}

/* Without a program there are the figures of the device itself. */
static gboolean
timeout_cb (gpointer user_data)
{
  HrTarget        *self = user_data;
  g_autofree char *why = hr_wanted_explain (&self->wanted, self->monitor, self->origin);

  self->timeout_source = 0;
  if (hr_source_get_role (self->origin) == HR_SOURCE_DEVICE && hr_source_is_live (self->origin) && !self->by_port)
    {
      self->events->note (why, self->user_data);
      follow (self, self->origin);
    }
  else
    end (self, why);

  return G_SOURCE_REMOVE;
}

/* Returns (transfer full) why nothing came of it so far. @origin: what hr_wanted_add () gave */
char *
hr_wanted_explain (const HrWanted *self,
                   HrMonitor      *monitor,
                   HrSource       *origin)
{
  const char *message = hr_source_get_message (origin);
  const char *trouble = hr_monitor_get_device_trouble (monitor);

  if (hr_source_get_role (origin) == HR_SOURCE_DEVICE && trouble != NULL)
    return g_strdup (trouble);
  if (!hr_source_is_live (origin) || (hr_source_get_role (origin) == HR_SOURCE_DEVICE && message != NULL))
    return g_strdup (message != NULL ? message : "its agent did not answer in time");
  if (self->name != NULL)
    return g_strdup_printf ("no program called “%s” runs on this computer", self->name);

  return g_strdup ("nothing was measured there in time");
}

/* Adds what is wanted to @monitor. Returns (transfer none) the computer or device that it is, or is on; NULL with an error. */
HrSource *
hr_wanted_add (const HrWanted *self,
               HrMonitor      *monitor,
               GError        **error)
{
  g_autoptr (HrSource) local = NULL;

  if (!hr_wanted_is_here (self))
    return hr_monitor_add (monitor, self->address, error);

  local = g_list_model_get_item (hr_monitor_get_sources (monitor), 0);

  return local; /* the list keeps it */
}

/* Looks for what is @wanted (copied as far as it is needed) in @monitor, which has the agent of this computer if that is where it is.
 * Returns NULL with an error where no such thing can be. */
HrTarget *
hr_target_new (HrMonitor            *monitor,
               const HrWanted       *wanted,
               gint64                timeout_ns,
               const HrTargetEvents *events,
               gpointer              user_data,
               GError              **error)
{
  HrSource *origin = hr_wanted_add (wanted, monitor, error);
  HrTarget *self;

  if (origin == NULL)
    return NULL;

  self = g_new0 (HrTarget, 1);
  self->monitor = g_object_ref (monitor);
  self->origin = g_object_ref (origin);
  self->events = events;
  self->user_data = user_data;
  self->name = g_strdup (wanted->name);
  self->wanted = (HrWanted){ .name = self->name };
  if (wanted->address != NULL && wanted->address->type == HR_ADDRESS_PROCESS)
    {
      self->by_pid = TRUE;
      self->pid = wanted->address->pid;
    }
  self->by_port = wanted->address != NULL && wanted->address->type == HR_ADDRESS_USB && wanted->address->port != HR_ADDRESS_USB_PORT;
  g_signal_connect (monitor, "snapshot", G_CALLBACK (monitor_snapshot_cb), self);
  g_signal_connect (monitor, "source-state", G_CALLBACK (monitor_source_state_cb), self);
  g_signal_connect (monitor, "refused", G_CALLBACK (monitor_refused_cb), self);
  self->timeout_source = g_timeout_add ((guint) MIN (timeout_ns / HR_NS_PER_MS + 1, G_MAXINT32), timeout_cb, self);

  return self;
}

/* Frees @self; its owner is told of nothing any more. Accepts NULL. */
void
hr_target_free (HrTarget *self)
{
  if (self == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_cancellable_cancel (self->search);
  g_clear_object (&self->search);
  g_clear_handle_id (&self->timeout_source, g_source_remove);
  g_clear_handle_id (&self->settle_source, g_source_remove);
  g_clear_handle_id (&self->look_source, g_source_remove);
  g_clear_object (&self->source);
  g_clear_object (&self->chosen);
  g_object_unref (self->origin);
  g_object_unref (self->monitor);
  g_free (self->name);
  g_free (self->why);
  g_free (self);
}

/* Returns: (transfer none) (nullable): the source that is watched now; NULL while it is looked for. */
HrSource *
hr_target_get_source (HrTarget *self)
{
  return self->source;
}
