/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/loop-log.h"

#include <time.h>

/* A window that has just come still loads fonts and icons: a second later it is at home. */
#define SETTLING_MS 1000

/* The poll function of a main context gets no data of its own, so that there is one log, of the default context. */
static HrLoopLog default_log;
static GPollFunc default_poll;

static void
add_difference (HrLoopTime       *sum,
                const HrLoopTime *from,
                const HrLoopTime *to)
{
  for (guint i = 0; i < HR_N_LOOP_CLOCKS; i++)
    sum->ns[i] += to->ns[i] - from->ns[i];
}

/* The poll has returned at @now: whatever is due has the loop now. */
void
hr_loop_log_wake (HrLoopLog        *self,
                  const HrLoopTime *now)
{
  self->awake = TRUE;
  self->woken = *now;
  self->drawn = (HrLoopTime){ { 0 } };
  if (self->drawing)
    self->begun = *now;
}

/* The loop goes to its poll at @now. */
void
hr_loop_log_sleep (HrLoopLog        *self,
                   const HrLoopTime *now)
{
  HrLoopTime busy = { { 0 } };

  if (!self->awake)
    return;

  self->awake = FALSE;
  if (self->drawing)
    add_difference (&self->drawn, &self->begun, now);
  if (!self->counting)
    return;

  add_difference (&busy, &self->woken, now);
  self->n_dispatches++;
  for (guint i = 0; i < HR_N_LOOP_CLOCKS; i++)
    self->longest.ns[i] = MAX (self->longest.ns[i], busy.ns[i] - self->drawn.ns[i]);
  self->n_slow += busy.ns[HR_LOOP_CPU] - self->drawn.ns[HR_LOOP_CPU] > HR_LOOP_LIMIT_NS;
}

/* A frame is drawn from @now on. */
void
hr_loop_log_begin_frame (HrLoopLog        *self,
                         const HrLoopTime *now)
{
  self->drawing = TRUE;
  self->begun = *now;
}

/* The frame is done. */
void
hr_loop_log_end_frame (HrLoopLog        *self,
                       const HrLoopTime *now)
{
  if (!self->drawing)
    return;

  self->drawing = FALSE;
  add_difference (&self->drawn, &self->begun, now);
}

static gint64
read_clock (clockid_t id)
{
  struct timespec now;

  clock_gettime (id, &now);

  return now.tv_sec * (gint64) G_USEC_PER_SEC * 1000 + now.tv_nsec;
}

static void
read_time (HrLoopTime *out)
{
  out->ns[HR_LOOP_WALL] = read_clock (CLOCK_MONOTONIC);
  out->ns[HR_LOOP_CPU] = read_clock (CLOCK_THREAD_CPUTIME_ID);
}

static gint
poll_default (GPollFD *fds,
              guint    n_fds,
              gint     timeout)
{
  HrLoopTime now;
  gint       n_ready;

  read_time (&now);
  hr_loop_log_sleep (&default_log, &now);
  n_ready = default_poll (fds, n_fds, timeout);
  read_time (&now);
  hr_loop_log_wake (&default_log, &now);

  return n_ready;
}

/* The source that lets the log count, or 0. */
static guint settling;

static gboolean
settled_cb (gpointer user_data)
{
  default_log.counting = TRUE;
  settling = 0;

  return G_SOURCE_REMOVE;
}

static void
clock_before_paint_cb (GdkFrameClock *clock)
{
  HrLoopTime now;

  read_time (&now);
  hr_loop_log_begin_frame (&default_log, &now);
}

static void
clock_after_paint_cb (GdkFrameClock *clock)
{
  HrLoopTime now;

  read_time (&now);
  hr_loop_log_end_frame (&default_log, &now);
  if (settling == 0 && !default_log.counting)
    settling = g_timeout_add (SETTLING_MS, settled_cb, NULL);
}

static void
window_realize_cb (GtkWidget *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);

  g_signal_connect (clock, "before-paint", G_CALLBACK (clock_before_paint_cb), NULL);
  g_signal_connect_after (clock, "after-paint", G_CALLBACK (clock_after_paint_cb), NULL);
}

static void
windows_changed_cb (GListModel *windows,
                    guint       position,
                    guint       n_removed,
                    guint       n_added)
{
  for (guint i = position; i < position + n_added; i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      g_signal_connect (window, "realize", G_CALLBACK (window_realize_cb), NULL);
    }

  /* Nobody is left who would wait, not for the end of the last window either. */
  if (g_list_model_get_n_items (windows) == 0)
    {
      default_log.counting = FALSE;
      g_clear_handle_id (&settling, g_source_remove);
    }
}

/* Has the default main context's dispatches logged, and the frames of every window told apart, from before the first window on. */
void
hr_loop_log_follow (void)
{
  GMainContext *context = g_main_context_default ();

  if (default_poll != NULL)
    return;

  default_poll = g_main_context_get_poll_func (context);
  g_main_context_set_poll_func (context, poll_default);
  g_signal_connect (gtk_window_get_toplevels (), "items-changed", G_CALLBACK (windows_changed_cb), NULL);
}

/* Returns: (transfer none): what the default main context's log says. */
const HrLoopLog *
hr_loop_log_get (void)
{
  return &default_log;
}
