/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/local/cadence.h"

typedef struct
{
  GSource source;
  gint64  interval_us;
} Cadence;

static gboolean
cadence_dispatch (GSource    *source,
                  GSourceFunc callback,
                  gpointer    user_data)
{
  Cadence *self = (Cadence *) source;

  g_source_set_ready_time (source, hr_cadence_after (g_source_get_ready_time (source), self->interval_us,
                                                     g_source_get_time (source)));

  return callback (user_data);
}

/* Creates (transfer full) a source that calls back at once and then every @interval_ms, on an absolute grid. */
GSource *
hr_cadence_source_new (guint interval_ms)
{
  static GSourceFuncs functions = { .dispatch = cadence_dispatch };
  GSource            *source = g_source_new (&functions, sizeof (Cadence));

  ((Cadence *) source)->interval_us = (gint64) interval_ms * 1000;
  g_source_set_ready_time (source, g_get_monotonic_time ());

  return source;
}
