/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/plist.h"

#include <string.h>

/* libplist copies what a binary list refers to at every reference, descends by recursion in both formats, and has no limits of its own. So
 * whatever reaches it was weighed before: how deep it can go, and how much memory it becomes.
 *
 * A binary list: "bplist00", objects, a table of their offsets, and a trailer of 32 bytes: 6 unused, the bytes of an offset, the bytes of a
 * reference, and in 8 bytes each the number of objects, the root's number, and where the table stands. An object begins with a byte of type and
 * count; a count of 15 says that an integer object with the true count follows. */
#define MAX_TAGS 16384u
#define MAX_OBJECTS 65536u
#define MAX_DEPTH 64u
#define MAX_WEIGHT (32u << 20)
#define NODE_WEIGHT 128u
#define TRAILER_BYTES 32u

enum
{
  OBJECT_INTEGER = 0x1,
  OBJECT_DATA = 0x4,
  OBJECT_ASCII = 0x5,
  OBJECT_UTF16 = 0x6,
  OBJECT_ARRAY = 0xa,
  OBJECT_SET = 0xc,
  OBJECT_DICT = 0xd
};

typedef struct
{
  const guint8 *bytes;
  gsize         size; /* up to the table of offsets */
  const guint8 *offsets;
  guint         offset_bytes;
  guint         reference_bytes;
  guint64       n_objects;
  struct
  {
    guint32 weight; /* 0: not weighed yet */
    guint32 height; /* how many levels it goes down from here */
  } * measures;
} Binary;

typedef struct
{
  guint         type;
  guint64       count;
  const guint8 *content;
  gsize         left; /* bytes from @content up to the table */
} Object;

static guint64
read_number (const guint8 *bytes,
             guint         n)
{
  guint64 number = 0;

  for (guint i = 0; i < n; i++)
    number = number << 8 | bytes[i];

  return number;
}

/* The count that stands in an integer object of its own. */
static gboolean
read_long_count (Object *object)
{
  guint n;

  if (object->left < 1 || object->content[0] >> 4 != OBJECT_INTEGER || (object->content[0] & 0xf) > 3)
    return FALSE;

  n = 1u << (object->content[0] & 0xf);
  if (object->left < 1 + n)
    return FALSE;

  object->count = read_number (object->content + 1, n);
  object->content += 1 + n;
  object->left -= 1 + n;

  return TRUE;
}

static gboolean
read_object (const Binary *self,
             guint64       index,
             Object       *out)
{
  guint64 offset = read_number (self->offsets + index * self->offset_bytes, self->offset_bytes);

  if (offset >= self->size)
    return FALSE;

  out->type = self->bytes[offset] >> 4;
  out->count = self->bytes[offset] & 0xf;
  out->content = self->bytes + offset + 1;
  out->left = self->size - (gsize) offset - 1;

  return out->type < OBJECT_DATA || out->count < 15 || read_long_count (out);
}

static guint32 weigh (Binary *self,
                      guint64 index,
                      guint   depth);

/* The weight of all that @object refers to, or 0. */
static guint64
weigh_references (Binary       *self,
                  const Object *object,
                  guint         depth,
                  guint32      *out_height)
{
  guint64 n = object->type == OBJECT_DICT ? 2 * object->count : object->count;
  guint64 sum = NODE_WEIGHT;

  if (object->count > object->left || n > object->left / self->reference_bytes)
    return 0;

  for (guint64 i = 0; i < n && sum <= MAX_WEIGHT; i++)
    {
      guint64 index = read_number (object->content + i * self->reference_bytes, self->reference_bytes);
      guint32 weight = weigh (self, index, depth + 1);

      if (weight == 0)
        return 0;
      sum += weight;
      *out_height = MAX (*out_height, 1 + self->measures[index].height);
    }

  return sum;
}

/* How many bytes of memory object @index becomes, about; 0 when it is none, too deep or too heavy. A list that contains itself is too deep. */
static guint32
weigh (Binary *self,
       guint64 index,
       guint   depth)
{
  Object  object;
  guint64 weight = NODE_WEIGHT;
  guint32 height = 0;

  if (index >= self->n_objects || depth + self->measures[index].height > MAX_DEPTH)
    return 0;
  if (self->measures[index].weight != 0)
    return self->measures[index].weight;
  if (!read_object (self, index, &object))
    return 0;

  if (object.type == OBJECT_ARRAY || object.type == OBJECT_SET || object.type == OBJECT_DICT)
    weight = weigh_references (self, &object, depth, &height);
  else if (object.type == OBJECT_DATA || object.type == OBJECT_ASCII || object.type == OBJECT_UTF16)
    weight = object.count <= object.left ? NODE_WEIGHT + 3 * object.count : 0;

  if (weight > MAX_WEIGHT)
    return 0;
  self->measures[index].weight = (guint32) weight;
  self->measures[index].height = height;

  return (guint32) weight;
}

