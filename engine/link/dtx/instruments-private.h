/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/dtx/instruments.h"

G_BEGIN_DECLS

/* How long a phone may take to tell something at all, before the start. */
void hr_instruments_set_patience (HrInstruments *self,
                                  guint          patience_ms);

G_END_DECLS
