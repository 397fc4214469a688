/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A merge sort without a branch that depends on the keys: a mispredicted one costs as much as several comparisons, and among
 * random scores half are mispredicted. The C library's qsort calls a function for each comparison, and may allocate. */

#include "engine/thompson/order.h"

#define RUN 8

/* Puts the greater of two keys first. */
static inline void
exchange (uint64_t *keys,
          int       i,
          int       j)
{
  uint64_t a = keys[i], b = keys[j];

  keys[i] = a > b ? a : b;
  keys[j] = a > b ? b : a;
}

/* A network of 19 comparisons, the least there is for eight. */
static void
sort_run (uint64_t *keys)
{
  exchange (keys, 0, 2);
  exchange (keys, 1, 3);
  exchange (keys, 4, 6);
  exchange (keys, 5, 7);
  exchange (keys, 0, 4);
  exchange (keys, 1, 5);
  exchange (keys, 2, 6);
  exchange (keys, 3, 7);
  exchange (keys, 0, 1);
  exchange (keys, 2, 3);
  exchange (keys, 4, 5);
  exchange (keys, 6, 7);
  exchange (keys, 2, 4);
  exchange (keys, 3, 5);
  exchange (keys, 1, 4);
  exchange (keys, 3, 6);
  exchange (keys, 1, 2);
  exchange (keys, 3, 4);
  exchange (keys, 5, 6);
}

/* Merges two runs of @n keys, from both ends at once: neither end can come past the middle, so none has to look for the
 * end of a run. */
static inline void
merge (const uint64_t *runs,
       uint64_t       *out,
       size_t          n)
{
  const uint64_t *a = runs, *b = runs + n;
  const uint64_t *a_last = b - 1, *b_last = b + n - 1;

  for (size_t i = 0; i < n; i++)
    {
      uint64_t first = *a, other_first = *b;
      uint64_t last = *b_last, other_last = *a_last;
      size_t   from_a = first >= other_first;
      size_t   from_b = last <= other_last;

      out[i] = from_a ? first : other_first;
      a += from_a;
      b += 1 - from_a;
      out[2 * n - 1 - i] = from_b ? last : other_last;
      b_last -= from_b;
      a_last -= 1 - from_b;
    }
}

/* Sorts @n keys, at most HR_ORDER_MAX and none of them 0, the greatest first. Returns where they stand afterwards: @keys or @spare,
 * both of which are overwritten. */
const uint64_t *
hr_order_descending (uint64_t keys[HR_ORDER_MAX],
                     uint64_t spare[HR_ORDER_MAX],
                     size_t   n)
{
  size_t size = RUN;

  while (size < n)
    size *= 2;
  for (size_t i = n; i < size; i++)
    keys[i] = 0;

  for (size_t i = 0; i < size; i += RUN)
    sort_run (keys + i);
  for (size_t run = RUN; run < size; run *= 2)
    {
      uint64_t *merged = spare;

      for (size_t i = 0; i < size; i += 2 * run)
        merge (keys + i, merged + i, run);
      spare = keys;
      keys = merged;
    }

  return keys;
}