static gboolean
binary_is_bounded (const guint8 *bytes,
                   gsize         size)
{
  const guint8 *trailer = bytes + size - TRAILER_BYTES;
  Binary        self = { .bytes = bytes };
  guint64       root, table;
  gboolean      bounded;

  if (size < 8 + TRAILER_BYTES)
    return FALSE;

  self.offset_bytes = trailer[6];
  self.reference_bytes = trailer[7];
  self.n_objects = read_number (trailer + 8, 8);
  root = read_number (trailer + 16, 8);
  table = read_number (trailer + 24, 8);
  if (self.offset_bytes < 1 || self.offset_bytes > 8 || self.reference_bytes < 1 || self.reference_bytes > 8 ||
      self.n_objects > MAX_OBJECTS || table > size - TRAILER_BYTES ||
      self.n_objects * self.offset_bytes > size - TRAILER_BYTES - table)
    return FALSE;

  self.size = (gsize) table;
  self.offsets = bytes + table;
  self.measures = g_malloc0_n (self.n_objects, sizeof *self.measures);
  bounded = weigh (&self, root, 0) > 0;
  g_free (self.measures);

  return bounded;
}

/* Every level of an XML list takes a tag to open. */
static gboolean
xml_is_bounded (const guint8 *bytes,
                gsize         size)
{
  guint n = 0;

  for (gsize i = 0; i < size; i++)
    n += bytes[i] == '<';

  return n <= MAX_TAGS;
}

/* Parses a property list, XML or binary, that comes from outside. Returns: (transfer full) (nullable): to be freed with plist_free (); NULL when
 * @bytes are none, or longer than HR_PLIST_MAX_BYTES, or would become deep or large without reason. */
plist_t
hr_plist_parse (const guint8 *bytes,
                gsize         size)
{
  plist_t  list = NULL;
  gboolean binary = size >= 8 && memcmp (bytes, "bplist00", 8) == 0;

  if (size == 0 || size > HR_PLIST_MAX_BYTES || !(binary ? binary_is_bounded : xml_is_bounded) (bytes, size))
    return NULL;

  if (binary)
    plist_from_bin ((const char *) bytes, (uint32_t) size, &list);
  else
    plist_from_xml ((const char *) bytes, (uint32_t) size, &list);

  return list;
}

/* The item of @dict under @key, if it is of @type. */
static plist_t
find (plist_t     dict,
      const char *key,
      plist_type  type)
{
  plist_t item = PLIST_IS_DICT (dict) ? plist_dict_get_item (dict, key) : NULL;

  return item != NULL && plist_get_node_type (item) == type ? item : NULL;
}

/* Returns: (transfer full) (nullable): the text under @key, made valid UTF-8; NULL when there is none. */
char *
hr_plist_dup_string (plist_t     dict,
                     const char *key)
{
  plist_t     item = find (dict, key, PLIST_STRING);
  uint64_t    length = 0;
  const char *text = item != NULL ? plist_get_string_ptr (item, &length) : NULL;

  return text != NULL ? g_utf8_make_valid (text, (gssize) length) : NULL;
}

/* Says the number from 0 to @max under @key. Returns FALSE, with @out as it was, when there is none. */
gboolean
hr_plist_get_uint (plist_t     dict,
                   const char *key,
                   guint64     max,
                   guint64    *out)
{
  plist_t  item = find (dict, key, PLIST_UINT);
  uint64_t number = 0;

  if (item == NULL)
    return FALSE;

  plist_get_uint_val (item, &number);
  if (number > max)
    return FALSE;
  *out = number;

  return TRUE;
}

/* Says the signed number under @key; libplist 2.2 gives negative ones as the unsigned of the same bits. Returns FALSE, with @out as it was,
 * when there is none. */
gboolean
hr_plist_get_int (plist_t     dict,
                  const char *key,
                  gint64     *out)
{
  guint64 number;

  if (!hr_plist_get_uint (dict, key, G_MAXUINT64, &number))
    return FALSE;
  *out = (gint64) number;

  return TRUE;
}

/* Says the truth value under @key. Returns FALSE, with @out as it was, when there is none. */
gboolean
hr_plist_get_bool (plist_t     dict,
                   const char *key,
                   gboolean   *out)
{
  plist_t item = find (dict, key, PLIST_BOOLEAN);
  uint8_t value = 0;

  if (item == NULL)
    return FALSE;

  plist_get_bool_val (item, &value);
  *out = value != 0;

  return TRUE;
}

/* Returns: (transfer full) (nullable): the data under @key; NULL when there are none. */
GBytes *
hr_plist_dup_data (plist_t     dict,
                   const char *key)
{
  plist_t     item = find (dict, key, PLIST_DATA);
  uint64_t    length = 0;
  const char *data = item != NULL ? plist_get_data_ptr (item, &length) : NULL;

  return data != NULL ? g_bytes_new (data, length) : NULL;
}
