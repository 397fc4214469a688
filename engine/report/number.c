/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/number.h"

#include <math.h>
#include <stdlib.h>

/* Integers below this are doubles without loss. */
#define MAX_EXACT 9007199254740992.0
#define MAX_DECIMALS 9

/* Appends @digits with a point before the last @decimals. */
static void
append_decimal (GString *out,
                gint64   digits,
                gint64   scale,
                int      decimals,
                gboolean negative)
{
  g_string_append_printf (out, "%s%" G_GINT64_FORMAT, negative ? "-" : "", digits / scale);
  if (decimals > 0)
    g_string_append_printf (out, ".%0*" G_GINT64_FORMAT, decimals, digits % scale);
}

/* Most of what is measured has a few decimals. An integer divided by a power of ten is rounded once, as reading the same digits is: when
 * that gives @value, they are it. Returns FALSE where it takes more than that. */
static gboolean
append_short (GString *out,
              double   value)
{
  double size = fabs (value);
  gint64 scale = 1;

  for (int decimals = 0; decimals <= MAX_DECIMALS; decimals++, scale *= 10)
    {
      double digits = rint (size * (double) scale);

      if (digits >= MAX_EXACT)
        return FALSE;
      if (digits / (double) scale >= size && digits / (double) scale <= size)
        {
          append_decimal (out, (gint64) digits, scale, decimals, signbit (value) != 0);
          /* Without a point, readers of JSON make it an integer, which has no sign. */
          if (digits <= 0 && signbit (value) != 0)
            g_string_append (out, ".0");
          return TRUE;
        }
    }

  return FALSE;
}

/* Appends @value with no more digits than it takes to be read back bit for bit, with a point in every language; nothing for what is
 * no finite number. */
void
hr_number_append (GString *out,
                  double   value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value) || append_short (out, value))
    return;

  for (int digits = 15; digits <= 17; digits++)
    {
      char   format[8];
      double back;

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      back = g_ascii_strtod (g_ascii_formatd (text, sizeof text, format, value), NULL);
      if (back >= value && back <= value)
        break;
    }
  g_string_append (out, text);
}
