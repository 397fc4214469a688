/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/flow.h"

/* Takes in what the counters stand at (bytes) at @now_ns (monotonic), and adds the two rates since the last time, in MB per second, to @feed. A
 * counter that went back (an interface or a disk was taken out) gives no rate this time. */
void
hr_flow_measure (HrFlow             *self,
                 HrFeed             *feed,
                 gint64              now_ns,
                 guint64             in,
                 guint64             out,
                 const HrMetricInfo *in_metric,
                 const HrMetricInfo *out_metric)
{
  double elapsed = (double) (now_ns - self->before_ns) / HR_NS_PER_SECOND;

  if (self->before_ns != 0 && elapsed > 0 && in >= self->in && out >= self->out)
    {
      hr_feed_measure (feed, in_metric, (double) (in - self->in) / HR_BYTES_PER_MB / elapsed);
      hr_feed_measure (feed, out_metric, (double) (out - self->out) / HR_BYTES_PER_MB / elapsed);
    }
  *self = (HrFlow){ now_ns, in, out };
}
