/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/series.h"

#include <math.h>

struct _HrSeries
{
  gsize      capacity;
  HrPyramid *values;
  HrPyramid *highest;
  gint64    *times;   /* ring: sample i at i % capacity */
  GArray    *waiting; /* of HrReading, oldest first; NULL unless frozen */
};

/* Returns an empty series that keeps the last @capacity samples; free with hr_series_free (). */
HrSeries *
hr_series_new (gsize capacity)
{
  HrSeries *self = g_new0 (HrSeries, 1);

  self->capacity = MAX (capacity, 1);
  self->values = hr_pyramid_new (self->capacity);
  self->highest = hr_pyramid_new (self->capacity);
  self->times = g_new0 (gint64, self->capacity);
  if (self->values == NULL || self->highest == NULL)
    g_error ("No memory for %" G_GSIZE_FORMAT " samples", capacity);

  return self;
}

/* Accepts NULL. */
void
hr_series_free (HrSeries *self)
{
  if (self == NULL)
    return;

  hr_pyramid_free (self->values);
  hr_pyramid_free (self->highest);
  g_clear_pointer (&self->waiting, g_array_unref);
  g_free (self->times);
  g_free (self);
}

static void
append_now (HrSeries        *self,
            const HrReading *reading)
{
  self->times[hr_pyramid_end (self->values) % self->capacity] = reading->time_us;
  hr_pyramid_append (self->values, reading->value);
  hr_pyramid_append (self->highest, reading->max);
}

/* Appends the sample of the next interval, or puts it aside while frozen. Of what was put aside only as much is kept as the
 * series could show. A @max that is NaN or below @value counts as @value. */
void
hr_series_append (HrSeries *self,
                  gint64    time_us,
                  double    value,
                  double    max)
{
  HrReading reading = { time_us, value, max };

  if (!isfinite (value))
    reading.value = reading.max = (double) NAN;
  else if (!isfinite (max) || max < value)
    reading.max = value;

  if (self->waiting == NULL)
    {
      append_now (self, &reading);
      return;
    }

  /* Cut in large pieces: moving the rest for every sample would cost the whole array each time. */
  if (self->waiting->len >= 2 * self->capacity)
    g_array_remove_range (self->waiting, 0, (guint) (self->waiting->len - self->capacity));
  g_array_append_val (self->waiting, reading);
}

/* Forgets every sample; whether it is frozen stays. */
void
hr_series_clear (HrSeries *self)
{
  hr_pyramid_clear (self->values);
  hr_pyramid_clear (self->highest);
  if (self->waiting != NULL)
    g_array_set_size (self->waiting, 0);
}

/* Returns whether new samples are put aside. */
gboolean
hr_series_get_frozen (const HrSeries *self)
{
  return self->waiting != NULL;
}

/* Begins to put new samples aside, or takes in all that were. */
void
hr_series_set_frozen (HrSeries *self,
                      gboolean  frozen)
{
  g_autoptr (GArray) waiting = NULL;

  if (frozen == (self->waiting != NULL))
    return;

  if (frozen)
    {
      self->waiting = g_array_new (FALSE, FALSE, sizeof (HrReading));
      return;
    }

  waiting = g_steal_pointer (&self->waiting);
  for (guint i = 0; i < waiting->len; i++)
    append_now (self, &g_array_index (waiting, HrReading, i));
}

/* Returns the number of the oldest sample kept. */
guint64
hr_series_first (const HrSeries *self)
{
  return hr_pyramid_first (self->values);
}

/* Returns the number that the next sample will get. */
guint64
hr_series_end (const HrSeries *self)
{
  return hr_pyramid_end (self->values);
}

/* Writes sample @index, gap or not, to @out; returns FALSE when it is not kept. */
gboolean
hr_series_get (const HrSeries *self,
               guint64         index,
               HrReading      *out)
{
  if (index < hr_series_first (self) || index >= hr_series_end (self))
    return FALSE;

  *out = (HrReading){
    self->times[index % self->capacity],
    hr_pyramid_get (self->values, index),
    hr_pyramid_get (self->highest, index),
  };

  return TRUE;
}

/* Writes the newest sample to @out; returns FALSE when there is none or it is a gap. */
gboolean
hr_series_latest (const HrSeries *self,
                  HrReading      *out)
{
  HrReading reading;

  if (!hr_series_get (self, hr_series_end (self) - 1, &reading) || isnan (reading.value))
    return FALSE;
  *out = reading;

  return TRUE;
}

/* Returns lowest and highest value of the samples from @begin to before @end. */
HrExtent
hr_series_values (const HrSeries *self,
                  guint64         begin,
                  guint64         end)
{
  return hr_pyramid_extent (self->values, begin, end);
}

/* Returns lowest and highest of their intervals' highest values. */
HrExtent
hr_series_highest (const HrSeries *self,
                   guint64         begin,
                   guint64         end)
{
  return hr_pyramid_extent (self->highest, begin, end);
}
