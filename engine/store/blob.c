/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A blob is
 *
 *     version   1 byte, BLOB_VERSION
 *     body      specified where it is written: block.c
 *     checksum  4 bytes, little-endian: zlib's CRC-32 of all that is before it
 *
 * Within bodies:
 *
 *     number    7 bits a byte, the lowest first; the highest bit says that another byte follows; at most ten bytes and 64 bits
 *     signed    a number: 0, -1, 1, -2, … are 0, 1, 2, 3, …
 *     packed    number: how many bytes follow, S; S bytes. With S the size that whoever reads expects, those are the bytes themselves,
 *               else a frame of Zstandard that unpacks to so many. */

#include "engine/store/blob.h"

#include "engine/store/schema.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define BLOB_VERSION 1
#define CHECKSUM_BYTES 4
#define LEVEL 3

static void
free_packer (gpointer data)
{
  ZSTD_freeCCtx (data);
}

static void
free_unpacker (gpointer data)
{
  ZSTD_freeDCtx (data);
}

/* A context is much larger than what is packed with it, so each thread keeps one. */
static GPrivate packer = G_PRIVATE_INIT (free_packer);
static GPrivate unpacker = G_PRIVATE_INIT (free_unpacker);

static ZSTD_CCtx *
get_packer (void)
{
  ZSTD_CCtx *context = g_private_get (&packer);

  if (context == NULL)
    {
      context = ZSTD_createCCtx ();
      if (context == NULL)
        g_error ("No memory to compress");
      g_private_set (&packer, context);
    }

  return context;
}

static ZSTD_DCtx *
get_unpacker (void)
{
  ZSTD_DCtx *context = g_private_get (&unpacker);

  if (context == NULL)
    {
      context = ZSTD_createDCtx ();
      if (context == NULL)
        g_error ("No memory to decompress");
      g_private_set (&unpacker, context);
    }

  return context;
}

/* Sets @error to say that bytes of a file are not what they should be. Returns FALSE. */
gboolean
hr_blob_fail (GError **error)
{
  g_set_error_literal (error, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED, _ ("A part of the session file is damaged"));

  return FALSE;
}

/* Returns: (transfer full): a blob to append a body to, and to be ended by hr_blob_finish (). */
GByteArray *
hr_blob_begin (void)
{
  GByteArray *self = g_byte_array_new ();

  hr_put_byte (self, BLOB_VERSION);

  return self;
}

/* Appends the checksum.
 * @self: (transfer full)
 * Returns: (transfer full): the whole blob */
GBytes *
hr_blob_finish (GByteArray *self)
{
  guint32 checksum = GUINT32_TO_LE ((guint32) crc32 (0, self->data, self->len));

  g_byte_array_append (self, (const guint8 *) &checksum, CHECKSUM_BYTES);

  return g_byte_array_free_to_bytes (self);
}

/* Holds @bytes against their checksum and gives the body to @out: it is @bytes' own. */
gboolean
hr_blob_open (GBytes   *bytes,
              HrReader *out,
              GError  **error)
{
  gsize         size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint32       checksum;

  if (size < 1 + CHECKSUM_BYTES || size > G_MAXUINT)
    return hr_blob_fail (error);
  memcpy (&checksum, data + size - CHECKSUM_BYTES, CHECKSUM_BYTES);
  if (GUINT32_FROM_LE (checksum) != (guint32) crc32 (0, data, (uInt) (size - CHECKSUM_BYTES)))
    return hr_blob_fail (error);
  if (data[0] != BLOB_VERSION)
    {
      g_set_error_literal (error, HR_STORE_ERROR, HR_STORE_ERROR_NEWER, _ ("A part of the session file was written by a newer Headroom"));
      return FALSE;
    }
  *out = (HrReader){ data + 1, size - 1 - CHECKSUM_BYTES };

  return TRUE;
}

void
hr_put_byte (GByteArray *out,
             guint8      byte)
{
  g_byte_array_append (out, &byte, 1);
}

/* Appends @number, the smaller the shorter. */
void
hr_put_number (GByteArray *out,
               guint64     number)
{
  guint8 bytes[HR_VARINT_MAX];

  g_byte_array_append (out, bytes, (guint) (hr_write_number (bytes, number) - bytes));
}

/* Appends @number, the nearer to 0 the shorter. */
void
hr_put_signed (GByteArray *out,
               gint64      number)
{
  hr_put_number (out, hr_zigzag (number));
}

/* Reads a byte to @out. Returns FALSE when there is none. */
gboolean
hr_take_byte (HrReader *in,
              guint8   *out)
{
  if (in->size == 0)
    return FALSE;

  *out = *in->data++;
  in->size--;

  return TRUE;
}

/* Reads a number to @out. Returns FALSE when it is cut off or above @max. */
gboolean
hr_take_number (HrReader *in,
                guint64   max,
                guint64  *out)
{
  guint64 number = 0;

  for (gsize i = 0; i < MIN (in->size, HR_VARINT_MAX); i++)
    {
      guint8 byte = in->data[i];

      /* Of the tenth byte one bit is left. */
      if (i == HR_VARINT_MAX - 1 && byte > 1)
        return FALSE;
      number |= (guint64) (byte & 0x7f) << (7 * i);
      if (byte < 0x80)
        {
          if (number > max)
            return FALSE;
          in->data += i + 1;
          in->size -= i + 1;
          *out = number;
          return TRUE;
        }
    }

  return FALSE;
}

/* Reads a number of either sign to @out. Returns FALSE when it is cut off. */
gboolean
hr_take_signed (HrReader *in,
                gint64   *out)
{
  guint64 number;

  if (!hr_take_number (in, G_MAXUINT64, &number))
    return FALSE;
  *out = hr_unzigzag (number);

  return TRUE;
}

/* Takes @size bytes from @in to @out, which stays within @in's memory. Returns FALSE when there are not so many. */
gboolean
hr_take_bytes (HrReader *in,
               guint64   size,
               HrReader *out)
{
  if (size > in->size)
    return FALSE;

  *out = (HrReader){ in->data, (gsize) size };
  in->data += size;
  in->size -= (gsize) size;

  return TRUE;
}

/* Appends @data of @size bytes as hr_put_packed () does, without trying to compress it. */
void
hr_put_plain (GByteArray   *out,
              const guint8 *data,
              gsize         size)
{
  hr_put_number (out, size);
  g_byte_array_append (out, data, (guint) size);
}

/* Appends @data of @size bytes, compressed where that makes it smaller. The size itself is not kept. */
void
hr_put_packed (GByteArray   *out,
               const guint8 *data,
               gsize         size)
{
  g_autofree guint8 *packed = g_malloc (ZSTD_compressBound (size));
  gsize              packed_size = ZSTD_compressCCtx (get_packer (), packed, ZSTD_compressBound (size), data, size, LEVEL);
  gboolean           smaller = !ZSTD_isError (packed_size) && packed_size < size;

  hr_put_plain (out, smaller ? packed : data, smaller ? packed_size : size);
}

/* Reads what hr_put_packed () wrote of exactly @size bytes to @data. Returns FALSE when it is anything else. */
gboolean
hr_take_packed (HrReader *in,
                guint8   *data,
                gsize     size)
{
  guint64  packed_size;
  HrReader packed;

  if (!hr_take_number (in, size, &packed_size) || !hr_take_bytes (in, packed_size, &packed))
    return FALSE;
  if (packed_size == size)
    {
      if (size > 0)
        memcpy (data, packed.data, size);
      return TRUE;
    }

  return ZSTD_decompressDCtx (get_unpacker (), data, size, packed.data, packed.size) == size;
}
