/* SPDX-License-Identifier: GPL-3.0-or-later */

/* repeat OPERATION N: does an operation of the record path N times, for callgrind to count its instructions. Without
 * arguments it names its operations. */

#include "engine/probe/category.h"
#include "engine/probe/probe.h"
#include "engine/probe/span.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  HrProbe   *probe;
  HrMetric   duration;
  HrMetric   gauge;
  HrMetric   counter;
  HrCategory category;
} Program;

static void
timed_record (Program *self)
{
  hr_probe_end (self->probe, self->duration, hr_probe_begin (self->probe), 1);
}

static void
value_record (Program *self)
{
  hr_probe_gauge (self->probe, self->gauge, 1);
}

static void
count (Program *self)
{
  hr_probe_count (self->probe, self->counter, 1);
}

static void
span (Program *self)
{
  hr_span_end (self->probe, hr_span_begin (self->probe, "span"));
}

static void
allocated (Program *self)
{
  hr_probe_allocated (self->probe, self->category, 64);
}

static const struct
{
  const char *name;
  void (*run) (Program *self);
} operations[] = {
  { "timed-record", timed_record },
  { "value-record", value_record },
  { "count", count },
  { "span", span },
  { "allocated", allocated },
};

#define N_OPERATIONS (sizeof operations / sizeof operations[0])

int
main (int    argc,
      char **argv)
{
  Program self = { .probe = hr_probe_open_in ("/nowhere/at/all", "repeat") };
  int     status = 1;

  self.duration = hr_probe_metric (self.probe, "scope_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
  self.gauge = hr_probe_metric (self.probe, "level", HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER);
  self.counter = hr_probe_metric (self.probe, "count", HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_LOWER);
  self.category = hr_probe_category (self.probe, "category");

  for (size_t i = 0; i < N_OPERATIONS; i++)
    if (argc < 2)
      puts (operations[i].name);
    else if (argc == 3 && strcmp (argv[1], operations[i].name) == 0)
      {
        for (long n = atol (argv[2]); n > 0; n--)
          operations[i].run (&self);
        status = 0;
      }
  hr_probe_close (self.probe);

  return argc < 2 ? 0 : status;
}
