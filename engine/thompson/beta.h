/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/thompson/arms.h"
#include "engine/thompson/random.h"

void   hr_beta_draws (HrRandom    *random,
                      const HrArm *arms,
                      size_t       n,
                      double      *out);
double hr_beta_draw (HrRandom *random,
                     double    alpha,
                     double    beta);
