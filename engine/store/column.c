/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A column is
 *
 *     size      number: bytes of what follows; 0 for a column without values
 *     coding    columns of doubles only, 1 byte, see below
 *     values
 *
 * Numbers are as in blob.c, integers as in integers.c; how many values there are is known to whoever reads. A column of integers has
 * their integers. A column of doubles has by its coding:
 *
 *     0 RAW       each as 8 bytes, little-endian
 *     1 CONSTANT  8 bytes: what each of them is
 *     2 DECIMAL   digits      1 byte, 0..18
 *                 n           number: how many exceptions
 *                 exceptions  n times: number: index, less the index before and 1 (the first: index); 8 bytes: the double
 *                 integers    value = integer / 10^digits, as IEEE 754 divides doubles; that of an exception means nothing
 *     3 BITS      integers: each double's 64 bits as an integer, whose lower 63 bits are inverted when it is negative, so that it
 *                 grows as the double does
 *
 * So measured figures, which are decimals of a few digits, cost what their last digits cost; the decimals are an idea of ALP's (Afroozeh,
 * Kuffo, Boncz, 2023). */

#include "engine/store/column.h"

#include "engine/store/column-private.h"
#include "engine/store/integers.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Integers beyond 2^53 are not all doubles. */
#define MAX_INTEGER 9007199254740992.0

/* How many of a column's values tell of how many digits they are. */
#define N_TRIED 64

/* What an exception costs, in bits, and a digit. */
#define EXCEPTION_BITS 76
#define DIGIT_BITS 3.33

enum
{
  CODING_RAW,
  CODING_CONSTANT,
  CODING_DECIMAL,
  CODING_BITS
};

static const double powers[HR_DECIMAL_MAX_DIGITS + 1] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18 };

static guint64
bits_of (double value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);

  return bits;
}

static double
double_of (guint64 bits)
{
  double value;

  memcpy (&value, &bits, sizeof value);

  return value;
}

/* The integer that grows as the double does, and the bits that it came from: the same step. */
static guint64
turn_bits (guint64 bits)
{
  return bits ^ ((guint64) ((gint64) bits >> 63) >> 1);
}

static void
put_double (GByteArray *out,
            double      value)
{
  guint64 bits = GUINT64_TO_LE (bits_of (value));

  g_byte_array_append (out, (const guint8 *) &bits, sizeof bits);
}

static gboolean
take_double (HrReader *in,
             double   *out)
{
  HrReader bytes;
  guint64  bits;

  if (!hr_take_bytes (in, sizeof bits, &bytes))
    return FALSE;
  memcpy (&bits, bytes.data, sizeof bits);
  *out = double_of (GUINT64_FROM_LE (bits));

  return TRUE;
}

/* Whether @value is an integer over 10^@digits to the last bit; writes the integer. */
static inline gboolean
is_decimal (double  value,
            guint   digits,
            gint64 *out)
{
  double   scaled = value * powers[digits];
  gint64   integer;
  gboolean fits = fabs (scaled) < MAX_INTEGER; /* FALSE for NaN */

  integer = fits ? llrint (scaled) : 0;
  *out = integer;

  return fits && bits_of ((double) integer / powers[digits]) == bits_of (value);
}

/* Returns the number of digits with which most of @values are decimals, at the least cost; more than HR_DECIMAL_MAX_DIGITS when too few are. */
guint
hr_decimal_digits (const double *values,
                   gsize         n)
{
  guint  n_with[HR_DECIMAL_MAX_DIGITS + 1] = { 0 };
  gsize  n_tried = MIN (n, N_TRIED);
  gsize  n_covered = 0;
  guint  best = HR_DECIMAL_MAX_DIGITS + 1;
  double least = 64 - 8; /* a decimal that saves less than a byte is none */

  for (gsize i = 0; i < n_tried; i++)
    for (guint digits = 0; digits <= HR_DECIMAL_MAX_DIGITS; digits++)
      {
        gint64 integer;

        if (is_decimal (values[i * n / n_tried], digits, &integer))
          {
            n_with[digits]++;
            break;
          }
      }

  for (guint digits = 0; digits <= HR_DECIMAL_MAX_DIGITS; digits++)
    {
      double cost;

      n_covered += n_with[digits];
      cost = EXCEPTION_BITS * (double) (n_tried - n_covered) / (double) n_tried + DIGIT_BITS * digits;
      if (n_with[digits] > 0 && cost < least)
        {
          least = cost;
          best = digits;
        }
    }

  return best;
}

/* Returns 10 to the power of @digits, HR_DECIMAL_MAX_DIGITS at most. */
double
hr_decimal_power (guint digits)
{
  return powers[digits];
}

