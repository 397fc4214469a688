/* SPDX-License-Identifier: GPL-3.0-or-later */

/* N integers of 64 bits, N >= 1, known to whoever reads. All arithmetic is modulo 2^64.
 *
 *     form       1 byte: form + 4 * forecast, see below
 *     first      signed: the first value
 * of form CONSTANT nothing follows: all are the first. Else
 *     unit       number, >= 1: what each value's distance from the first is a multiple of
 *     slope      signed; forecast LINE only
 *     residues   N integers, by form
 *
 * With u[i] = (value[i] - first) / unit, residue[i] is u[i] less its forecast:
 *
 *     0 NONE    0
 *     1 DELTA   u[i - 1]
 *     2 DELTA2  2 * u[i - 1] - u[i - 2]
 *     3 LINE    slope * i, shifted right by 16 bits with its sign
 *
 * where what is before the first counts as 0.
 *
 * Form GROUPS: 128 residues at a time, the last group with what is left:
 *     least      signed: the group's least residue, less that of the group before (0 before the first)
 *     width      1 byte, 0..64: bits of each of the rest
 *     bits       each residue less the least, its lowest bit first, one after the other; bits fill bytes from their lowest; the last byte
 *                ends in zeros
 * Form PLANES: residues as unsigned (0, -1, 1, … are 0, 1, 2, …):
 *     n          1 byte, 0..8: bytes a residue
 *     n_plain    1 byte, 0..n: how many of these, the lowest, stand together
 *     plain      of each residue its n_plain lowest bytes, the lowest first
 *     planes     n - n_plain times, from the lowest byte on: that byte of each residue, packed (blob.c) from N bytes */

#include "engine/store/integers.h"

#include <string.h>

#define GROUP 128

/* Shorter columns are not worth Zstandard's header. */
#define MIN_PLANE 32

/* With this much more than what evenly spread bytes come to, the square sum of a plane's byte counts says that it can be compressed. */
#define UNEVEN 1.25

enum
{
  FORM_CONSTANT,
  FORM_GROUPS,
  FORM_PLANES,
  N_FORMS,
  FORM_BITS = 2
};

typedef enum
{
  FORECAST_NONE,
  FORECAST_DELTA,
  FORECAST_DELTA2,
  FORECAST_LINE,
  N_FORECASTS
} Forecast;

/* The integers as distances from the first, and the forecast's residues of these. */
typedef struct
{
  gint64   first;
  guint64  unit;
  gint64   slope;
  gsize    n;
  guint64 *distances;
  guint64 *residues;
} Residues;

static guint
count_bits (guint64 number)
{
  return number == 0 ? 0 : 64 - (guint) __builtin_clzll (number);
}

static guint64
line_at (gint64 slope,
         gsize  i)
{
  return (guint64) ((gint64) ((guint64) slope * i) >> 16);
}

static guint64
magnitude (gint64 number)
{
  return number < 0 ? 0 - (guint64) number : (guint64) number;
}

/* Euclid's; of 0 and a number it is that number. */
static guint64
common_divisor (guint64 a,
                guint64 b)
{
  while (b != 0)
    {
      guint64 rest = a % b;

      a = b;
      b = rest;
    }

  return a;
}

/* Fills @distances from @values, divided by the greatest number that divides each of them: 0 when all are the same. */
static void
measure_distances (Residues     *self,
                   const gint64 *values)
{
  self->first = values[0];
  self->unit = 0;
  for (gsize i = 0; i < self->n; i++)
    {
      self->distances[i] = (guint64) values[i] - (guint64) values[0];
      if (self->unit != 1)
        self->unit = common_divisor (magnitude ((gint64) self->distances[i]), self->unit);
    }

  for (gsize i = 0; self->unit > 1 && i < self->n; i++)
    {
      gint64  distance = (gint64) self->distances[i];
      guint64 quotient = magnitude (distance) / self->unit;

      self->distances[i] = distance < 0 ? 0 - quotient : quotient;
    }
}

/* Fills @residues with what @forecast leaves of @distances. */
static void
leave_residues (Residues *self,
                Forecast  forecast)
{
  const guint64 *u = self->distances;

  switch (forecast)
    {
    case FORECAST_DELTA:
      for (gsize i = self->n - 1; i > 0; i--)
        self->residues[i] = u[i] - u[i - 1];
      break;
    case FORECAST_DELTA2:
      for (gsize i = self->n - 1; i > 1; i--)
        self->residues[i] = u[i] - 2 * u[i - 1] + u[i - 2];
      if (self->n > 1)
        self->residues[1] = u[1] - 2 * u[0];
      break;
    case FORECAST_LINE:
      for (gsize i = 1; i < self->n; i++)
        self->residues[i] = u[i] - line_at (self->slope, i);
      break;
    case FORECAST_NONE:
    case N_FORECASTS:
    default:
      memcpy (self->residues, u, self->n * sizeof *u);
    }
  self->residues[0] = u[0];
}

