/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/reading.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The ten spans of a program that take most of its time by themselves. */
#define HR_TYPE_SPANS_CARD (hr_spans_card_get_type ())
G_DECLARE_FINAL_TYPE (HrSpansCard, hr_spans_card, HR, SPANS_CARD, GtkBox)

void hr_spans_card_refresh (HrSpansCard     *self,
                            const HrReading *reading);

G_END_DECLS
