/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/dtx/archive.h"

#include "engine/link/bplist.h"
#include "engine/link/dtx/instruments.h"

#include <string.h>

/* NSKeyedArchiver: a binary property list {$version 100000, $archiver "NSKeyedArchiver", $top {root: UID}, $objects}. A UID is an
 * index of $objects, whose first is "$null". An object is a plain number, text or data, or a dictionary of its fields with
 * "$class", the UID of {$classname, $classes}. Containers keep their members in the field NS.objects, keys in NS.keys. */
#define VERSION 100000
#define MAX_CLASSES 32u  /* a class and those it descends from */
#define VALUE_BYTES 128u /* what a value takes: most are smaller, a dictionary as much */

typedef struct
{
  HrBplist       list;
  HrBplistObject objects;                    /* the array $objects */
  gsize          memory;                     /* what may still be taken, in bytes; work counts as such */
  guint          depth;                      /* of the value that is made */
  guint64        path[HR_ARCHIVE_MAX_DEPTH]; /* the objects that it stands in */
  GError       **error;
} Decoder;

/* What a class's instances are made to. */
typedef enum
{
  CLASS_OTHER,
  CLASS_NULL,
  CLASS_ARRAY,
  CLASS_SET,
  CLASS_DICTIONARY,
  CLASS_STRING,
  CLASS_DATA,
  CLASS_DATE
} Class;

static const struct
{
  const char *name;
  Class       klass;
} known_classes[] = {
  { "NSDictionary", CLASS_DICTIONARY },
  { "NSMutableDictionary", CLASS_DICTIONARY },
  { "NSArray", CLASS_ARRAY },
  { "NSMutableArray", CLASS_ARRAY },
  { "NSSet", CLASS_SET },
  { "NSMutableSet", CLASS_SET },
  { "NSString", CLASS_STRING },
  { "NSMutableString", CLASS_STRING },
  { "NSData", CLASS_DATA },
  { "NSMutableData", CLASS_DATA },
  { "NSDate", CLASS_DATE },
  { "NSNull", CLASS_NULL },
};

static gboolean
fail (Decoder    *self,
      const char *what)
{
  if (self->error != NULL && *self->error == NULL)
    g_set_error (self->error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_PROTOCOL, "The phone's archive %s", what);

  return FALSE;
}

/* Takes @size bytes of what the whole archive may cost, whether as memory or as work. */
static gboolean
charge (Decoder *self,
        gsize    size)
{
  if (size > self->memory)
    return fail (self, "asks for more memory than any good one");

  self->memory -= size;

  return TRUE;
}

static gboolean
read_object (Decoder        *self,
             guint64         reference,
             HrBplistObject *out)
{
  return hr_bplist_read (&self->list, reference, out) || fail (self, "names an object that is not there");
}

/* Reads the object that @uid stands for. */
static gboolean
read_uid (Decoder        *self,
          guint64         uid,
          HrBplistObject *out)
{
  if (uid >= self->objects.n)
    return fail (self, "names an object that is not there");

  return read_object (self, hr_bplist_reference (&self->list, &self->objects, uid), out);
}

/* Finds the value under @key of a property list's dictionary: its object's number in *@out. Says nothing when there is none. */
static gboolean
find_key (Decoder              *self,
          const HrBplistObject *dictionary,
          const char           *key,
          guint64              *out)
{
  if (dictionary->n > HR_ARCHIVE_MAX_FIELDS)
    return FALSE;

  for (gsize i = 0; i < dictionary->n; i++)
    if (hr_bplist_is_text (&self->list, hr_bplist_reference (&self->list, dictionary, i), key))
      {
        *out = hr_bplist_reference (&self->list, dictionary, dictionary->n + i);
        return TRUE;
      }

  return FALSE;
}

static gboolean
read_key (Decoder              *self,
          const HrBplistObject *dictionary,
          const char           *key,
          HrBplistType          type,
          HrBplistObject       *out)
{
  guint64 reference;

  if (!find_key (self, dictionary, key, &reference) || !read_object (self, reference, out) || out->type != type)
    return fail (self, "lacks a part that every archive has");

  return TRUE;
}

static HrValue *decode_reference (Decoder *self,
                                  guint64  reference);

static Class
class_of_name (Decoder *self,
               guint64  reference)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known_classes); i++)
    if (hr_bplist_is_text (&self->list, reference, known_classes[i].name))
      return known_classes[i].klass;

  return CLASS_OTHER;
}

