/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/column.h"
#include "engine/store/schema.h"

#include <float.h>
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

/* Doubles that no scaled integer stands for, and those at its bounds. */
static const double odd_doubles[] = {
  0.0,
  -0.0,
  (double) INFINITY,
  -(double) INFINITY,
  (double) NAN,
  DBL_MIN,
  DBL_TRUE_MIN,
  -DBL_TRUE_MIN,
  DBL_MAX,
  -DBL_MAX,
  0.1,
  0.30000000000000004,
  1.0 / 3,
  9007199254740991,
  9007199254740992,
  9007199254740994,
  -9007199254740993,
  1e18,
  1e22,
  123456.789,
  1e-18,
  4.35,
  5e-324,
};

static double
draw_odd (GRand *random)
{
  guint i = (guint) g_rand_int_range (random, 0, G_N_ELEMENTS (odd_doubles) + 1);

  /* A NaN of any payload and sign. */
  return i < G_N_ELEMENTS (odd_doubles) ? odd_doubles[i]
                                        : double_of (G_GUINT64_CONSTANT (0x7ff0000000000001) | (guint64) g_rand_int (random) << 32 | g_rand_int (random));
}

static void
test_doubles_of_any_bits_come_back (void)
{
  static const guint lengths[] = { 0, 1, 2, 3, 31, 32, 127, 128, 129, 1000, CHUNK };
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  double values[CHUNK];

  for (guint odds = 1; odds <= 1000; odds *= 10)
    for (guint digits = 0; digits <= 18; digits++)
      for (guint k = 0; k < G_N_ELEMENTS (lengths); k++)
        {
          g_autoptr (GByteArray) bytes = NULL;

          /* Decimals among which one of @odds is none. */
          for (guint i = 0; i < lengths[k]; i++)
            values[i] = g_rand_int_range (random, 0, (gint32) odds) == 0 ? draw_odd (random)
                                                                         : g_rand_int_range (random, -99999, 99999) / pow (10, digits);
          bytes = check_doubles (values, lengths[k]);
          g_assert_cmpuint (bytes->len, <=, lengths[k] * sizeof (double) + 4);
        }
}

/* Exceptions stand apart: one of them must not cost the others. */
static void
test_exceptions_stand_apart (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  double values[CHUNK];
  g_autoptr (GByteArray) without = NULL;
  g_autoptr (GByteArray) with = NULL;

  for (guint i = 0; i < CHUNK; i++)
    values[i] = (10000000 + g_rand_int_range (random, -30000, 30000)) / 100.0;
  without = check_doubles (values, CHUNK);
  values[0] = (double) NAN;
  values[100] = -0.0;
  values[CHUNK - 1] = DBL_MAX;
  with = check_doubles (values, CHUNK);

  g_assert_cmpuint (skip_size (with)[0], ==, DECIMAL);
  g_assert_cmpuint (with->len, <, without->len + 40);
}

static void
test_integers_of_any_width_come_back (void)
{
  static const guint lengths[] = { 1, 2, 33, 128, 129, 300, CHUNK };
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  gint64 values[CHUNK];

  for (guint width = 1; width <= 64; width++)
    for (guint k = 0; k < G_N_ELEMENTS (lengths); k++)
      {
        g_autoptr (GByteArray) bytes = NULL;
        g_autoptr (GByteArray) multiples = NULL;

        for (guint i = 0; i < lengths[k]; i++)
          values[i] = (gint64) (((guint64) g_rand_int (random) << 32 | g_rand_int (random)) >> (64 - width));
        bytes = check_integers (values, lengths[k]);
        g_assert_cmpuint (bytes->len, <=, lengths[k] * width / 8 + 12 * (lengths[k] / 128 + 1) + 24);

        /* What all are multiples of costs nothing. */
        for (guint i = 0; i < lengths[k]; i++)
          values[i] = (gint64) (1000 * (guint64) values[i]);
        multiples = check_integers (values, lengths[k]);
        if (width < 50)
          g_assert_cmpuint (multiples->len, <=, bytes->len + 24);
      }
}

