/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/track-words.h"

#include "widgets/calendar.h"

#include <glib/gi18n.h>
#include <math.h>

/* Returns "8.4 ms": the mean, or the value itself where there is one only; free with g_free (). */
char *
hr_track_word_value (HrUnit              unit,
                     const HrBinReading *reading)
{
  char text[32];

  hr_value_format (reading->mean, unit, text, sizeof text);

  return g_strdup (text);
}

/* Returns "2.1 ms to 14.2 ms"; NULL where both read the same. Free with g_free (). */
char *
hr_track_word_range (HrUnit              unit,
                     const HrBinReading *reading)
{
  char min[32], max[32];

  hr_value_format (reading->min, unit, min, sizeof min);
  hr_value_format (reading->max, unit, max, sizeof max);
  if (g_str_equal (min, max))
    return NULL;

  return g_strdup_printf (_ ("%s to %s"), min, max);
}

/* Returns when @bin was: its stretch, or a moment where it is as short as a sample; free with g_free (). */
char *
hr_track_word_bin_time (const HrBin *bin,
                        gint64       now_us,
                        GTimeZone   *zone)
{
  if (bin->end_us - bin->begin_us <= 2 * (gint64) G_USEC_PER_SEC)
    return hr_calendar_time (bin->end_us, 1000, now_us, zone);

  return hr_calendar_stretch (bin->begin_us, bin->end_us, now_us, zone);
}

/* Returns what a whole stretch came to and what was allowed, for the head of a track; @reading: (nullable): nothing was measured; NULL where
 * there is nothing to say. Free with g_free (). */
char *
hr_track_word_summary (HrUnit              unit,
                       const HrBinReading *reading,
                       double              limit)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char mean[32], max[32];

  if (reading != NULL)
    {
      hr_value_format (reading->mean, unit, mean, sizeof mean);
      hr_value_format (reading->max, unit, max, sizeof max);
      g_string_append_printf (text, _ ("mean %s"), mean);
      if (!g_str_equal (mean, max))
        g_string_append_printf (text, _ (", highest %s"), max);
    }
  if (isfinite (limit))
    {
      hr_value_format (limit, unit, mean, sizeof mean);
      g_string_append_printf (text, text->len > 0 ? _ (", budget %s") : _ ("budget %s"), mean);
    }

  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* Returns how many of the @marks lie in the stretch: "2 alerts, 3 events"; NULL: none. Free with g_free (). */
char *
hr_track_word_marks (const HrTrackMark *marks,
                     gsize              n,
                     gint64             begin_us,
                     gint64             end_us)
{
  guint            n_alerts = 0, n_events = 0;
  g_autofree char *alerts = NULL;
  g_autofree char *events = NULL;

  for (gsize i = 0; i < n; i++)
    {
      if (marks[i].begin_us > end_us || marks[i].end_us < begin_us)
        continue;
      if (marks[i].severity == HR_SEVERITY_NONE)
        n_events++;
      else
        n_alerts++;
    }

  alerts = g_strdup_printf (ngettext ("%u alert", "%u alerts", n_alerts), n_alerts);
  events = g_strdup_printf (ngettext ("%u event", "%u events", n_events), n_events);
  if (n_alerts > 0 && n_events > 0)
    return g_strdup_printf ("%s, %s", alerts, events);
  if (n_alerts > 0)
    return g_steal_pointer (&alerts);

  return n_events > 0 ? g_steal_pointer (&events) : NULL;
}

/* Returns in one sentence what a track of @bins shows of the stretch; free with g_free (). */
char *
hr_track_sentence (const HrTrackSpec *spec,
                   const HrBin       *bins,
                   gsize              n_bins,
                   const HrTrackMark *marks,
                   gsize              n_marks,
                   gint64             begin_us,
                   gint64             end_us,
                   gint64             now_us,
                   GTimeZone         *zone)
{
  HrUnit           unit = hr_bin_unit (spec->unit, spec->kind);
  g_autofree char *stretch = hr_calendar_stretch (begin_us, end_us, now_us, zone);
  g_autofree char *told = hr_track_word_marks (marks, n_marks, begin_us, end_us);
  g_autoptr (GString) text = g_string_new (stretch);
  HrScale      scale = { .limit = spec->limit, .direction = spec->direction };
  HrBinReading reading;
  gboolean     measured = hr_bins_extent (bins, n_bins, spec->kind, begin_us, end_us, &reading);
  char         limit[32];

  if (measured)
    {
      g_autofree char *mean = hr_track_word_value (unit, &reading);
      g_autofree char *range = hr_track_word_range (unit, &reading);

      g_string_append_printf (text, _ (": mean %s"), mean);
      if (range != NULL)
        g_string_append_printf (text, _ (", %s"), range);
    }
  else
    {
      g_string_append (text, _ (": nothing was measured"));
    }

  if (isfinite (spec->limit))
    {
      hr_value_format (spec->limit, unit, limit, sizeof limit);
      g_string_append_printf (text, _ (", budget %s"), limit);
      if (measured)
        g_string_append (text, hr_scale_is_breach (&scale, reading.mean, reading.mean) ? _ (", over budget on average")
                               : hr_scale_is_breach (&scale, reading.min, reading.max) ? _ (", over budget at times")
                                                                                       : _ (", within budget"));
    }
  if (told != NULL)
    g_string_append_printf (text, "; %s", told);

  return g_string_free (g_steal_pointer (&text), FALSE);
}
