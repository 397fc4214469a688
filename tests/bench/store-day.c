/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/bench/store-day.h"

#include <math.h>

const char *const store_day_names[N_DAY_KINDS] = { "gauge", "doubles", "integers" };

/* Begins a day of @kind. */
void
store_day_init (StoreDay *self,
                DayKind   kind,
                guint32   seed)
{
  *self = (StoreDay){ .kind = kind, .random = g_rand_new_with_seed (seed) };
  for (guint i = 0; i < DAY_METRICS; i++)
    self->values[i] = 50;
}

void
store_day_clear (StoreDay *self)
{
  g_rand_free (self->random);
}

/* Near enough to a normal draw. */
static double
draw_step (GRand *random)
{
  double sum = -6;

  for (guint i = 0; i < 12; i++)
    sum += g_rand_double (random);

  return sum;
}

/* The next value of @metric. A gauge wanders: half its way from 50 is lost in 700 samples. */
double
store_day_draw_value (StoreDay *self,
                      guint     metric)
{
  double *value = &self->values[metric];

  switch (self->kind)
    {
    case DAY_GAUGE:
      *value = rint ((50 + (*value - 50) * 0.999 + 0.15 * draw_step (self->random)) * 100) / 100;
      break;
    case DAY_INTEGERS:
      *value += g_rand_int_range (self->random, 0, 100) == 0 ? g_rand_int_range (self->random, -4, 5) : 0;
      break;
    case DAY_DOUBLES:
    case N_DAY_KINDS:
    default:
      *value = g_rand_double (self->random);
    }

  return *value;
}

/* Returns: (transfer full): snapshot number @number of the day, with the next value of each metric. */
HrSnapshot *
store_day_draw_snapshot (StoreDay *self,
                         guint     number,
                         guint     n_metrics)
{
  HrSample   samples[DAY_METRICS];
  gint64     jitter = self->kind == DAY_INTEGERS ? 0 : g_rand_int_range (self->random, -DAY_JITTER_US, DAY_JITTER_US + 1);
  gint64     since_us = (gint64) number * DAY_INTERVAL_US + jitter;
  HrSnapshot head = {
    .sequence = number + 1,
    .end_ns = since_us * 1000 + 77,
    .interval_ns = G_GINT64_CONSTANT (1000) * DAY_INTERVAL_US,
    .time_us = DAY_BEGIN_US + since_us,
  };

  for (guint i = 0; i < n_metrics; i++)
    {
      double value = store_day_draw_value (self, i);

      samples[i] = (HrSample){ .metric = i, .count = 1, .sum = value, .min = value, .max = value, .last = value };
    }

  return hr_snapshot_new (&head, samples, n_metrics);
}
