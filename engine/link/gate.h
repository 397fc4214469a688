/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/network.h"

G_BEGIN_DECLS

#define HR_GATE_PATIENCE_MS 5000
#define HR_GATE_MAX_WAITING 16

/* The longest frame that is heard out before the token was right. */
#define HR_GATE_MAX_FRAME 1024

/* Where TCP's peers wait, of which nothing is known, until one has said the token. */
typedef struct _HrGate HrGate;

HrGate *hr_gate_new (const HrIdentity *identity,
                     gboolean          secured) G_GNUC_WARN_UNUSED_RESULT;
void    hr_gate_free (HrGate *self);

void  hr_gate_set_patience (HrGate *self,
                            guint   patience_ms);
guint hr_gate_get_n_waiting (const HrGate *self);

void hr_gate_admit (HrGate     *self,
                    HrListener *listener,
                    GSocket    *peer);

G_END_DECLS
