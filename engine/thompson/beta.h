/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/thompson/random.h"

double hr_gamma_draw_log (HrRandom *random,
                          double    shape);

double hr_beta_draw (HrRandom *random,
                     double    alpha,
                     double    beta);
double hr_beta_mean (double alpha,
                     double beta);
double hr_beta_variance (double alpha,
                         double beta);