/* Turns the residues in @values into the values. The multiplication by the unit goes with the additions, in one pass. */
static void
follow_forecast (const Residues *self,
                 Forecast        forecast,
                 guint64        *values)
{
  guint64 value = (guint64) self->first, step = 0;

  switch (forecast)
    {
    case FORECAST_DELTA:
      for (gsize i = 0; i < self->n; i++)
        values[i] = value += self->unit * values[i];
      break;
    case FORECAST_DELTA2:
      for (gsize i = 0; i < self->n; i++)
        {
          step += self->unit * values[i];
          values[i] = value += step;
        }
      break;
    case FORECAST_LINE:
      for (gsize i = 0; i < self->n; i++)
        values[i] = value + self->unit * (values[i] + line_at (self->slope, i));
      break;
    case FORECAST_NONE:
    case N_FORECASTS:
    default:
      for (gsize i = 0; i < self->n; i++)
        values[i] = value + self->unit * values[i];
    }
}

/* The least of @n residues, and how many bits the distances of the others from it take. */
static gint64
find_least (const guint64 *residues,
            gsize          n,
            guint         *out_width)
{
  gint64 least = (gint64) residues[0], most = least;

  for (gsize i = 1; i < n; i++)
    {
      gint64 residue = (gint64) residues[i];

      least = MIN (least, residue);
      most = MAX (most, residue);
    }
  *out_width = count_bits ((guint64) most - (guint64) least);

  return least;
}

/* What the residues come to in either form, in bits, about: groups exactly but for the numbers at their beginning, planes by the bits that are
 * not 0. */
static void
estimate (const Residues *self,
          gsize          *out_groups,
          gsize          *out_planes)
{
  *out_groups = *out_planes = 0;
  for (gsize i = 0; i < self->n; i += GROUP)
    {
      gsize  n = MIN (GROUP, self->n - i);
      guint  width;
      gint64 least = find_least (self->residues + i, n, &width);

      *out_groups += 8 + count_bits (hr_zigzag (least)) + width * n;
      for (gsize k = i; k < i + n; k++)
        *out_planes += count_bits (hr_zigzag ((gint64) self->residues[k]));
    }
}

static void
put_bits (GByteArray    *out,
          const guint64 *residues,
          gsize          n,
          guint64        least,
          guint          width)
{
  guint64 words[GROUP + 1] = { 0 };
  gsize   at = 0;

  for (gsize i = 0; i < n; i++, at += width)
    {
      guint64 bits = residues[i] - least;
      guint   shift = at % 64;

      words[at / 64] |= bits << shift;
      if (shift + width > 64)
        words[at / 64 + 1] = bits >> (64 - shift);
    }
  for (gsize i = 0; i < (at + 63) / 64; i++)
    words[i] = GUINT64_TO_LE (words[i]);

  g_byte_array_append (out, (const guint8 *) words, (guint) ((at + 7) / 8));
}

/* The 64 bits from byte @at on. */
static guint64
word_at (const guint8 *at)
{
  guint64 word;

  memcpy (&word, at, sizeof word);

  return GUINT64_FROM_LE (word);
}

static gboolean
take_bits (HrReader *in,
           guint64  *residues,
           gsize     n,
           guint64   least,
           guint     width)
{
  guint8   bytes[(GROUP + 2) * sizeof (guint64)]; /* a word from any byte of a group stays within */
  guint64  mask = width == 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << width) - 1;
  HrReader packed;

  if (!hr_take_bytes (in, (width * n + 7) / 8, &packed))
    return FALSE;
  if (packed.size > 0)
    memcpy (bytes, packed.data, packed.size);
  memset (bytes + packed.size, 0, sizeof (guint64) + 1);

  /* Up to 57 bits are in the word that begins with their first byte. */
  if (width <= 57)
    for (gsize i = 0, at = 0; i < n; i++, at += width)
      residues[i] = least + (word_at (bytes + at / 8) >> at % 8 & mask);
  else
    for (gsize i = 0, at = 0; i < n; i++, at += width)
      residues[i] = least + ((word_at (bytes + at / 8) >> at % 8 | (guint64) bytes[at / 8 + 8] << 1 << (63 - at % 8)) & mask);

  return TRUE;
}

