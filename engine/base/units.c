/* SPDX-License-Identifier: MIT */

#include "engine/base/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A step of a unit's scale: values from @from (in the metric's unit) are shown times @factor. */
typedef struct
{
  double      from;
  double      factor;
  const char *suffix;
} Scale;

static const Scale count_scale[] = { { 0, 1, "" } };
static const Scale milliseconds_scale[] = { { 60e3, 1 / 60e3, "min" }, { 1e3, 1e-3, "s" }, { 1, 1, "ms" }, { 1e-3, 1e3, "us" }, { 0, 1e6, "ns" } };
static const Scale megabytes_scale[] = { { 1e6, 1e-6, "TB" }, { 1e3, 1e-3, "GB" }, { 1, 1, "MB" }, { 1e-3, 1e3, "kB" }, { 0, 1e6, "B" } };
static const Scale ratio_scale[] = { { 0, 100, "%" } };
static const Scale per_second_scale[] = { { 0, 1, "/s" } };
static const Scale megabytes_per_second_scale[] = { { 1e3, 1e-3, "GB/s" }, { 1, 1, "MB/s" }, { 1e-3, 1e3, "kB/s" }, { 0, 1e6, "B/s" } };
static const Scale celsius_scale[] = { { 0, 1, "°C" } };

static const Scale *const scales[HR_N_UNITS] = {
  [HR_UNIT_COUNT] = count_scale,
  [HR_UNIT_MILLISECONDS] = milliseconds_scale,
  [HR_UNIT_MEGABYTES] = megabytes_scale,
  [HR_UNIT_RATIO] = ratio_scale,
  [HR_UNIT_PER_SECOND] = per_second_scale,
  [HR_UNIT_MEGABYTES_PER_SECOND] = megabytes_per_second_scale,
  [HR_UNIT_CELSIUS] = celsius_scale,
};

/* Returns "gauge", "duration", "counter" or "ratio"; "unknown" for a number outside HrKind. */
const char *
hr_kind_name (HrKind kind)
{
  static const char *const names[HR_N_KINDS] = { "gauge", "duration", "counter", "ratio", "span", "event" };

  return (unsigned) kind < HR_N_KINDS ? names[kind] : "unknown";
}

/* Returns "lower" or "higher": which way is better. */
const char *
hr_direction_name (HrDirection direction)
{
  static const char *const names[HR_N_DIRECTIONS] = { "lower", "higher" };

  return (unsigned) direction < HR_N_DIRECTIONS ? names[direction] : "unknown";
}

/* Returns the unit as it stands in column names and files: "ms", "MB", "ratio", "1/s", "MB/s", "°C", "count". */
const char *
hr_unit_name (HrUnit unit)
{
  static const char *const names[HR_N_UNITS] = { "count", "ms", "MB", "ratio", "1/s", "MB/s", "°C" };

  return (unsigned) unit < HR_N_UNITS ? names[unit] : "unknown";
}

/* Returns what a column's name ends in to say the unit: "_ms", "_mb", "_ratio", "_per_second", "_mb_per_second", "_celsius"; "" for plain counts. */
const char *
hr_unit_suffix (HrUnit unit)
{
  static const char *const suffixes[HR_N_UNITS] = { "", "_ms", "_mb", "_ratio", "_per_second", "_mb_per_second", "_celsius" };

  return (unsigned) unit < HR_N_UNITS ? suffixes[unit] : "";
}

/* Returns the unit of how much a second there is of a metric of @kind in @unit. Of events it is how many, whatever their values are. */
HrUnit
hr_rate_unit (HrUnit unit,
              HrKind kind)
{
  return unit == HR_UNIT_MEGABYTES && kind != HR_KIND_EVENT ? HR_UNIT_MEGABYTES_PER_SECOND : HR_UNIT_PER_SECOND;
}

/* Returns what a number of nanoseconds is multiplied with to stand in @unit; 1 for units that are no time. */
double
hr_unit_from_nanoseconds (HrUnit unit)
{
  return unit == HR_UNIT_MILLISECONDS ? 1.0 / HR_NS_PER_MS : 1.0;
}

