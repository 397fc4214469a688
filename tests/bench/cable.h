/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How late the desktop is told of what a program in an emulated phone records, in milliseconds. */
typedef struct
{
  double median_ms; /* from a record to its snapshot in the hub's history */
  double p99_ms;
  double link_p99_ms;   /* from the end of a snapshot's interval to the same moment */
  double round_trip_ms; /* the best one of the link's own pings */
} CableLatency;

/* Measures @n_marks records, one every few milliseconds, while the program ranks 35 000 jobs a second. FALSE, with @error, where
 * there is no emulated phone to be had. */
gboolean cable_measure (guint         n_marks,
                        CableLatency *out,
                        GError      **error);

G_END_DECLS
