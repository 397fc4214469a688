/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/thompson/order.h"

#include "engine/thompson/random.h"

#include <glib.h>
#include <stdlib.h>

static int
compare_descending (const void *a,
                    const void *b)
{
  uint64_t left = *(const uint64_t *) a, right = *(const uint64_t *) b;

  return left < right ? 1 : left > right ? -1
                                         : 0;
}

static void
assert_sorted (const uint64_t *input,
               size_t          n)
{
  uint64_t        keys[HR_ORDER_MAX], spare[HR_ORDER_MAX], expected[HR_ORDER_MAX];
  const uint64_t *sorted;

  for (size_t i = 0; i < n; i++)
    keys[i] = expected[i] = input[i];
  qsort (expected, n, sizeof *expected, compare_descending);
  sorted = hr_order_descending (keys, spare, n);
  for (size_t i = 0; i < n; i++)
    g_assert_cmpuint (sorted[i], ==, expected[i]);
}

/* A network that sorts all of nothing but two values sorts everything (Knuth); runs are eight keys long. */
static void
test_every_run_of_two_values (void)
{
  for (unsigned pattern = 0; pattern < 256; pattern++)
    {
      uint64_t keys[8];

      for (int i = 0; i < 8; i++)
        keys[i] = 1 + (pattern >> i & 1);
      assert_sorted (keys, 8);
    }
}

static void
test_every_length (void)
{
  HrRandom random;

  hr_random_seed (&random, 21, 0);
  for (size_t n = 1; n <= HR_ORDER_MAX; n++)
    for (int round = 0; round < 50; round++)
      {
        uint64_t keys[HR_ORDER_MAX];

        /* Many equal ones in every other round; whole words, with the highest bit, in the rest. */
        for (size_t i = 0; i < n; i++)
          keys[i] = round % 2 == 0 ? 1 + hr_random_below (&random, 5) : hr_random_next (&random) | 1;
        assert_sorted (keys, n);
      }
}

static void
test_what_is_in_order_already (void)
{
  uint64_t up[HR_ORDER_MAX], down[HR_ORDER_MAX];

  for (uint64_t i = 0; i < HR_ORDER_MAX; i++)
    {
      up[i] = i + 1;
      down[i] = UINT64_MAX - i;
    }
  assert_sorted (up, HR_ORDER_MAX);
  assert_sorted (down, HR_ORDER_MAX);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/thompson/order/runs", test_every_run_of_two_values);
  g_test_add_func ("/thompson/order/lengths", test_every_length);
  g_test_add_func ("/thompson/order/ordered", test_what_is_in_order_already);

  return g_test_run ();
}