/* Writes the integer that over 10^@digits is @value to the last bit to @out. Returns FALSE when there is none, or when @digits are too many. */
gboolean
hr_decimal_integer (double  value,
                    guint   digits,
                    gint64 *out)
{
  return digits <= HR_DECIMAL_MAX_DIGITS && is_decimal (value, digits, out);
}

/* Returns the decimal of so many @digits next to @value, or @value itself when there is none within so many @ulps of it. */
double
hr_decimal_round (double value,
                  guint  digits,
                  guint  ulps)
{
  double scaled = digits <= HR_DECIMAL_MAX_DIGITS ? value * powers[digits] : MAX_INTEGER;
  double rounded;

  if (!(fabs (scaled) < MAX_INTEGER))
    return value;
  rounded = rint (scaled) / powers[digits];

  return fabs (rounded - value) <= ulps * DBL_EPSILON / 2 * fabs (value) ? rounded : value;
}

/* Fills @integers with what @values are over 10^@digits and @exceptions with those that are none. The integer of an exception is that of a
 * neighbour, so that it stands out least. Returns how many exceptions there are. */
static gsize
to_integers (const double *values,
             gsize         n,
             guint         digits,
             gint64       *integers,
             GByteArray   *exceptions)
{
  gsize n_exceptions = 0, next = 0;

  for (gsize i = 0; i < n; i++)
    if (!is_decimal (values[i], digits, &integers[i]))
      {
        integers[i] = i > 0 ? integers[i - 1] : 0;
        hr_put_number (exceptions, i - next);
        put_double (exceptions, values[i]);
        next = i + 1;
        n_exceptions++;
      }
    else if (n_exceptions == i)
      for (gsize k = 0; k < i; k++)
        integers[k] = integers[i];

  return n_exceptions;
}

/* Appends @values as decimals of so many digits. Returns how many were none. */
static gsize
put_decimals (GByteArray   *out,
              const double *values,
              gsize         n,
              guint         digits)
{
  g_autofree gint64 *integers = g_new (gint64, n);
  g_autoptr (GByteArray) exceptions = g_byte_array_new ();
  gsize n_exceptions = to_integers (values, n, digits, integers, exceptions);

  hr_put_byte (out, CODING_DECIMAL);
  hr_put_byte (out, (guint8) digits);
  hr_put_number (out, n_exceptions);
  g_byte_array_append (out, exceptions->data, exceptions->len);
  hr_integers_put (out, integers, n);

  return n_exceptions;
}

static gboolean
take_exceptions (HrReader *in,
                 double   *values,
                 gsize     n,
                 gsize     n_exceptions)
{
  gsize next = 0;

  for (gsize i = 0; i < n_exceptions; i++)
    {
      guint64 skipped;

      if (next >= n || !hr_take_number (in, n - next - 1, &skipped) || !take_double (in, &values[next + skipped]))
        return FALSE;
      next += skipped + 1;
    }

  return TRUE;
}

static gboolean
take_decimals (HrReader *in,
               double   *values,
               gsize     n)
{
  g_autofree gint64 *integers = g_new (gint64, n);
  HrReader           exceptions;
  guint64            n_exceptions;
  guint8             digits;
  double             power;

  if (!hr_take_byte (in, &digits) || digits > HR_DECIMAL_MAX_DIGITS || !hr_take_number (in, n, &n_exceptions))
    return FALSE;
  /* The exceptions stand before the integers and are laid over them. */
  exceptions = *in;
  if (!take_exceptions (in, values, n, n_exceptions) || !hr_integers_take (in, integers, n))
    return FALSE;

  power = powers[digits];
  for (gsize i = 0; i < n; i++)
    values[i] = (double) integers[i] / power;

  return take_exceptions (&exceptions, values, n, n_exceptions);
}

static void
put_bits (GByteArray   *out,
          const double *values,
          gsize         n)
{
  g_autofree gint64 *integers = g_new (gint64, n);

  for (gsize i = 0; i < n; i++)
    integers[i] = (gint64) turn_bits (bits_of (values[i]));

  hr_put_byte (out, CODING_BITS);
  hr_integers_put (out, integers, n);
}

static gboolean
take_bits (HrReader *in,
           double   *values,
           gsize     n)
{
  g_autofree gint64 *integers = g_new (gint64, n);

  if (!hr_integers_take (in, integers, n))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    values[i] = double_of (turn_bits ((guint64) integers[i]));

  return TRUE;
}

static void
put_raw (GByteArray   *out,
         const double *values,
         gsize         n)
{
  hr_put_byte (out, CODING_RAW);
  for (gsize i = 0; i < n; i++)
    put_double (out, values[i]);
}

static gboolean
take_raw (HrReader *in,
          double   *values,
          gsize     n)
{
  for (gsize i = 0; i < n; i++)
    if (!take_double (in, &values[i]))
      return FALSE;

  return TRUE;
}

