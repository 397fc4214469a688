/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The values of a contract's keys. Every reader takes the line it stands in, writes its result only on success, and
 * fails with HR_CONTRACT_ERROR_VALUE. Numbers are in the C locale. */

#include "engine/budget/contract-value.h"

#include "engine/base/duration.h"
#include "engine/budget/statistic.h"

#include <math.h>
#include <string.h>

#define TEXT_MAX_BYTES 256

/* How much of a wrong value a message repeats. */
#define SHOWN_CHARACTERS 40

static gboolean
refuse (const HrContractLine *line,
        const char           *expected,
        GError              **error)
{
  g_autofree char *shown = g_utf8_substring (line->value, 0, MIN (SHOWN_CHARACTERS, g_utf8_strlen (line->value, -1)));

  return hr_contract_fail (error, HR_CONTRACT_ERROR_VALUE, line->place, "%s=%s is not %s", line->name, shown, expected);
}

/* Reads a plain decimal number from the front of @text. g_ascii_strtod () alone would take "nan", "inf" and "0x10". */
static gboolean
scan_decimal (const char  *text,
              double      *out,
              const char **end)
{
  gsize  digits = strspn (text, "+-.0123456789");
  char  *stop;
  double number = g_ascii_strtod (text, &stop);

  if (digits == 0 || stop == text || !isfinite (number) || strcspn (text, "xX") < (gsize) (stop - text))
    return FALSE;

  *out = number;
  *end = stop;

  return TRUE;
}

/* Reads a finite number that is not negative. */
gboolean
hr_contract_value_number (const HrContractLine *line,
                          double               *out,
                          GError              **error)
{
  const char *end;
  double      number;

  if (!scan_decimal (line->value, &number, &end) || *end != '\0')
    return refuse (line, "a number", error);
  if (number < 0)
    return refuse (line, "allowed: it is negative", error);

  *out = number;

  return TRUE;
}

/* Reads a finite number above 0. */
gboolean
hr_contract_value_positive (const HrContractLine *line,
                            double               *out,
                            GError              **error)
{
  double number;

  if (!hr_contract_value_number (line, &number, error))
    return FALSE;
  if (number == 0)
    return refuse (line, "above 0", error);

  *out = number;

  return TRUE;
}

/* Reads a share above 0, up to 1. */
gboolean
hr_contract_value_share (const HrContractLine *line,
                         double               *out,
                         GError              **error)
{
  double number;

  if (!hr_contract_value_positive (line, &number, error))
    return FALSE;
  if (number > 1)
    return refuse (line, "a share from 0 to 1", error);

  *out = number;

  return TRUE;
}

/* Reads a duration, as hr_duration_parse () does. */
gboolean
hr_contract_value_duration (const HrContractLine *line,
                            gint64               *out_ns,
                            GError              **error)
{
  return hr_duration_parse (line->value, out_ns) || refuse (line, "a duration from 0s to 24h (us, ms, s, min, h)", error);
}

/* Reads "true" or "false". */
gboolean
hr_contract_value_boolean (const HrContractLine *line,
                           gboolean             *out,
                           GError              **error)
{
  gboolean yes = g_str_equal (line->value, "true");

  if (!yes && !g_str_equal (line->value, "false"))
    return refuse (line, "true or false", error);

  *out = yes;

  return TRUE;
}

/* Reads the name of a unit. */
gboolean
hr_contract_value_unit (const HrContractLine *line,
                        HrUnit               *out,
                        GError              **error)
{
  for (guint unit = 0; unit < HR_N_UNITS; unit++)
    if (g_str_equal (hr_unit_name ((HrUnit) unit), line->value))
      {
        *out = (HrUnit) unit;
        return TRUE;
      }

  return refuse (line, "one of count, ms, MB, ratio, 1/s, MB/s, °C", error);
}

/* Reads the name of a statistic. */
gboolean
hr_contract_value_statistic (const HrContractLine *line,
                             HrStatistic          *out,
                             GError              **error)
{
  if (!hr_statistic_from_name (line->value, out))
    return refuse (line, "one of mean, p50, p90, p99, p99.9, max, last, recent, rate, compliance", error);

  return TRUE;
}

/* Reads a text of 1..256 bytes.
 * @out: (transfer full) */
gboolean
hr_contract_value_text (const HrContractLine *line,
                        char                **out,
                        GError              **error)
{
  gsize length = strlen (line->value);

  if (length == 0 || length > TEXT_MAX_BYTES)
    return refuse (line, "a text of 1 to 256 bytes", error);

  *out = g_strdup (line->value);

  return TRUE;
}
