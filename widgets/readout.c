/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/readout.h"

#include <glib/gi18n.h>
#include <math.h>

/* Returns whether @reading is over the budget of @spec. */
gboolean
hr_readout_is_over (const HrPlotSpec *spec,
                    const HrReading  *reading)
{
  HrScale scale = { .limit = spec->limit, .direction = spec->direction };

  return hr_scale_is_breach (&scale, reading->value, reading->max);
}

/* Returns the local time of day at @time_us (UTC), to the millisecond; free with g_free (). */
char *
hr_readout_time (gint64 time_us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *seconds = local != NULL ? g_date_time_format (local, "%H:%M:%S") : NULL;

  if (seconds == NULL)
    return g_strdup ("");

  return g_strdup_printf ("%s.%03d", seconds, (int) (time_us % G_USEC_PER_SEC / 1000));
}

/* Writes to @out what the samples from @begin to before @end hold in one, the last one's time with the extremes of all; returns
 * FALSE when there is nothing but gaps. */
gboolean
hr_readout_range (const HrSeries *series,
                  guint64         begin,
                  guint64         end,
                  HrReading      *out)
{
  HrExtent values = hr_series_values (series, begin, end);
  HrExtent highest = hr_series_highest (series, begin, end);

  if (!hr_series_get (series, end - 1, out))
    return FALSE;
  if (values.min > values.max)
    return FALSE;
  if (end - begin > 1)
    out->value = values.min;
  out->max = highest.max;

  return TRUE;
}

/* Returns "8.4 ms", or both where there are two to tell; free with g_free (). */
char *
hr_readout_value (HrUnit           unit,
                  const HrReading *reading,
                  gboolean         is_range)
{
  char value[32], max[32];

  hr_value_format (reading->value, unit, value, sizeof value);
  hr_value_format (reading->max, unit, max, sizeof max);
  if (g_str_equal (value, max))
    return g_strdup (value);

  return g_strdup_printf (is_range ? _ ("%s to %s") : _ ("%s, highest %s"), value, max);
}

/* Returns in one sentence what a chart of @series shows now; free with g_free (). */
char *
hr_readout_sentence (const HrSeries   *series,
                     const HrPlotSpec *spec)
{
  g_autoptr (GString) text = g_string_new (NULL);
  HrReading latest;
  gboolean  measured;
  char      value[32];

  measured = hr_series_latest (series, &latest);
  if (hr_series_get_frozen (series))
    g_string_append (text, _ ("frozen, "));
  if (measured)
    {
      g_autofree char *reading = hr_readout_value (spec->unit, &latest, FALSE);

      g_string_append_printf (text, _ ("latest %s"), reading);
    }
  else
    {
      g_string_append (text, _ ("no value now"));
    }

  if (isfinite (spec->limit))
    {
      hr_value_format (spec->limit, spec->unit, value, sizeof value);
      g_string_append_printf (text, _ (", budget %s"), value);
      if (measured)
        g_string_append (text, hr_readout_is_over (spec, &latest) ? _ (", over budget") : _ (", within budget"));
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}