static gboolean
take_constant (HrReader *in,
               double   *values,
               gsize     n)
{
  double value;

  if (!take_double (in, &value))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    values[i] = value;

  return TRUE;
}

static gboolean
is_constant (const double *values,
             gsize         n)
{
  for (gsize i = 1; i < n; i++)
    if (bits_of (values[i]) != bits_of (values[0]))
      return FALSE;

  return TRUE;
}

/* Takes the place of @body's bytes by @other's when these are fewer. */
static void
keep_smaller (GByteArray *body,
              GByteArray *other)
{
  if (other->len >= body->len)
    return;

  g_byte_array_set_size (body, 0);
  g_byte_array_append (body, other->data, other->len);
}

/* Appends the body of a column that is no constant. */
static void
put_varied (GByteArray   *body,
            const double *values,
            gsize         n)
{
  g_autoptr (GByteArray) other = g_byte_array_new ();
  guint digits = hr_decimal_digits (values, n);

  if (digits > HR_DECIMAL_MAX_DIGITS)
    put_bits (body, values, n);
  /* With many exceptions the bits may be fewer. */
  else if (put_decimals (body, values, n, digits) > n / 16)
    {
      put_bits (other, values, n);
      keep_smaller (body, other);
    }

  if (body->len > 1 + n * sizeof (double))
    {
      g_byte_array_set_size (body, 0);
      put_raw (body, values, n);
    }
}

static void
put_sized (GByteArray *out,
           GByteArray *body)
{
  hr_put_number (out, body->len);
  g_byte_array_append (out, body->data, body->len);
}

/* Appends a column of @n doubles, HR_COLUMN_LENGTH_MAX at most, of any bits. */
void
hr_column_write_doubles (GByteArray   *out,
                         const double *values,
                         gsize         n)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();

  g_return_if_fail (n <= HR_COLUMN_LENGTH_MAX);

  if (n > 0 && is_constant (values, n))
    {
      hr_put_byte (body, CODING_CONSTANT);
      put_double (body, values[0]);
    }
  else if (n > 0)
    put_varied (body, values, n);
  put_sized (out, body);
}

/* Appends a column of @n integers, HR_COLUMN_LENGTH_MAX at most. */
void
hr_column_write_integers (GByteArray   *out,
                          const gint64 *values,
                          gsize         n)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();

  g_return_if_fail (n <= HR_COLUMN_LENGTH_MAX);

  if (n > 0)
    hr_integers_put (body, values, n);
  put_sized (out, body);
}

static gboolean
take_body (HrReader *in,
           HrReader *out,
           GError  **error)
{
  guint64 size;

  return (hr_take_number (in, G_MAXUINT64, &size) && hr_take_bytes (in, size, out)) || hr_blob_fail (error);
}

/* Reads a column of exactly @n doubles, HR_COLUMN_LENGTH_MAX at most, to @values, which mean nothing when it fails: HR_STORE_ERROR_CORRUPTED. */
gboolean
hr_column_read_doubles (HrReader *in,
                        double   *values,
                        gsize     n,
                        GError  **error)
{
  static gboolean (*const codings[]) (HrReader *, double *, gsize) = {
    [CODING_RAW] = take_raw,
    [CODING_CONSTANT] = take_constant,
    [CODING_DECIMAL] = take_decimals,
    [CODING_BITS] = take_bits,
  };
  HrReader rest = *in, body;
  guint8   coding;

  g_return_val_if_fail (n <= HR_COLUMN_LENGTH_MAX, FALSE);

  if (!take_body (&rest, &body, error))
    return FALSE;
  if (n > 0 && (!hr_take_byte (&body, &coding) || coding >= G_N_ELEMENTS (codings) || !codings[coding](&body, values, n)))
    return hr_blob_fail (error);
  if (body.size > 0)
    return hr_blob_fail (error);
  *in = rest;

  return TRUE;
}

/* Reads a column of exactly @n integers, HR_COLUMN_LENGTH_MAX at most, to @values, which mean nothing when it fails: HR_STORE_ERROR_CORRUPTED. */
gboolean
hr_column_read_integers (HrReader *in,
                         gint64   *values,
                         gsize     n,
                         GError  **error)
{
  HrReader rest = *in, body;

  g_return_val_if_fail (n <= HR_COLUMN_LENGTH_MAX, FALSE);

  if (!take_body (&rest, &body, error))
    return FALSE;
  if ((n > 0 && !hr_integers_take (&body, values, n)) || body.size > 0)
    return hr_blob_fail (error);
  *in = rest;

  return TRUE;
}

/* Steps over a column of whatever kind. Fails with HR_STORE_ERROR_CORRUPTED where there is none. */
gboolean
hr_column_skip (HrReader *in,
                GError  **error)
{
  HrReader body;

  return take_body (in, &body, error);
}
