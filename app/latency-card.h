/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/reading.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The source's main duration: average, tail, advantage, compliance, budget, and a chart of the last 30 s. Hidden
 * without such a metric. */
#define HR_TYPE_LATENCY_CARD (hr_latency_card_get_type ())
G_DECLARE_FINAL_TYPE (HrLatencyCard, hr_latency_card, HR, LATENCY_CARD, GtkBox)

void hr_latency_card_refresh (HrLatencyCard   *self,
                              const HrReading *reading);

/* Draws the chart anew from @history, for snapshots every @interval_ms. */
void hr_latency_card_restart (HrLatencyCard *self,
                              HrHistory     *history,
                              guint          interval_ms);
void hr_latency_card_append (HrLatencyCard    *self,
                             HrHistory        *history,
                             const HrSnapshot *snapshot);

/* Nothing is measured from here on: the chart gets a gap. */
void hr_latency_card_break (HrLatencyCard *self);

/* Transfer none: the chart, whose property "frozen" the window offers as an action. */
GtkWidget *hr_latency_card_get_chart (HrLatencyCard *self);

G_END_DECLS
