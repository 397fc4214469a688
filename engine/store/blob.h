/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What every blob of a session file is made of: a version, numbers, a checksum. Reading stays within its bounds, whatever is read. */

/* Bytes that are read from the front. */
typedef struct
{
  const guint8 *data;
  gsize         size;
} HrReader;

/* The most bytes that a number takes. */
#define HR_VARINT_MAX 10

gboolean hr_blob_fail (GError **error);

GByteArray *hr_blob_begin (void) G_GNUC_WARN_UNUSED_RESULT;
GBytes     *hr_blob_finish (GByteArray *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean    hr_blob_open (GBytes   *bytes,
                          HrReader *out,
                          GError  **error);

void     hr_put_byte (GByteArray *out,
                      guint8      byte);
void     hr_put_number (GByteArray *out,
                        guint64     number);
void     hr_put_signed (GByteArray *out,
                        gint64      number);
gboolean hr_take_byte (HrReader *in,
                       guint8   *out);
gboolean hr_take_number (HrReader *in,
                         guint64   max,
                         guint64  *out);
gboolean hr_take_signed (HrReader *in,
                         gint64   *out);
gboolean hr_take_bytes (HrReader *in,
                        guint64   size,
                        HrReader *out);

void     hr_put_plain (GByteArray   *out,
                       const guint8 *data,
                       gsize         size);
void     hr_put_packed (GByteArray   *out,
                        const guint8 *data,
                        gsize         size);
gboolean hr_take_packed (HrReader *in,
                         guint8   *data,
                         gsize     size);

/* Writes @number to @at, which has room for HR_VARINT_MAX bytes; the smaller it is, the fewer it takes. Returns what follows. */
static inline guint8 *
hr_write_number (guint8 *at,
                 guint64 number)
{
  while (number >= 0x80)
    {
      *at++ = (guint8) (number | 0x80);
      number >>= 7;
    }
  *at++ = (guint8) number;

  return at;
}

/* Small numbers of either sign as small numbers: 0, -1, 1, -2, … */
static inline guint64
hr_zigzag (gint64 number)
{
  return ((guint64) number << 1) ^ (number < 0 ? G_MAXUINT64 : 0);
}

static inline gint64
hr_unzigzag (guint64 number)
{
  return (gint64) ((number >> 1) ^ (0 - (number & 1)));
}

G_END_DECLS