/* Returns "none", "low", "medium", "high" or "critical". */
const char *
hr_severity_name (HrSeverity severity)
{
  static const char *const names[HR_N_SEVERITIES] = { "none", "low", "medium", "high", "critical" };

  return (unsigned) severity < HR_N_SEVERITIES ? names[severity] : "unknown";
}

/* Returns how severe it is that a value stands at @ratio of its limit (actual/limit, or limit/actual where
 * higher is better): NONE up to 1, and NONE for NaN. */
HrSeverity
hr_severity_from_ratio (double ratio)
{
  if (ratio >= 2.0)
    return HR_SEVERITY_CRITICAL;
  if (ratio >= 1.5)
    return HR_SEVERITY_HIGH;
  if (ratio >= 1.1)
    return HR_SEVERITY_MEDIUM;

  return ratio > 1.0 ? HR_SEVERITY_LOW : HR_SEVERITY_NONE;
}

/* How many decimals leave three significant digits of @value. A share (@in_percent) that is not nothing keeps its first digit however
 * small it is, down to a billionth of a per cent: 0.004 %. */
static int
decimals_of (double value,
             int    in_percent)
{
  double size = fabs (value);

  if (in_percent && size > 0 && size < 0.005)
    return (int) fmin (ceil (-log10 (size)), 9);

  if (size >= 99.95)
    return 0;

  return size >= 9.995 ? 1 : 2;
}

/* Cuts the zeros behind the decimal point, and the point with them, in whatever locale. */
static void
cut_zeros (char *text)
{
  size_t digits = strspn (text, "-0123456789");
  size_t length = strlen (text);

  if (text[digits] == '\0')
    return;

  while (length > digits && text[length - 1] == '0')
    length--;
  while (length > digits && strchr ("0123456789", text[length - 1]) == NULL)
    length--;
  text[length] = '\0';
}

/* Writes @value, given in @unit, with three significant digits to @out and points @out_unit to the
 * suffix of the step it was scaled to ("us" for 0.028 ms; "" for counts). The decimal point is the locale's. A value that is
 * NaN or infinite reads as a dash. Returns the length written, at most @size - 1. */
size_t
hr_value_split (double       value,
                HrUnit       unit,
                char        *out,
                size_t       size,
                const char **out_unit)
{
  const Scale *scale = scales[(unsigned) unit < HR_N_UNITS ? unit : HR_UNIT_COUNT];
  double       scaled;

  if (size == 0)
    return 0;

  *out_unit = "";
  if (!isfinite (value))
    {
      snprintf (out, size, "–");
      return strlen (out);
    }

  /* 0.9996 ms is 1 ms, not 1000 us: a step begins where rounding to three digits reaches it. */
  while (scale->from > 0 && fabs (value) < scale->from * 0.9995)
    scale++;

  /* Zero belongs to the unit itself, not to its smallest step. */
  if (value == 0)
    for (scale = scales[(unsigned) unit < HR_N_UNITS ? unit : HR_UNIT_COUNT]; scale->from > 1;)
      scale++;

  scaled = value * scale->factor;
  snprintf (out, size, "%.*f", decimals_of (scaled, scale == ratio_scale), scaled);
  cut_zeros (out);
  *out_unit = scale->suffix;

  return strlen (out);
}

/* Writes @value with its unit, scaled to be read: "152 ns", "28.1 us", "9.4 ms", "58 MB", "98.9 %". The one place where
 * a value becomes text. Returns the length written, at most @size - 1. */
size_t
hr_value_format (double value,
                 HrUnit unit,
                 char  *out,
                 size_t size)
{
  const char *suffix;
  size_t      length = hr_value_split (value, unit, out, size, &suffix);

  if (*suffix != '\0' && length < size)
    snprintf (out + length, size - length, *suffix == '/' ? "%s" : " %s", suffix);

  return length + strlen (out + length);
}
