/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/bplist.h"

#include <string.h>

/* "bplist00", the objects, a table of where each begins, and a trailer of 32 bytes: 6 unused, bytes an offset, bytes a
 * reference, then as 64 bits each the number of objects, the root's number and where the table begins. All numbers are big-endian. An
 * object begins with a byte whose upper half is its type and lower half its size; 15 means that an integer follows with it. */
#define MAGIC "bplist0"
#define MAGIC_BYTES 8u
#define TRAILER_BYTES 32u
#define SIZE_FOLLOWS 0xfu

/* @n is 1 to 8. */
static guint64
read_number (const guint8 *at,
             guint         n)
{
  guint64 number = 0;

  for (guint i = 0; i < n; i++)
    number = number << 8 | at[i];

  return number;
}

/* Looks at the frame of a property list in @size bytes, which must stay as long as @self is used. Returns FALSE, and leaves @self
 * untouched, when it is none. */
gboolean
hr_bplist_open (HrBplist     *self,
                const guint8 *bytes,
                gsize         size)
{
  HrBplist      opened = { .bytes = bytes };
  const guint8 *trailer;
  guint64       table, room;

  if (size < MAGIC_BYTES + TRAILER_BYTES || memcmp (bytes, MAGIC, strlen (MAGIC)) != 0)
    return FALSE;

  trailer = bytes + size - TRAILER_BYTES;
  opened.offset_bytes = trailer[6];
  opened.reference_bytes = trailer[7];
  opened.n_objects = read_number (trailer + 8, 8);
  opened.root = read_number (trailer + 16, 8);
  table = read_number (trailer + 24, 8);
  if (opened.offset_bytes - 1 > 7 || opened.reference_bytes - 1 > 7 || table < MAGIC_BYTES || table > size - TRAILER_BYTES)
    return FALSE;

  room = (size - TRAILER_BYTES - table) / opened.offset_bytes;
  if (opened.n_objects > room || opened.root >= opened.n_objects)
    return FALSE;

  opened.table = table;
  *self = opened;

  return TRUE;
}

/* Integers of 1, 2 and 4 bytes are 0 or more, those of 8 are signed, and those of 16 are for what neither holds. */
static gboolean
read_integer (const guint8   *at,
              guint           n,
              HrBplistObject *out)
{
  guint64 high = n == 16 ? read_number (at, 8) : 0;
  guint64 low = read_number (n == 16 ? at + 8 : at, MIN (n, 8));

  if (high != 0 && (high != G_MAXUINT64 || low <= G_MAXINT64))
    return FALSE;

  out->type = n == 16 && high == 0 && low > G_MAXINT64 ? HR_BPLIST_UNSIGNED : HR_BPLIST_INTEGER;
  out->number = low;

  return TRUE;
}

static gboolean
read_real (const guint8   *at,
           guint           n,
           HrBplistObject *out)
{
  guint64 bits = read_number (at, n);
  guint32 half = (guint32) bits;
  float   single;

  if (n == 8)
    memcpy (&out->real, &bits, sizeof out->real);
  else
    {
      memcpy (&single, &half, sizeof single);
      out->real = (double) single;
    }

  return n == 4 || n == 8;
}

/* Integers, reals, dates and UIDs: @n bytes behind the marker, which is at @at - 1. */
static gboolean
read_scalar (const HrBplist *self,
             gsize           at,
             guint           type,
             guint           n,
             HrBplistObject *out)
{
  if (n > self->table - at)
    return FALSE;

  switch (type)
    {
    case 1:
      return read_integer (self->bytes + at, n, out);
    case 2:
    case 3:
      out->type = type == 2 ? HR_BPLIST_REAL : HR_BPLIST_DATE;
      return read_real (self->bytes + at, n, out);
    case 8:
    default:
      out->type = HR_BPLIST_UID;
      out->number = read_number (self->bytes + at, MIN (n, 8));
      return n <= 8;
    }
}