static void
test_extremes_come_back (void)
{
  static const gint64 extremes[] = { G_MININT64, G_MAXINT64, 0, -1, 1, G_MININT64 + 1, G_MAXINT64 - 1 };
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  gint64 values[CHUNK];

  for (guint n = 1; n <= CHUNK; n = n * 3 + 1)
    {
      g_autoptr (GByteArray) drawn = NULL;
      g_autoptr (GByteArray) two = NULL;

      for (guint i = 0; i < n; i++)
        values[i] = extremes[g_rand_int_range (random, 0, G_N_ELEMENTS (extremes))];
      drawn = check_integers (values, n);
      for (guint i = 0; i < n; i++)
        values[i] = i % 2 == 0 ? G_MININT64 : 0;
      two = check_integers (values, n);
    }
}

static void
test_the_longest_columns_come_back (void)
{
  g_autofree gint64 *integers = g_new (gint64, HR_COLUMN_LENGTH_MAX);
  g_autofree double *doubles = g_new (double, HR_COLUMN_LENGTH_MAX);
  g_autoptr (GByteArray) first = NULL;
  g_autoptr (GByteArray) second = NULL;

  for (guint i = 0; i < HR_COLUMN_LENGTH_MAX; i++)
    {
      integers[i] = (gint64) i * i;
      doubles[i] = sqrt (i);
    }
  first = check_integers (integers, HR_COLUMN_LENGTH_MAX);
  second = check_doubles (doubles, HR_COLUMN_LENGTH_MAX);
}

/* Columns of every coding and form, small. */
static GPtrArray *
make_small_columns (void)
{
  GPtrArray *columns = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  double doubles[40];
  gint64 integers[40];

  for (guint kind = 0; kind < 4; kind++)
    {
      GByteArray *bytes = g_byte_array_new ();

      for (guint i = 0; i < G_N_ELEMENTS (doubles); i++)
        doubles[i] = kind == 0 ? 3 : kind == 1 ? g_rand_double (random)
                                 : kind == 2   ? i / 100.0 + 5 * (i % 3)
                                               : draw_odd (random);
      if (kind == 2)
        doubles[7] = -0.0;
      hr_column_write_doubles (bytes, doubles, G_N_ELEMENTS (doubles));
      g_ptr_array_add (columns, bytes);
    }
  for (guint kind = 0; kind < 3; kind++)
    {
      GByteArray *bytes = g_byte_array_new ();

      for (guint i = 0; i < G_N_ELEMENTS (integers); i++)
        integers[i] = kind == 0 ? 9 : kind == 1 ? g_rand_int_range (random, 0, 90)
                                                : (gint64) (i / 20) << 40;
      hr_column_write_integers (bytes, integers, G_N_ELEMENTS (integers));
      g_ptr_array_add (columns, bytes);
    }

  return columns;
}

/* Reads a copy of just these bytes, so that the address sanitizer sees a step beyond. */
static gboolean
read_copy (const guint8 *data,
           gsize         size,
           gsize         n,
           gboolean      doubles)
{
  g_autofree guint8 *copy = g_memdup2 (data, size);
  g_autofree gint64 *values = g_new (gint64, n);
  g_autoptr (GError) error = NULL;
  HrReader in = { copy, size };
  gboolean read = doubles ? hr_column_read_doubles (&in, (double *) values, n, &error) : hr_column_read_integers (&in, values, n, &error);

  if (read)
    g_assert_no_error (error);
  else
    {
      g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED);
      g_assert_true (in.data == copy && in.size == size);
    }

  return read;
}

static void
test_a_cut_column_is_an_error (void)
{
  g_autoptr (GPtrArray) columns = make_small_columns ();

  for (guint i = 0; i < columns->len; i++)
    {
      const GByteArray *bytes = columns->pdata[i];

      for (guint size = 0; size < bytes->len; size++)
        {
          HrReader in = { bytes->data, size };

          g_assert_false (read_copy (bytes->data, size, 40, TRUE));
          g_assert_false (read_copy (bytes->data, size, 40, FALSE));
          g_assert_false (hr_column_skip (&in, NULL));
        }
    }
}

