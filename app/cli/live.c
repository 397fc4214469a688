/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/live.h"

#include "engine/base/clock.h"

#include <signal.h>
#include <sys/wait.h>

/* After this many rounds of the agent it has seen whatever a command left, however short its programs lived. */
#define LAST_ROUNDS 2
/* Programs that the command left running are not waited for. */
#define LAST_WORDS_MS 3000

static void
tell_trouble (HrLive     *self,
              const char *why)
{
  g_autofree char *text = hr_text_about (self->run.wanted.text, why);

  hr_output_complain ("%s", text);
  hr_run_quit (&self->run, HR_EXIT_UNAVAILABLE);
}

/* Returns whether @source is one of those that this is about. */
gboolean
hr_live_wants (HrLive   *self,
               HrSource *source)
{
  const char *pattern = self->run.options->source;

  if (self->target != NULL)
    return source == hr_target_get_source (self->target);
  if (hr_monitor_get_origin (self->run.monitor, source) != self->computer)
    return FALSE;

  return pattern == NULL || g_pattern_match_simple (pattern, hr_source_get_name (source));
}

static gboolean
end_cb (gpointer user_data)
{
  HrLive *self = user_data;

  self->end_source = 0;
  if (self->child != NULL && hr_child_is_running (self->child))
    {
      self->cut_short = TRUE;
      hr_child_signal (self->child, SIGTERM);
    }
  else
    hr_run_quit (&self->run, self->run.status);

  return G_SOURCE_REMOVE;
}

/* Lets it end by itself in @time_ns; a command is asked to end then. What was said before about that holds no more. */
void
hr_live_end_in (HrLive *self,
                gint64  time_ns)
{
  g_clear_handle_id (&self->end_source, g_source_remove);
  self->end_source = g_timeout_add ((guint) MIN (time_ns / HR_NS_PER_MS, G_MAXINT32), end_cb, self);
}

/* A command hears of the signal too, and everything ends when it has ended. */
static void
run_signalled_cb (HrRun *run,
                  int    number)
{
  HrLive *self = (HrLive *) run;

  if (self->child != NULL && hr_child_is_running (self->child))
    hr_child_signal (self->child, number);
  else
    hr_run_quit (run, run->status);
}

static void
child_ended_cb (int      status,
                gpointer user_data)
{
  HrLive *self = user_data;

  self->child_status = self->cut_short && WIFSIGNALED (status) && WTERMSIG (status) == SIGTERM ? 0 : status;
  self->over_ns = (gint64) hr_clock_monotonic ();
  hr_live_end_in (self, LAST_WORDS_MS * (gint64) HR_NS_PER_MS);
}

static void
start_child (HrLive *self)
{
  g_autoptr (GError) error = NULL;

  if (hr_child_start (self->child, &error))
    return;

  hr_output_complain ("%s", error->message);
  self->child_status = HR_CHILD_NOT_STARTED;
  hr_run_quit (&self->run, HR_EXIT_OK);
}

/* There are numbers: the time runs, and the agent sees what a command does from its beginning. */
static void
begin (HrLive *self)
{
  if (self->begun)
    return;

  self->begun = TRUE;
  g_clear_handle_id (&self->timeout_source, g_source_remove);
  if (self->run.options->duration_ns > 0)
    hr_live_end_in (self, self->run.options->duration_ns);
  if (self->child != NULL)
    start_child (self);
}

static gboolean
is_any_program_live (HrLive *self)
{
  GListModel *sources = hr_monitor_get_sources (self->run.monitor);

  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (sources, i);

      if (hr_source_get_role (source) == HR_SOURCE_PROCESS && hr_source_is_live (source))
        return TRUE;
    }

  return FALSE;
}

/* What a program recorded last outlives it, and is read in the agent's next rounds. */
static void
wait_for_last_words (HrLive *self)
{
  if (self->over_ns != 0 && self->n_rounds >= LAST_ROUNDS && !is_any_program_live (self))
    hr_run_quit (&self->run, self->run.status);
}

static void
monitor_snapshot_cb (HrMonitor  *monitor,
                     HrSource   *source,
                     HrSnapshot *snapshot,
                     HrLive     *self)
{
  if (self->events->snapshot != NULL && hr_live_wants (self, source))
    self->events->snapshot (self, source, snapshot, self->user_data);
  if (source != self->computer)
    return;

  if (self->over_ns != 0 && snapshot->end_ns > self->over_ns)
    self->n_rounds++;
  begin (self);
  wait_for_last_words (self);
}

static void
monitor_source_state_cb (HrMonitor *monitor,
                         HrSource  *source,
                         HrLive    *self)
{
  wait_for_last_words (self);
}