/* The nearest class of an object's descent that is known here, and its own name. */
static gboolean
read_class (Decoder              *self,
            const HrBplistObject *fields,
            Class                *out_class,
            char                **out_name)
{
  HrBplistObject uid, description, name, ancestors;

  *out_class = CLASS_OTHER;
  if (!read_key (self, fields, "$class", HR_BPLIST_UID, &uid) || !read_uid (self, uid.number, &description))
    return FALSE;
  if (description.type != HR_BPLIST_DICTIONARY || !read_key (self, &description, "$classes", HR_BPLIST_ARRAY, &ancestors) ||
      !read_key (self, &description, "$classname", HR_BPLIST_ASCII, &name))
    return fail (self, "has an object whose class is not told");

  for (gsize i = 0; i < MIN (ancestors.n, MAX_CLASSES) && *out_class == CLASS_OTHER; i++)
    *out_class = class_of_name (self, hr_bplist_reference (&self->list, &ancestors, i));
  if (!charge (self, name.n))
    return FALSE;
  *out_name = hr_bplist_dup_text (&name);

  return TRUE;
}

static gboolean
append_members (Decoder              *self,
                HrValue              *value,
                const HrBplistObject *members)
{
  for (gsize i = 0; i < members->n; i++)
    {
      HrValue *item = decode_reference (self, hr_bplist_reference (&self->list, members, i));

      if (item == NULL)
        return FALSE;
      hr_value_append (value, item);
    }

  return TRUE;
}

/* @keys and @items are arrays of one length, or one dictionary whose values stand behind its keys. */
static gboolean
insert_members (Decoder              *self,
                HrValue              *value,
                const HrBplistObject *keys,
                const HrBplistObject *items,
                gsize                 first_item)
{
  for (gsize i = 0; i < keys->n; i++)
    {
      HrValue *key, *item = NULL;

      if (value->type == HR_VALUE_OBJECT && hr_bplist_is_text (&self->list, hr_bplist_reference (&self->list, keys, i), "$class"))
        continue;

      key = decode_reference (self, hr_bplist_reference (&self->list, keys, i));
      if (value->type == HR_VALUE_OBJECT && hr_value_get_text (key) == NULL)
        fail (self, "has a field without a name");
      else
        item = key != NULL ? decode_reference (self, hr_bplist_reference (&self->list, items, first_item + i)) : NULL;
      if (item == NULL)
        {
          hr_value_free (key);
          return FALSE;
        }
      hr_value_insert (value, key, item);
    }

  return TRUE;
}

static HrValue *
take_if (HrValue *value,
         gboolean good)
{
  if (good)
    return value;

  hr_value_free (value);

  return NULL;
}

static HrValue *
decode_list (Decoder              *self,
             const HrBplistObject *fields,
             HrValue              *list)
{
  HrBplistObject members;

  return take_if (list, read_key (self, fields, "NS.objects", HR_BPLIST_ARRAY, &members) && append_members (self, list, &members));
}

static HrValue *
decode_dictionary (Decoder              *self,
                   const HrBplistObject *fields)
{
  HrValue       *dictionary = hr_value_new_dictionary ();
  HrBplistObject keys, items;

  if (!read_key (self, fields, "NS.keys", HR_BPLIST_ARRAY, &keys) || !read_key (self, fields, "NS.objects", HR_BPLIST_ARRAY, &items))
    return take_if (dictionary, FALSE);
  if (keys.n != items.n)
    return take_if (dictionary, fail (self, "has a dictionary of more keys than values, or fewer"));

  return take_if (dictionary, insert_members (self, dictionary, &keys, &items, 0));
}

/* An object that is one field: a text, bytes or a time. */
static HrValue *
decode_field (Decoder              *self,
              const HrBplistObject *fields,
              const char           *key,
              HrValueType           type)
{
  guint64  reference;
  HrValue *value = find_key (self, fields, key, &reference) ? decode_reference (self, reference) : NULL;

  if (value != NULL && type == HR_VALUE_DATE && value->type == HR_VALUE_REAL)
    value->type = HR_VALUE_DATE;
  if (value == NULL || value->type != type)
    fail (self, "has a text, data or a date without what is in it");

  return take_if (value, value != NULL && value->type == type);
}