/* Data, texts and what refers to others: @n pieces behind the marker, or as many as an integer there says. */
static gboolean
read_pieces (const HrBplist *self,
             gsize           at,
             guint           type,
             guint           n,
             HrBplistObject *out)
{
  HrBplistObject size = { .number = n };
  gsize          piece = 1;

  if (n == SIZE_FOLLOWS)
    {
      guint n_bytes;

      if (at == self->table || self->bytes[at] >> 4 != 1 || (self->bytes[at] & 0xf) > 3)
        return FALSE;
      n_bytes = 1u << (self->bytes[at++] & 0xf);
      if (!read_scalar (self, at, 1, n_bytes, &size) || size.integer < 0)
        return FALSE;
      at += n_bytes;
    }

  switch (type)
    {
    case 4:
      out->type = HR_BPLIST_DATA;
      break;
    case 5:
      out->type = HR_BPLIST_ASCII;
      break;
    case 6:
      out->type = HR_BPLIST_UTF16;
      piece = 2;
      break;
    case 0xa:
    case 0xc: /* a set, of which archives have none */
      out->type = HR_BPLIST_ARRAY;
      piece = self->reference_bytes;
      break;
    case 0xd:
      out->type = HR_BPLIST_DICTIONARY;
      piece = 2 * self->reference_bytes;
      break;
    default:
      return FALSE;
    }
  out->at = self->bytes + at;
  out->n = size.number;

  return size.number <= (self->table - at) / piece;
}

/* Reads the object of number @reference. Returns FALSE when there is none, or it reaches beyond the end; @out means nothing then. */
gboolean
hr_bplist_read (const HrBplist *self,
                guint64         reference,
                HrBplistObject *out)
{
  guint64 at;
  guint   type, low;

  if (reference >= self->n_objects)
    return FALSE;

  at = read_number (self->bytes + self->table + reference * self->offset_bytes, self->offset_bytes);
  if (at < MAGIC_BYTES || at >= self->table)
    return FALSE;

  *out = (HrBplistObject){ 0 };
  type = self->bytes[at] >> 4;
  low = self->bytes[at] & 0xf;
  at++;
  switch (type)
    {
    case 0:
      out->type = low == 0 ? HR_BPLIST_NULL : HR_BPLIST_BOOLEAN;
      out->integer = low == 9;
      return low == 0 || low == 8 || low == 9;
    case 1:
    case 2:
    case 3:
      return low <= 4 && read_scalar (self, at, type, 1u << low, out);
    case 8:
      return read_scalar (self, at, type, low + 1, out);
    default:
      return read_pieces (self, at, type, low, out);
    }
}

/* Returns the number of the object that an array names at @index; for a dictionary of n, keys are 0 to n - 1 and values n to
 * 2n - 1. There may be no object of that number. */
guint64
hr_bplist_reference (const HrBplist       *self,
                     const HrBplistObject *object,
                     gsize                 index)
{
  return read_number (object->at + index * self->reference_bytes, self->reference_bytes);
}

/* Returns whether the object of number @reference is the ASCII text @text. */
gboolean
hr_bplist_is_text (const HrBplist *self,
                   guint64         reference,
                   const char     *text)
{
  HrBplistObject object;

  return hr_bplist_read (self, reference, &object) && object.type == HR_BPLIST_ASCII && object.n == strlen (text) &&
         memcmp (object.at, text, object.n) == 0;
}

/* Returns: (transfer full) (nullable): the text as UTF-8, cut at a NUL; NULL when @object is no text, or none of valid UTF-16. */
char *
hr_bplist_dup_text (const HrBplistObject *object)
{
  g_autofree gunichar2 *units = NULL;

  if (object->type == HR_BPLIST_ASCII)
    return g_utf8_make_valid ((const char *) object->at, (gssize) object->n);
  if (object->type != HR_BPLIST_UTF16)
    return NULL;

  units = g_new (gunichar2, object->n + 1);
  for (gsize i = 0; i < object->n; i++)
    units[i] = (gunichar2) read_number (object->at + 2 * i, 2);

  return g_utf16_to_utf8 (units, (glong) object->n, NULL, NULL, NULL);
}
