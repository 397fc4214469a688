/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Microseconds that only go forward; g_get_monotonic_time () unless a test says otherwise. */
typedef gint64 (*HrChartClock) (void);

/* Tells screen readers what a chart shows, in one sentence and at most every two seconds. */
typedef struct
{
  GtkAccessible *about; /* borrowed */
  char *(*describe) (gpointer about);
  HrChartClock clock;
  gint64       told_us; /* when the description was last told */
  guint        later;   /* the source that tells it when it is due, or 0 */
} HrTeller;

void hr_teller_init (HrTeller      *self,
                     GtkAccessible *about,
                     char *(*describe) (gpointer about));
void hr_teller_clear (HrTeller *self);
void hr_teller_set_clock (HrTeller    *self,
                          HrChartClock clock);
void hr_teller_tell (HrTeller *self);
void hr_teller_changed (HrTeller *self);

G_END_DECLS