static HrValue *
decode_object (Decoder              *self,
               const HrBplistObject *fields)
{
  g_autofree char *name = NULL;
  Class            klass;
  HrValue         *object;

  if (!read_class (self, fields, &klass, &name))
    return NULL;

  switch (klass)
    {
    case CLASS_NULL:
      return hr_value_new_null ();
    case CLASS_ARRAY:
      return decode_list (self, fields, hr_value_new_array ());
    case CLASS_SET:
      return decode_list (self, fields, hr_value_new_set ());
    case CLASS_DICTIONARY:
      return decode_dictionary (self, fields);
    case CLASS_STRING:
      return decode_field (self, fields, "NS.string", HR_VALUE_STRING);
    case CLASS_DATA:
      return decode_field (self, fields, "NS.data", HR_VALUE_DATA);
    case CLASS_DATE:
      return decode_field (self, fields, "NS.time", HR_VALUE_DATE);
    case CLASS_OTHER:
    default:
      object = hr_value_new_object (name);
      return take_if (object, insert_members (self, object, fields, fields, fields->n));
    }
}

static HrValue *
decode_text (Decoder              *self,
             const HrBplistObject *object)
{
  char *text;

  /* What is no ASCII, or takes two bytes a unit, becomes three bytes at most. */
  if (!charge (self, 3 * object->n))
    return NULL;

  text = hr_bplist_dup_text (object);
  if (text == NULL)
    fail (self, "has a text that is none");

  return text != NULL ? hr_value_take_string (text) : NULL;
}

/* A property list's dictionary is an object if it has a class, else a dictionary as it stands. */
static HrValue *
decode_fields (Decoder              *self,
               const HrBplistObject *fields)
{
  HrValue *dictionary;
  guint64  reference;

  if (fields->n > HR_ARCHIVE_MAX_FIELDS)
    {
      fail (self, "has an object of too many fields");
      return NULL;
    }
  /* Its fields are looked for one by one, whatever comes out. */
  if (!charge (self, fields->n * sizeof (gpointer)))
    return NULL;
  if (find_key (self, fields, "$class", &reference))
    return decode_object (self, fields);

  dictionary = hr_value_new_dictionary ();

  return take_if (dictionary, insert_members (self, dictionary, fields, fields, fields->n));
}

static HrValue *
decode_uid (Decoder *self,
            guint64  uid)
{
  if (uid >= self->objects.n)
    {
      fail (self, "names an object that is not there");
      return NULL;
    }

  /* The first object is the text "$null", and stands for nothing. */
  return uid == 0 ? hr_value_new_null () : decode_reference (self, hr_bplist_reference (&self->list, &self->objects, uid));
}

static HrValue *
decode_plain (Decoder              *self,
              const HrBplistObject *object)
{
  HrValue *array;

  switch (object->type)
    {
    case HR_BPLIST_BOOLEAN:
      return hr_value_new_boolean (object->integer != 0);
    case HR_BPLIST_INTEGER:
      return hr_value_new_integer (object->integer);
    case HR_BPLIST_UNSIGNED:
      return hr_value_new_unsigned (object->number);
    case HR_BPLIST_REAL:
      return hr_value_new_real (object->real);
    case HR_BPLIST_DATE:
      return hr_value_new_date (object->real);
    case HR_BPLIST_DATA:
      return charge (self, object->n) ? hr_value_new_data (object->at, object->n) : NULL;
    case HR_BPLIST_ASCII:
    case HR_BPLIST_UTF16:
      return decode_text (self, object);
    case HR_BPLIST_UID:
      return decode_uid (self, object->number);
    case HR_BPLIST_ARRAY:
      array = hr_value_new_array ();
      return take_if (array, append_members (self, array, object));
    case HR_BPLIST_DICTIONARY:
      return decode_fields (self, object);
    case HR_BPLIST_NULL:
    default:
      return hr_value_new_null ();
    }
}

/* Decodes the object of number @reference. Returns: (nullable): NULL with the error set. */
static HrValue *
decode_reference (Decoder *self,
                  guint64  reference)
{
  HrBplistObject object;
  HrValue       *value;

  for (guint i = 0; i < self->depth; i++)
    if (self->path[i] == reference)
      {
        fail (self, "has an object that is in itself");
        return NULL;
      }
  if (self->depth == HR_ARCHIVE_MAX_DEPTH)
    {
      fail (self, "is nested too deeply");
      return NULL;
    }
  if (!charge (self, VALUE_BYTES) || !read_object (self, reference, &object))
    return NULL;

  self->path[self->depth++] = reference;
  value = decode_plain (self, &object);
  self->depth--;

  return value;
}

