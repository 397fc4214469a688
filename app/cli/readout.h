/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/verdict.h"
#include "engine/monitor.h"

G_BEGIN_DECLS

/* The stretch of time that mean, p99 and max look at. */
#define HR_READOUT_WINDOW_NS (5 * (gint64) HR_NS_PER_SECOND)

/* How one metric stands. Values are NaN where there is none. */
typedef struct
{
  const HrMetricInfo *info; /* the history's */
  HrUnit              unit;
  double              now; /* the latest value; of what is counted, how many a second */
  double              mean;
  double              p99;
  double              max;
  double              used; /* of its budgets the largest share; NaN: none is about it */
  HrStanding          standing;
} HrRow;

/* How a source stands at one moment: what every format says in its own way. */
typedef struct
{
  HrSource        *source;
  char            *address; /* by which --source finds it */
  const HrVerdict *verdict; /* NULL: not judged; the monitor's */
  char            *sentence;
  gint64           time_us; /* UTC */
  guint64          sequence;
  gint64           interval_ns;
  GArray          *rows; /* HrRow: what budgets are about, then the rest; without what has no value */
} HrReadout;

void hr_readout_take (HrReadout *out,
                      HrMonitor *monitor,
                      HrSource  *source,
                      gint64     now_ns);
void hr_readout_clear (HrReadout *self);

char *hr_source_find_address (HrSource *source) G_GNUC_WARN_UNUSED_RESULT;

const char *hr_role_name (HrSourceRole role);
const char *hr_state_name (HrSourceState state);
const char *hr_standing_name (HrStanding standing);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrReadout, hr_readout_clear)

G_END_DECLS
