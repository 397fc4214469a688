/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/agents/embed/stream.h"

/* Measures the process as the platform sees it, once a second. Start from { 0 }. */
typedef struct
{
  int64_t before_ns; /* of the last look; 0: none yet */
  double  cpu_seconds;
  int     thermal_state; /* as told last */
  int64_t thermal_ns;
} HrEmbedFigures;

void hr_embed_figures_measure (HrEmbedFigures *self,
                               HrEmbedStream  *stream,
                               int             thermal_state,
                               int64_t         now_ns);
