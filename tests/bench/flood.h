/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What an agent with many programs sends: every fourth metric is a duration with a histogram, the others gauges and counters. */
typedef struct
{
  guint n_streams;
  guint n_metrics;   /* of each stream, and samples in each of its snapshots */
  guint n_snapshots; /* of each stream */
  guint interval_ms; /* 0: as fast as they are taken */
} Flood;

/* A child process that listens at @path, waits for a desktop's resume and sends. What is
 * sent as fast as it is taken was made before anybody listens; the stream ends behind it. */
GPid flood_start (const Flood *flood,
                  const char  *path);

G_END_DECLS
