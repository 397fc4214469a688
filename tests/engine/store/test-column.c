/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/column.h"
#include "engine/store/schema.h"

#include <math.h>
#include <string.h>

#define SEED 161803
#define CHUNK 4096

/* Codings and forms as column.c and integers.c number them. */
enum
{
  RAW,
  CONSTANT,
  DECIMAL,
  BITS
};
enum
{
  ALL_SAME,
  GROUPS,
  PLANES
};
enum
{
  NONE,
  DELTA,
  DELTA2,
  LINE
};

static double
double_of (guint64 bits)
{
  double value;

  memcpy (&value, &bits, sizeof value);

  return value;
}

/* Steps over the number that a column begins with. */
static const guint8 *
skip_size (const GByteArray *bytes)
{
  const guint8 *at = bytes->data;

  while (*at >= 0x80)
    at++;

  return at + 1;
}

/* Writes and reads @values, and compares them as bits. Returns: (transfer full): the bytes. */
static GByteArray *
check_doubles (const double *values,
               gsize         n)
{
  GByteArray        *bytes = g_byte_array_new ();
  g_autofree double *read = g_new (double, n);
  g_autoptr (GError) error = NULL;
  HrReader in;

  hr_column_write_doubles (bytes, values, n);
  in = (HrReader){ bytes->data, bytes->len };
  g_assert_true (hr_column_read_doubles (&in, read, n, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (in.size, ==, 0);
  g_assert_cmpmem (read, n * sizeof *read, values, n * sizeof *values);

  in = (HrReader){ bytes->data, bytes->len };
  g_assert_true (hr_column_skip (&in, &error));
  g_assert_cmpuint (in.size, ==, 0);

  return bytes;
}

static GByteArray *
check_integers (const gint64 *values,
                gsize         n)
{
  GByteArray        *bytes = g_byte_array_new ();
  g_autofree gint64 *read = g_new (gint64, n);
  g_autoptr (GError) error = NULL;
  HrReader in;

  hr_column_write_integers (bytes, values, n);
  in = (HrReader){ bytes->data, bytes->len };
  g_assert_true (hr_column_read_integers (&in, read, n, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (in.size, ==, 0);
  g_assert_cmpmem (read, n * sizeof *read, values, n * sizeof *values);

  return bytes;
}

/* The same, and the coding has to be that. */
static void
check_coding (const double *values,
              gsize         n,
              guint         coding)
{
  g_autoptr (GByteArray) bytes = check_doubles (values, n);

  g_assert_cmpuint (skip_size (bytes)[0], ==, coding);
}

static void
check_form (const gint64 *values,
            gsize         n,
            guint         form,
            guint         forecast)
{
  g_autoptr (GByteArray) bytes = check_integers (values, n);

  g_assert_cmpuint (skip_size (bytes)[0] & 3, ==, form);
  g_assert_cmpuint (skip_size (bytes)[0] >> 2, ==, forecast);
}

static void
test_each_coding_of_doubles_comes_back (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  double values[CHUNK];

  for (guint i = 0; i < CHUNK; i++)
    values[i] = double_of ((guint64) g_rand_int (random) << 32 | g_rand_int (random));
  check_coding (values, CHUNK, RAW);

  for (guint i = 0; i < CHUNK; i++)
    values[i] = g_rand_double (random);
  check_coding (values, CHUNK, BITS);

  for (guint i = 0; i < CHUNK; i++)
    values[i] = g_rand_int_range (random, -10000, 10000) / 100.0;
  check_coding (values, CHUNK, DECIMAL);

  for (guint i = 0; i < CHUNK; i++)
    values[i] = (double) NAN;
  check_coding (values, CHUNK, CONSTANT);
}

static void
test_each_form_of_integers_comes_back (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  gint64 values[CHUNK];
  gint64 step = 0;

  for (guint i = 0; i < CHUNK; i++)
    values[i] = G_MININT64;
  check_form (values, CHUNK, ALL_SAME, NONE);

  for (guint i = 0; i < CHUNK; i++)
    values[i] = g_rand_int_range (random, 0, 1 << 20);
  check_form (values, CHUNK, GROUPS, NONE);

  for (guint i = 0; i < CHUNK; i++)
    values[i] = i == 0 ? 1 << 30 : values[i - 1] + g_rand_int_range (random, -256, 256);
  check_form (values, CHUNK, GROUPS, DELTA);

  for (guint i = 0; i < CHUNK; i++)
    {
      step += g_rand_int_range (random, -256, 256);
      values[i] = i == 0 ? 0 : values[i - 1] + step;
    }
  check_form (values, CHUNK, GROUPS, DELTA2);

  for (guint i = 0; i < CHUNK; i++)
    values[i] = G_GINT64_CONSTANT (1700000000000000) + 100000 * (gint64) i + g_rand_int_range (random, -200, 201);
  check_form (values, CHUNK, GROUPS, LINE);

  for (guint i = 0; i < CHUNK; i++)
    values[i] = i == 0 ? 70 : values[i - 1] + (g_rand_int_range (random, 0, 100) == 0 ? g_rand_int_range (random, -3, 4) : 0);
  check_form (values, CHUNK, PLANES, DELTA);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/column/codings", test_each_coding_of_doubles_comes_back);
  g_test_add_func ("/store/column/forms", test_each_form_of_integers_comes_back);

  return g_test_run ();
}