static void
put_groups (const Residues *self,
            GByteArray     *out)
{
  gint64 before = 0;

  for (gsize i = 0; i < self->n; i += GROUP)
    {
      gsize  n = MIN (GROUP, self->n - i);
      guint  width;
      gint64 least = find_least (self->residues + i, n, &width);

      hr_put_signed (out, (gint64) ((guint64) least - (guint64) before));
      hr_put_byte (out, (guint8) width);
      put_bits (out, self->residues + i, n, (guint64) least, width);
      before = least;
    }
}

static gboolean
take_groups (HrReader *in,
             guint64  *residues,
             gsize     n_residues)
{
  guint64 least = 0;

  for (gsize i = 0; i < n_residues; i += GROUP)
    {
      gint64 step;
      guint8 width;

      if (!hr_take_signed (in, &step) || !hr_take_byte (in, &width) || width > 64)
        return FALSE;
      least += (guint64) step;
      if (!take_bits (in, residues + i, MIN (GROUP, n_residues - i), least, width))
        return FALSE;
    }

  return TRUE;
}

/* Whether compressing could be worth its while, by how even the bytes are. */
static gboolean
is_uneven (const guint8 *plane,
           gsize         n)
{
  guint32 counts[256] = { 0 };
  double  squares = 0;

  for (gsize i = 0; i < n; i++)
    counts[plane[i]]++;
  for (guint i = 0; i < 256; i++)
    squares += (double) counts[i] * counts[i];

  /* Drawn at random, n bytes come to n * n / 256 + n on average. */
  return squares > UNEVEN * ((double) n * (double) n / 256 + (double) n);
}

static void
fill_plane (guint8        *plane,
            const guint64 *residues,
            gsize          n,
            guint          k)
{
  for (gsize i = 0; i < n; i++)
    plane[i] = (guint8) (residues[i] >> (8 * k));
}

/* Appends the lowest @n_plain bytes of each residue, which are noise. */
static void
put_plain_bytes (GByteArray    *out,
                 const guint64 *residues,
                 gsize          n,
                 guint          n_plain)
{
  guint   at = out->len;
  guint8 *bytes;

  /* A whole word is written at a time, and the next one over what was too much. */
  g_byte_array_set_size (out, at + (guint) (n * n_plain + sizeof (guint64)));
  bytes = out->data + at;
  for (gsize i = 0; i < n; i++)
    {
      guint64 word = GUINT64_TO_LE (residues[i]);

      memcpy (bytes + i * n_plain, &word, sizeof word);
    }
  g_byte_array_set_size (out, at + (guint) (n * n_plain));
}

static void
put_planes (const Residues *self,
            GByteArray     *out)
{
  g_autofree guint64 *residues = g_new (guint64, self->n);
  g_autofree guint8  *plane = g_malloc (self->n);
  guint64             all = 0;
  guint               n_planes, n_plain = 0;

  for (gsize i = 0; i < self->n; i++)
    all |= residues[i] = hr_zigzag ((gint64) self->residues[i]);
  n_planes = (count_bits (all) + 7) / 8;
  for (; n_plain < n_planes; n_plain++)
    {
      fill_plane (plane, residues, self->n, n_plain);
      if (is_uneven (plane, self->n))
        break;
    }

  hr_put_byte (out, (guint8) n_planes);
  hr_put_byte (out, (guint8) n_plain);
  put_plain_bytes (out, residues, self->n, n_plain);
  for (guint k = n_plain; k < n_planes; k++)
    {
      fill_plane (plane, residues, self->n, k);
      if (is_uneven (plane, self->n))
        hr_put_packed (out, plane, self->n);
      else
        hr_put_plain (out, plane, self->n);
    }
}

static gboolean
take_plain_bytes (HrReader *in,
                  guint64  *residues,
                  gsize     n,
                  guint     n_plain)
{
  guint64  mask = n_plain == 8 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << (8 * n_plain)) - 1;
  HrReader bytes;
  gsize    i = 0;

  if (!hr_take_bytes (in, n * n_plain, &bytes))
    return FALSE;

  for (; i < n && i * n_plain + sizeof (guint64) <= bytes.size; i++)
    residues[i] = word_at (bytes.data + i * n_plain) & mask;
  /* A word would reach beyond the last ones. */
  for (; i < n; i++)
    {
      guint64 word = 0;

      if (n_plain > 0)
        memcpy (&word, bytes.data + i * n_plain, n_plain);
      residues[i] = GUINT64_FROM_LE (word);
    }

  return TRUE;
}

