/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <stdint.h>

/* What the command line asks for. */
typedef struct
{
  double   batches_per_second; /* 0: as fast as it goes */
  unsigned batch;              /* jobs a batch; 0: the optimal size */
  double   seconds;            /* 0: until a signal */
  uint64_t seed;
  unsigned work;              /* so often each batch is ranked */
  double   slow_ms;           /* per job of a slow batch; 0: none is slow */
  unsigned slow_every;        /* batches */
  double   misbehave_seconds; /* 0: for ever */
  double   leak_mb_per_second;
  double   stall_seconds;
  double   frames_per_second; /* 0: no frames */
  char    *learnt_path;       /* owned; NULL: what is learnt is forgotten */
  char    *embed_address;     /* owned; "": the agent's own choice; NULL: no agent */
  char    *embed_token;       /* owned; NULL: none */
} HrWorkloadOptions;

gboolean hr_workload_options_parse (HrWorkloadOptions *self,
                                    int               *argc,
                                    char            ***argv,
                                    GError           **error);
void     hr_workload_options_clear (HrWorkloadOptions *self);