/* Reads the frame that all archives share: what $top holds, in *@out_top. */
static gboolean
open_archive (Decoder        *self,
              const guint8   *bytes,
              gsize           size,
              HrBplistObject *out_top)
{
  HrBplistObject root, version;
  guint64        name;

  if (!hr_bplist_open (&self->list, bytes, size))
    return fail (self, "is no binary property list");
  if (!read_object (self, self->list.root, &root))
    return FALSE;
  if (root.type != HR_BPLIST_DICTIONARY || !find_key (self, &root, "$archiver", &name) ||
      !hr_bplist_is_text (&self->list, name, "NSKeyedArchiver"))
    return fail (self, "is another property list");

  if (!read_key (self, &root, "$version", HR_BPLIST_INTEGER, &version) || version.integer != VERSION)
    return fail (self, "is of another version");

  return read_key (self, &root, "$top", HR_BPLIST_DICTIONARY, out_top) &&
         read_key (self, &root, "$objects", HR_BPLIST_ARRAY, &self->objects);
}

/* Returns whether @bytes begin as a binary property list does. */
gboolean
hr_archive_detect (const guint8 *bytes,
                   gsize         size)
{
  return size >= 8 && memcmp (bytes, "bplist0", 7) == 0;
}

/* Decodes a keyed archive. What it holds at its top is the result, or a dictionary of that where it holds several things by name.
 * An object that several refer to becomes as many values; what that and all else may cost is bounded.
 *
 * Returns: (transfer full) (nullable): NULL with HR_INSTRUMENTS_ERROR_PROTOCOL. */
HrValue *
hr_archive_decode (const guint8 *bytes,
                   gsize         size,
                   GError      **error)
{
  g_autoptr (GError) failure = NULL;
  Decoder        decoder = { .memory = HR_ARCHIVE_MAX_MEMORY, .error = &failure };
  HrBplistObject top;
  HrValue       *value = NULL;

  if (open_archive (&decoder, bytes, size, &top))
    value = top.n == 1 ? decode_reference (&decoder, hr_bplist_reference (&decoder.list, &top, 1)) : decode_fields (&decoder, &top);

  if (value == NULL)
    g_propagate_error (error, g_steal_pointer (&failure));

  return value;
}

typedef struct
{
  HrBplistWriter *writer;
  GArray         *objects; /* the numbers of the objects in $objects */
  GHashTable     *classes; /* name -> UID */
} Encoder;

/* Gives the object of number @reference a UID. */
static guint
add_object (Encoder *self,
            guint    reference)
{
  g_array_append_val (self->objects, reference);

  return self->objects->len - 1;
}

/* Adds a property list's dictionary of @n @values, numbers of objects, under @names. */
static guint
add_fields (Encoder           *self,
            const char *const *names,
            const guint       *values,
            guint              n)
{
  g_autofree guint *keys = g_new (guint, n);

  for (guint i = 0; i < n; i++)
    keys[i] = hr_bplist_writer_add_text (self->writer, names[i]);

  return hr_bplist_writer_add_dictionary (self->writer, keys, values, n);
}

/* Returns the number of a reference to the class @name, which descends from NSObject. */
static guint
add_class (Encoder    *self,
           const char *name)
{
  static const char *const names[] = { "$classname", "$classes" };
  gpointer                 uid;

  if (!g_hash_table_lookup_extended (self->classes, name, NULL, &uid))
    {
      guint descent[2] = { hr_bplist_writer_add_text (self->writer, name), hr_bplist_writer_add_text (self->writer, "NSObject") };
      guint values[2] = { descent[0], hr_bplist_writer_add_array (self->writer, descent, 2) };

      uid = GUINT_TO_POINTER (add_object (self, add_fields (self, names, values, 2)));
      g_hash_table_insert (self->classes, g_strdup (name), uid);
    }

  return hr_bplist_writer_add_uid (self->writer, GPOINTER_TO_UINT (uid));
}

static guint encode_value (Encoder       *self,
                           const HrValue *value);

/* Adds an array of references to @values. */
static guint
add_members (Encoder   *self,
             GPtrArray *values)
{
  g_autofree guint *references = g_new (guint, values->len);

  for (guint i = 0; i < values->len; i++)
    references[i] = hr_bplist_writer_add_uid (self->writer, encode_value (self, g_ptr_array_index (values, i)));

  return hr_bplist_writer_add_array (self->writer, references, values->len);
}