static void
target_found_cb (HrSource *source,
                 gpointer  user_data)
{
  begin (user_data);
}

static void
target_lost_cb (const char *why,
                gpointer    user_data)
{
  HrLive          *self = user_data;
  g_autofree char *text = hr_text_about (self->run.wanted.text, why);

  hr_output_say (&self->run.output, "%s; waiting for it", text);
}

static void
target_ended_cb (const char *why,
                 gboolean    begun,
                 gpointer    user_data)
{
  HrLive          *self = user_data;
  g_autofree char *text = NULL;

  if (!begun)
    {
      tell_trouble (self, why);
      return;
    }

  text = hr_text_about (self->run.wanted.text, why);
  hr_output_say (&self->run.output, "%s", text);
  hr_run_quit (&self->run, self->run.status);
}

static void
target_note_cb (const char *text,
                gpointer    user_data)
{
  HrLive *self = user_data;

  hr_output_say (&self->run.output, "%s", text);
}

static gboolean
timeout_cb (gpointer user_data)
{
  HrLive          *self = user_data;
  g_autofree char *why = hr_wanted_explain (&self->run.wanted, self->run.monitor, self->computer);

  self->timeout_source = 0;
  tell_trouble (self, why);

  return G_SOURCE_REMOVE;
}

/* Looks for what is wanted. Returns FALSE with @error where no such thing can be. */
static gboolean
seek (HrLive  *self,
      GError **error)
{
  static const HrTargetEvents events = { target_found_cb, NULL, target_lost_cb, target_ended_cb, target_note_cb };
  const HrOptions            *options = self->run.options;

  if (self->child == NULL && options->source != NULL)
    {
      self->target = hr_target_new (self->run.monitor, &self->run.wanted, options->timeout_ns, &events, self, error);
      return self->target != NULL;
    }

  self->computer = g_list_model_get_item (hr_monitor_get_sources (self->run.monitor), 0);
  self->timeout_source = g_timeout_add ((guint) MIN (options->timeout_ns / HR_NS_PER_MS + 1, G_MAXINT32), timeout_cb, self);

  return TRUE;
}

static void
measure (HrLive *self)
{
  g_autoptr (GError) error = NULL;

  /* The target hears of a snapshot before everybody else, so that it knows whether its source is wanted. */
  if (!seek (self, &error))
    {
      tell_trouble (self, error->message);
      return;
    }
  if (self->events->prepare == NULL || self->events->prepare (self, self->user_data))
    {
      g_signal_connect (self->run.monitor, "snapshot", G_CALLBACK (monitor_snapshot_cb), self);
      g_signal_connect (self->run.monitor, "source-state", G_CALLBACK (monitor_source_state_cb), self);
      hr_run_loop (&self->run);
      g_signal_handlers_disconnect_by_data (self->run.monitor, self);
    }

  g_clear_pointer (&self->target, hr_target_free);
  g_clear_handle_id (&self->end_source, g_source_remove);
  g_clear_handle_id (&self->timeout_source, g_source_remove);
}

/* Measures until the end; @self is { 0 } before, and hr_live_clear () is due in any case. Returns what went wrong with it, a command that
 * failed included. */
HrExit
hr_live_run (HrLive             *self,
             const HrOptions    *options,
             const HrLiveEvents *events,
             gpointer            user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *failure = NULL;

  self->events = events;
  self->user_data = user_data;
  self->child_status = -1;
  if (options->program != NULL)
    {
      self->child = hr_child_new (options->program, options->sandbox, child_ended_cb, self, &error);
      if (self->child == NULL)
        {
          hr_output_complain ("%s", error->message);
          return HR_EXIT_INTERNAL;
        }
    }

  if (!hr_run_begin (&self->run, options, self->child != NULL ? NULL : options->source, self->child != NULL ? hr_child_get_regions (self->child) : NULL) ||
      !hr_run_require (&self->run))
    return self->run.status;
  self->run.signalled = run_signalled_cb;
  measure (self);

  failure = self->child_status > 0 ? hr_child_describe (self->child_status) : NULL;
  if (failure != NULL && self->child_status != HR_CHILD_NOT_STARTED)
    hr_output_say (&self->run.output, "%s", failure);

  return hr_exit_join (self->run.status, failure != NULL ? HR_EXIT_PROGRAM : HR_EXIT_OK);
}

/* Frees what @self owns. */
void
hr_live_clear (HrLive *self)
{
  hr_target_free (self->target);
  g_clear_object (&self->computer);
  hr_run_clear (&self->run);
  hr_child_free (self->child);
}
