/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a recorder and its thread share. */

#include "engine/store/recorder-private.h"

#define DEFAULT_QUEUE_BYTES (64 * 1024 * 1024)

/* Returns: (transfer full): of a recorder that has not begun. @context is that of the thread that asks. */
HrRecorderCore *
hr_recorder_core_new (const char              *path,
                      const HrRecorderOptions *options,
                      const HrStoreClock      *clock,
                      gboolean                 manual)
{
  HrRecorderCore *self = g_new0 (HrRecorderCore, 1);

  g_atomic_ref_count_init (&self->count);
  self->path = g_strdup (path);
  self->create_new = options->create_new;
  self->clock = *clock;
  self->manual = manual;
  self->context = g_main_context_ref_thread_default ();
  g_weak_ref_init (&self->recorder, NULL);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->wake);
  hr_queue_init (&self->queue, options->queue_bytes != 0 ? options->queue_bytes : DEFAULT_QUEUE_BYTES);
  g_queue_init (&self->orders);
  g_queue_init (&self->taken);
  self->max_age_us = options->max_age_us;
  self->max_bytes = options->max_bytes;
  self->status.state = HR_RECORDER_OPENING;

  return self;
}

/* Returns: (transfer full): @self, counted once more. */
HrRecorderCore *
hr_recorder_core_ref (HrRecorderCore *self)
{
  g_atomic_ref_count_inc (&self->count);

  return self;
}

/* Gives up one count. */
void
hr_recorder_core_unref (HrRecorderCore *self)
{
  if (!g_atomic_ref_count_dec (&self->count))
    return;

  g_queue_clear_full (&self->taken, (GDestroyNotify) hr_item_free);
  hr_queue_clear (&self->queue);
  g_clear_error (&self->error);
  g_free (self->status.message);
  g_weak_ref_clear (&self->recorder);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->wake);
  g_main_context_unref (self->context);
  g_free (self->path);
  g_free (self);
}

static gboolean
tell_cb (gpointer data)
{
  HrRecorderCore *self = data;
  g_autoptr (HrRecorder) recorder = g_weak_ref_get (&self->recorder);

  g_mutex_lock (&self->mutex);
  self->telling = FALSE;
  g_mutex_unlock (&self->mutex);
  if (recorder != NULL)
    g_signal_emit_by_name (recorder, "changed");

  return G_SOURCE_REMOVE;
}

/* Has the main loop told that the status changed, once for all changes until it gets there. @mutex is held. */
void
hr_recorder_core_tell (HrRecorderCore *self)
{
  g_autoptr (GSource) source = NULL;

  if (self->telling)
    return;

  self->telling = TRUE;
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, tell_cb, hr_recorder_core_ref (self), (GDestroyNotify) hr_recorder_core_unref);
  g_source_attach (source, self->context);
}