static gboolean
take_planes (HrReader *in,
             guint64  *residues,
             gsize     n)
{
  g_autofree guint8 *plane = g_malloc (n);
  guint8             n_planes, n_plain;

  if (!hr_take_byte (in, &n_planes) || n_planes > 8 || !hr_take_byte (in, &n_plain) || n_plain > n_planes ||
      !take_plain_bytes (in, residues, n, n_plain))
    return FALSE;

  for (guint k = n_plain; k < n_planes; k++)
    {
      if (!hr_take_packed (in, plane, n))
        return FALSE;
      for (gsize i = 0; i < n; i++)
        residues[i] |= (guint64) plane[i] << (8 * k);
    }
  for (gsize i = 0; i < n; i++)
    residues[i] = (guint64) hr_unzigzag (residues[i]);

  return TRUE;
}

static void
put_form (const Residues *self,
          GByteArray     *out,
          guint           form,
          Forecast        forecast)
{
  hr_put_byte (out, (guint8) (form | forecast << FORM_BITS));
  hr_put_signed (out, self->first);
  if (form == FORM_CONSTANT)
    return;

  hr_put_number (out, self->unit);
  if (forecast == FORECAST_LINE)
    hr_put_signed (out, self->slope);
  if (form == FORM_GROUPS)
    put_groups (self, out);
  else
    put_planes (self, out);
}

/* Tries the forecast that suits groups best and the one that suits planes best, and appends what is smaller. */
static void
put_smaller (Residues   *self,
             GByteArray *out)
{
  g_autoptr (GByteArray) groups = g_byte_array_new ();
  g_autoptr (GByteArray) planes = g_byte_array_new ();
  gsize    least_groups = G_MAXSIZE, least_planes = G_MAXSIZE;
  Forecast for_groups = FORECAST_NONE, for_planes = FORECAST_NONE;

  for (Forecast forecast = FORECAST_NONE; forecast < N_FORECASTS; forecast++)
    {
      gsize n_groups, n_planes;

      leave_residues (self, forecast);
      estimate (self, &n_groups, &n_planes);
      for_groups = n_groups < least_groups ? forecast : for_groups;
      for_planes = n_planes < least_planes ? forecast : for_planes;
      least_groups = MIN (least_groups, n_groups);
      least_planes = MIN (least_planes, n_planes);
    }

  leave_residues (self, for_groups);
  put_form (self, groups, FORM_GROUPS, for_groups);
  if (self->n >= MIN_PLANE)
    {
      leave_residues (self, for_planes);
      put_form (self, planes, FORM_PLANES, for_planes);
    }
  if (planes->len > 0 && planes->len < groups->len)
    g_byte_array_append (out, planes->data, planes->len);
  else
    g_byte_array_append (out, groups->data, groups->len);
}

/* Appends @n integers, at least one, in whatever form comes out smallest. */
void
hr_integers_put (GByteArray   *out,
                 const gint64 *values,
                 gsize         n)
{
  g_autofree guint64 *room = g_new (guint64, 2 * n);
  Residues            self = { .n = n, .distances = room, .residues = room + n };
  gint64              length;

  g_return_if_fail (n > 0);

  measure_distances (&self, values);
  if (self.unit == 0)
    {
      put_form (&self, out, FORM_CONSTANT, FORECAST_NONE);
      return;
    }

  /* In 65 536ths, where these do not overflow; a wrong line is no error. */
  length = (gint64) self.distances[n - 1];
  self.slope = length / (gint64) (n - 1) > G_MAXINT64 >> 17 || length / (gint64) (n - 1) < G_MININT64 >> 17
                   ? 0
                   : (gint64) ((double) length / (double) (n - 1) * 65536.0);
  put_smaller (&self, out);
}

/* Reads exactly @n integers, at least one. Returns FALSE when the bytes are no such integers. */
gboolean
hr_integers_take (HrReader *in,
                  gint64   *values,
                  gsize     n)
{
  Residues self = { .n = n };
  guint64 *residues = (guint64 *) values;
  guint8   byte;
  guint    form;
  Forecast forecast;

  g_return_val_if_fail (n > 0, FALSE);

  if (!hr_take_byte (in, &byte) || !hr_take_signed (in, &self.first))
    return FALSE;
  form = byte & ((1 << FORM_BITS) - 1);
  forecast = byte >> FORM_BITS;
  if (form >= N_FORMS || forecast >= N_FORECASTS)
    return FALSE;

  if (form == FORM_CONSTANT)
    {
      for (gsize i = 0; i < n; i++)
        values[i] = self.first;
      return TRUE;
    }
  if (!hr_take_number (in, G_MAXUINT64, &self.unit) || (forecast == FORECAST_LINE && !hr_take_signed (in, &self.slope)))
    return FALSE;
  if (!(form == FORM_GROUPS ? take_groups (in, residues, n) : take_planes (in, residues, n)))
    return FALSE;
  follow_forecast (&self, forecast, residues);

  return TRUE;
}
