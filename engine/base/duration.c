/* SPDX-License-Identifier: MIT */

#include "engine/base/duration.h"

#include "engine/base/units.h"

#include <stddef.h>
#include <string.h>

#define LONGEST_NS (86400 * (int64_t) HR_NS_PER_SECOND)

static bool
is_digit (char c)
{
  return c >= '0' && c <= '9';
}

/* Reads the decimal number at the front of @text, times @unit_ns, in whole nanoseconds; what is beyond is cut off. The same in every locale.
 * Returns false beyond LONGEST_NS. */
static bool
scan (const char *text,
      int64_t     unit_ns,
      int64_t    *out_ns)
{
  int64_t ns = 0, fraction_ns = unit_ns;

  for (; is_digit (*text); text++)
    {
      ns = ns * 10 + (*text - '0') * unit_ns;
      if (ns > LONGEST_NS)
        return false;
    }
  if (*text == '.')
    for (text++; is_digit (*text); text++)
      {
        fraction_ns /= 10;
        ns += (*text - '0') * fraction_ns;
      }
  if (ns > LONGEST_NS)
    return false;

  *out_ns = ns;

  return true;
}

/* Reads "100ms", "5 s", "1.5min", "1h" or a bare "0" into nanoseconds, up to a day. Returns false, @out_ns untouched, for what is none. */
bool
hr_duration_parse (const char *text,
                   int64_t    *out_ns)
{
  static const struct
  {
    const char *suffix;
    int64_t     ns;
  } units[] = {
    { "us", 1000 },
    { "ms", HR_NS_PER_MS },
    { "s", HR_NS_PER_SECOND },
    { "min", 60 * HR_NS_PER_SECOND },
    { "h", 3600 * HR_NS_PER_SECOND },
  };
  const char *end = text + strspn (text, "0123456789");

  if (*end == '.')
    end += 1 + strspn (end + 1, "0123456789");
  if (!is_digit (text[0]) || end[-1] == '.')
    return false;

  /* Nothing needs no unit. */
  if (*end == '\0' && strspn (text, "0.") == (size_t) (end - text))
    return scan (text, 1, out_ns);
  end += strspn (end, " ");
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (strcmp (end, units[i].suffix) == 0)
      return scan (text, units[i].ns, out_ns);

  return false;
}
