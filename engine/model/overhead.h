/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What this process itself costs, as a share of the whole machine, over the last second or more. Start from { 0 }. */
typedef struct
{
  gint64   wall_ns;
  gint64   cpu_ns;
  double   share; /* meaningless until @measured */
  gboolean measured;
} HrOverhead;

gboolean hr_overhead_advance (HrOverhead *self,
                              gint64      wall_ns,
                              gint64      cpu_ns,
                              guint       n_processors);
gint64   hr_overhead_process_cpu (void);

G_END_DECLS
