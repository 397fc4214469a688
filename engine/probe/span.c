/* SPDX-License-Identifier: MIT */

#include "engine/probe/span.h"

#include "engine/probe/probe-private.h"
#include "engine/probe/text.h"

/* Leaves the search short: beyond it an edge is looked up by its text each time. */
#define EDGES_FILLED (HR_SPAN_EDGES * 3 / 4)

/* Returns the place of @name within @parent in the probe's table, added where it is new, or HR_METRIC_NONE. */
static HrMetric
place_span (HrProbe    *self,
            const char *name,
            HrMetric    parent)
{
  HrRegionMetric metric = {
    .kind = HR_KIND_SPAN,
    .unit = HR_UNIT_MILLISECONDS,
    .direction = HR_DIRECTION_LOWER,
    .parent = parent == HR_SPAN_ROOT ? HR_REGION_NO_PARENT : parent,
  };

  if (name[0] == '\0' || !hr_text_copy (metric.name, sizeof metric.name, name, SIZE_MAX))
    return HR_METRIC_NONE;

  return hr_probe_place_metric (self, &metric);
}

/* Finds the span by the address of its name, or by its text the first time. hr_span_begin () looks at the first edge alone;
 * so few of so many are filled that it is nearly always there. */
static HrMetric
find_span (HrProbe    *self,
           HrLane     *lane,
           const char *name,
           HrMetric    parent)
{
  uint32_t    home = hr_span_hash (name, parent);
  uint32_t    at = home;
  HrSpanEdge *edge = &lane->edges[at];
  HrMetric    metric;

  while (edge->name != NULL && (edge->name != name || edge->parent != parent))
    edge = &lane->edges[at = (at + 1) & (HR_SPAN_EDGES - 1)];
  if (edge->name != NULL)
    return edge->metric;

  metric = place_span (self, name, parent);
  if (lane->n_edges < EDGES_FILLED)
    {
      *edge = (HrSpanEdge){ name, parent, metric };
      lane->n_edges++;
    }

  return metric;
}

/* Opens a span that nobody will see, within which nothing is measured either. */
static HrSpan
skip (HrLane *lane)
{
  lane->depth = HR_SPAN_CLOSED;

  return HR_SPAN_SKIPPED + lane->skipping++;
}

/* Begins a span where hr_span_begin () has to look further: a thread's first, one of a name that this thread meets for
 * the first time within its parent, one too deep, or one of several under a stride, which is chosen at the root and
 * then with all that it holds. */
HrSpan
hr_span_begin_slowly (HrProbe    *self,
                      const char *name)
{
  uint32_t control = hr_probe_control (self);
  HrLane  *lane;
  HrMetric parent;

  if ((control & HR_CONTROL_SAMPLING) == 0)
    return 0;

  lane = hr_lane_get (self);
  if (lane != NULL && lane->skipping > 0)
    return skip (lane);
  if (lane == NULL || lane->depth == HR_SPAN_DEPTH)
    {
      hr_lane_count_unplaced (self);
      return 0;
    }
  if (control != HR_CONTROL_SAMPLING && lane->depth == 0 && !hr_lane_choose (self, control))
    return skip (lane);

  parent = hr_span_parent (lane);

  /* Within one that has no place nothing has. */
  return hr_span_push (self, lane, parent == HR_METRIC_NONE ? HR_METRIC_NONE : find_span (self, lane, name, parent));
}

/* Leaves @outer open spans that nobody will see. */
static void
stop_skipping (HrLane  *lane,
               uint32_t outer)
{
  if (outer >= lane->skipping)
    return;

  lane->skipping = outer;
  if (outer == 0)
    lane->depth = 0;
}

/* Ends a span where hr_span_end () has to look further: one that was not chosen, one whose inner spans were left open,
 * or one after another probe was used. */
void
hr_span_end_slowly (HrProbe *self,
                    HrSpan   span)
{
  HrLane  *lane = hr_lane_find (self);
  uint64_t now;

  /* Asking for a lane would make a region for a forked child, whose parent began this span. */
  if (lane == NULL)
    return;

  if (span >= HR_SPAN_SKIPPED)
    {
      stop_skipping (lane, span - HR_SPAN_SKIPPED);
      return;
    }

  /* A span that is not open any more: its outer one ended before it, or the process forked. */
  if (lane->skipping > 0 || span > lane->depth)
    return;

  now = hr_probe_ticks (self);
  while (lane->depth >= span)
    hr_span_pop (self, lane, now);
}