static guint
encode_list (Encoder       *self,
             const HrValue *value)
{
  static const char *const names[] = { "NS.objects", "$class" };
  guint                    fields[2] = { add_members (self, value->items), add_class (self, value->type == HR_VALUE_SET ? "NSSet" : "NSArray") };

  return add_fields (self, names, fields, 2);
}

static guint
encode_dictionary (Encoder       *self,
                   const HrValue *value)
{
  static const char *const names[] = { "NS.keys", "NS.objects", "$class" };
  guint                    fields[3] = { add_members (self, value->keys), add_members (self, value->items), add_class (self, "NSDictionary") };

  return add_fields (self, names, fields, 3);
}

static guint
encode_date (Encoder       *self,
             const HrValue *value)
{
  static const char *const names[] = { "NS.time", "$class" };
  guint                    fields[2] = { hr_bplist_writer_add_real (self->writer, value->real), add_class (self, "NSDate") };

  return add_fields (self, names, fields, 2);
}

static guint
encode_object (Encoder       *self,
               const HrValue *value)
{
  guint                   n = value->items->len;
  g_autofree const char **names = g_new (const char *, n + 1);
  g_autofree guint       *fields = g_new (guint, n + 1);

  for (guint i = 0; i < n; i++)
    {
      names[i] = hr_value_get_text (g_ptr_array_index (value->keys, i));
      fields[i] = hr_bplist_writer_add_uid (self->writer, encode_value (self, g_ptr_array_index (value->items, i)));
    }
  names[n] = "$class";
  fields[n] = add_class (self, value->class_name);

  return add_fields (self, names, fields, n + 1);
}

/* Adds the object that @value is; returns its number. */
static guint
encode_plain (Encoder       *self,
              const HrValue *value)
{
  gsize         size;
  gconstpointer bytes;

  switch (value->type)
    {
    case HR_VALUE_BOOLEAN:
      return hr_bplist_writer_add_boolean (self->writer, value->integer != 0);
    case HR_VALUE_INTEGER:
      return hr_bplist_writer_add_integer (self->writer, value->integer);
    case HR_VALUE_UNSIGNED:
      return hr_bplist_writer_add_unsigned (self->writer, value->number);
    case HR_VALUE_REAL:
      return hr_bplist_writer_add_real (self->writer, value->real);
    case HR_VALUE_DATE:
      return encode_date (self, value);
    case HR_VALUE_DATA:
      bytes = g_bytes_get_data (value->data, &size);
      return hr_bplist_writer_add_data (self->writer, bytes, size);
    case HR_VALUE_ARRAY:
    case HR_VALUE_SET:
      return encode_list (self, value);
    case HR_VALUE_DICTIONARY:
      return encode_dictionary (self, value);
    case HR_VALUE_OBJECT:
      return encode_object (self, value);
    case HR_VALUE_NULL:
    case HR_VALUE_STRING:
    default:
      return hr_bplist_writer_add_text (self->writer, hr_value_get_text (value));
    }
}

/* Returns the UID of @value. */
static guint
encode_value (Encoder       *self,
              const HrValue *value)
{
  return value->type == HR_VALUE_NULL ? 0 : add_object (self, encode_plain (self, value));
}

static GBytes *
finish_archive (Encoder *self,
                guint    root_uid)
{
  static const char *const names[] = { "$version", "$archiver", "$top", "$objects" };
  static const char *const top_names[] = { "root" };
  guint                    root = hr_bplist_writer_add_uid (self->writer, root_uid);
  guint                    parts[4] = {
                       hr_bplist_writer_add_integer (self->writer, VERSION),
                       hr_bplist_writer_add_text (self->writer, "NSKeyedArchiver"),
                       add_fields (self, top_names, &root, 1),
                       hr_bplist_writer_add_array (self->writer, (const guint *) (const void *) self->objects->data, self->objects->len),
  };

  return hr_bplist_writer_finish (self->writer, add_fields (self, names, parts, 4));
}

/* Returns: (transfer full): @value as a keyed archive, whose root it is. The keys of objects are texts. */
GBytes *
hr_archive_encode (const HrValue *value)
{
  g_autoptr (HrBplistWriter) writer = hr_bplist_writer_new ();
  g_autoptr (GArray) objects = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GHashTable) classes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Encoder encoder = { writer, objects, classes };

  add_object (&encoder, hr_bplist_writer_add_text (writer, "$null"));

  return finish_archive (&encoder, encode_value (&encoder, value));
}
