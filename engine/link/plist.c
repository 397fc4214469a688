/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/plist.h"

#include "engine/link/bplist.h"

#include <stdlib.h>
#include <string.h>

/* libplist copies what a binary list refers to at every reference, descends by recursion in both formats, and has no limits of its own. So
 * whatever reaches it was weighed before: how deep it can go, and how much memory it becomes. */
#define MAX_TAGS 16384u
#define MAX_OBJECTS 65536u
#define MAX_DEPTH 64u
#define MAX_WEIGHT (32u << 20)
#define NODE_WEIGHT 128u

typedef struct
{
  guint32 weight; /* 0: not weighed yet */
  guint32 height; /* how many levels it goes down from here */
} Measure;

typedef struct
{
  HrBplist list;
  Measure *measures; /* one an object */
} Scales;

static guint32 weigh (Scales *self,
                      guint64 index,
                      guint   depth);

/* The weight of the @n objects that @object refers to, or 0. */
static guint64
weigh_references (Scales               *self,
                  const HrBplistObject *object,
                  gsize                 n,
                  guint                 depth,
                  guint32              *out_height)
{
  guint64 sum = NODE_WEIGHT;

  for (gsize i = 0; i < n && sum <= MAX_WEIGHT; i++)
    {
      guint64 index = hr_bplist_reference (&self->list, object, i);
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
weigh (Scales *self,
       guint64 index,
       guint   depth)
{
  HrBplistObject object;
  guint64        weight = NODE_WEIGHT;
  guint32        height = 0;

  if (index >= self->list.n_objects || depth + self->measures[index].height > MAX_DEPTH)
    return 0;
  if (self->measures[index].weight != 0)
    return self->measures[index].weight;
  if (!hr_bplist_read (&self->list, index, &object))
    return 0;

  if (object.type == HR_BPLIST_ARRAY)
    weight = weigh_references (self, &object, object.n, depth, &height);
  else if (object.type == HR_BPLIST_DICTIONARY)
    weight = weigh_references (self, &object, 2 * object.n, depth, &height);
  else if (object.type == HR_BPLIST_DATA || object.type == HR_BPLIST_ASCII || object.type == HR_BPLIST_UTF16)
    weight += 3 * object.n;

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
  Scales   self = { 0 };
  gboolean bounded;

  if (!hr_bplist_open (&self.list, bytes, size) || self.list.n_objects > MAX_OBJECTS)
    return FALSE;

  self.measures = g_new0 (Measure, self.list.n_objects);
  bounded = weigh (&self, self.list.root, 0) > 0;
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

/* How libplist says that its buffers are to be freed depends on the version, and every version means free (). */
static GBytes *
take (char    *bytes,
      uint32_t size)
{
  return g_bytes_new_with_free_func (bytes, size, free, bytes);
}

/* Returns: (transfer full): @list as XML. */
GBytes *
hr_plist_to_xml (plist_t list)
{
  char    *xml = NULL;
  uint32_t size = 0;

  plist_to_xml (list, &xml, &size);

  return take (xml, size);
}

/* Returns: (transfer full): @list in the binary format. */
GBytes *
hr_plist_to_binary (plist_t list)
{
  char    *binary = NULL;
  uint32_t size = 0;

  plist_to_bin (list, &binary, &size);

  return take (binary, size);
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