/* Whatever stands there: read or refused, within bounds. */
static void
test_a_changed_column_is_survived (void)
{
  g_autoptr (GPtrArray) columns = make_small_columns ();

  for (guint i = 0; i < columns->len; i++)
    {
      GByteArray *bytes = columns->pdata[i];

      for (guint at = 0; at < bytes->len; at++)
        for (guint change = 1; change < 256; change++)
          {
            bytes->data[at] ^= (guint8) change;
            read_copy (bytes->data, bytes->len, 40, i < 4);
            read_copy (bytes->data, bytes->len, 41 - change % 3, i < 4);
            bytes->data[at] ^= (guint8) change;
          }
    }
}

/* A column of 128 integers with all that follows from its beginning, @head, so that nothing but that can be wrong with it: so many bits a
 * residue, or so many planes. */
static void
test_what_no_column_has_is_refused (void)
{
  static const guint8 plane[128] = { 1 };
  static const struct
  {
    guint8   head[6];
    guint8   n;
    guint8   n_bits;
    guint8   n_planes;
    gboolean good;
  } columns[] = {
    { { 1, 0, 1, 0, 64 }, 5, 64, 0, TRUE },
    { { 1, 0, 1, 0, 65 }, 5, 65, 0, FALSE },
    { { 1, 0, 1, 0, 255 }, 5, 255, 0, FALSE },
    { { 2, 0, 1, 8, 0 }, 5, 0, 8, TRUE },
    { { 2, 0, 1, 8, 8 }, 5, 64, 0, TRUE },
    { { 2, 0, 1, 7, 8 }, 5, 64, 0, FALSE },
    { { 2, 0, 1, 9, 0 }, 5, 0, 9, FALSE },
    { { 3, 0, 1, 8, 0 }, 5, 0, 8, FALSE },    /* no form */
    { { 17, 0, 1, 0, 64 }, 5, 64, 0, FALSE }, /* no forecast */
  };

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      g_autoptr (GByteArray) body = g_byte_array_new ();
      g_autoptr (GByteArray) bytes = g_byte_array_new ();

      g_byte_array_append (body, columns[i].head, columns[i].n);
      for (guint k = 0; k < columns[i].n_bits; k++)
        g_byte_array_append (body, plane, sizeof plane / 8);
      for (guint k = 0; k < columns[i].n_planes; k++)
        hr_put_plain (body, plane, sizeof plane);
      hr_put_number (bytes, body->len);
      g_byte_array_append (bytes, body->data, body->len);

      g_assert_cmpint (read_copy (bytes->data, bytes->len, sizeof plane, FALSE), ==, columns[i].good);
    }
}

/* A byte more than the values need. */
static void
test_a_longer_column_is_refused (void)
{
  g_autoptr (GPtrArray) columns = make_small_columns ();

  for (guint i = 0; i < columns->len; i++)
    {
      GByteArray   *bytes = columns->pdata[i];
      const guint8 *body = skip_size (bytes);
      guint         n = bytes->len - (guint) (body - bytes->data);
      g_autoptr (GByteArray) longer = g_byte_array_new ();

      hr_put_number (longer, n + 1);
      g_byte_array_append (longer, body, n);
      hr_put_byte (longer, 0);
      g_assert_true (read_copy (bytes->data, bytes->len, 40, i < 4));
      g_assert_false (read_copy (longer->data, longer->len, 40, i < 4));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/column/codings", test_each_coding_of_doubles_comes_back);
  g_test_add_func ("/store/column/forms", test_each_form_of_integers_comes_back);
  g_test_add_func ("/store/column/any-doubles", test_doubles_of_any_bits_come_back);
  g_test_add_func ("/store/column/exceptions", test_exceptions_stand_apart);
  g_test_add_func ("/store/column/any-integers", test_integers_of_any_width_come_back);
  g_test_add_func ("/store/column/extremes", test_extremes_come_back);
  g_test_add_func ("/store/column/longest", test_the_longest_columns_come_back);
  g_test_add_func ("/store/column/cut", test_a_cut_column_is_an_error);
  g_test_add_func ("/store/column/changed", test_a_changed_column_is_survived);
  g_test_add_func ("/store/column/impossible", test_what_no_column_has_is_refused);
  g_test_add_func ("/store/column/longer", test_a_longer_column_is_refused);

  return g_test_run ();
}
