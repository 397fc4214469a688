/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/bplist.h"

#include <string.h>

/* An object as it is written; how many bytes its references take is known once all objects are. */
typedef struct
{
  GByteArray *bytes;
  GArray     *references; /* guint */
} Written;

struct _HrBplistWriter
{
  GArray     *objects; /* Written */
  GHashTable *texts;   /* text -> its number: each is written once */
};

static void
written_clear (gpointer data)
{
  Written *written = data;

  g_byte_array_unref (written->bytes);
  g_array_unref (written->references);
}

/* Returns: (transfer full): a writer without objects. */
HrBplistWriter *
hr_bplist_writer_new (void)
{
  HrBplistWriter *self = g_new0 (HrBplistWriter, 1);

  self->objects = g_array_new (FALSE, FALSE, sizeof (Written));
  g_array_set_clear_func (self->objects, written_clear);
  self->texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

/* Frees @self. Accepts NULL. */
void
hr_bplist_writer_free (HrBplistWriter *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->objects);
  g_hash_table_unref (self->texts);
  g_free (self);
}

static void
put_number (GByteArray *bytes,
            guint64     number,
            guint       n)
{
  guint64 big = GUINT64_TO_BE (number);

  g_byte_array_append (bytes, (const guint8 *) &big + 8 - n, n);
}

/* The fewest bytes of 1, 2, 4 and 8 that hold @number, as a power of two. */
static guint
width_of (guint64 number)
{
  return number <= G_MAXUINT8 ? 0 : number <= G_MAXUINT16 ? 1
                                : number <= G_MAXUINT32   ? 2
                                                          : 3;
}

/* A new object that begins with @marker. */
static GByteArray *
add_object (HrBplistWriter *self,
            guint8          marker)
{
  Written written = { g_byte_array_new (), g_array_new (FALSE, FALSE, sizeof (guint)) };

  g_byte_array_append (written.bytes, &marker, 1);
  g_array_append_val (self->objects, written);

  return written.bytes;
}

/* A new object of @type that has @n pieces. */
static GByteArray *
add_pieces (HrBplistWriter *self,
            guint           type,
            gsize           n)
{
  GByteArray *bytes = add_object (self, (guint8) (type << 4 | MIN (n, 15)));

  if (n >= 15)
    {
      guint width = width_of (n);

      put_number (bytes, 0x10 | width, 1);
      put_number (bytes, n, 1u << width);
    }

  return bytes;
}

static guint
last_number (const HrBplistWriter *self)
{
  return self->objects->len - 1;
}

/* Adds yes or no. */
guint
hr_bplist_writer_add_boolean (HrBplistWriter *self,
                              gboolean        boolean)
{
  add_object (self, boolean ? 9 : 8);

  return last_number (self);
}

/* Adds an integer; one below 0 takes 8 bytes, as only those are signed. */
guint
hr_bplist_writer_add_integer (HrBplistWriter *self,
                              gint64          integer)
{
  guint width = integer < 0 ? 3 : width_of ((guint64) integer);

  put_number (add_object (self, (guint8) (0x10 | width)), (guint64) integer, 1u << width);

  return last_number (self);
}

/* Adds an integer above G_MAXINT64, in 16 bytes. */
guint
hr_bplist_writer_add_unsigned (HrBplistWriter *self,
                               guint64         number)
{
  GByteArray *bytes = add_object (self, 0x14);

  put_number (bytes, 0, 8);
  put_number (bytes, number, 8);

  return last_number (self);
}

/* Adds a number with a fraction. */
guint
hr_bplist_writer_add_real (HrBplistWriter *self,
                           double          real)
{
  guint64 bits;

  memcpy (&bits, &real, sizeof bits);
  put_number (add_object (self, 0x23), bits, 8);

  return last_number (self);
}

/* Adds a text of valid UTF-8, or finds the one that says the same. */
guint
hr_bplist_writer_add_text (HrBplistWriter *self,
                           const char     *text)
{
  gpointer known;

  if (g_hash_table_lookup_extended (self->texts, text, NULL, &known))
    return GPOINTER_TO_UINT (known);

  if (g_str_is_ascii (text))
    {
      gsize n = strlen (text);

      g_byte_array_append (add_pieces (self, 5, n), (const guint8 *) text, (guint) n);
    }
  else
    {
      glong                 n = 0;
      g_autofree gunichar2 *units = g_utf8_to_utf16 (text, -1, NULL, &n, NULL);
      GByteArray           *bytes = add_pieces (self, 6, (gsize) n);

      for (glong i = 0; i < n; i++)
        put_number (bytes, units[i], 2);
    }
  g_hash_table_insert (self->texts, g_strdup (text), GUINT_TO_POINTER (last_number (self)));

  return last_number (self);
}

/* Adds bytes. */
guint
hr_bplist_writer_add_data (HrBplistWriter *self,
                           gconstpointer   bytes,
                           gsize           size)
{
  g_byte_array_append (add_pieces (self, 4, size), bytes, (guint) size);

  return last_number (self);
}

/* Adds what an archive refers to its object @uid with. */
guint
hr_bplist_writer_add_uid (HrBplistWriter *self,
                          guint           uid)
{
  guint n = 1u << width_of (uid);

  put_number (add_object (self, (guint8) (0x80 | (n - 1))), uid, n);

  return last_number (self);
}

/* Adds an array of objects that were added before. */
guint
hr_bplist_writer_add_array (HrBplistWriter *self,
                            const guint    *references,
                            guint           n)
{
  add_pieces (self, 0xa, n);
  g_array_append_vals (g_array_index (self->objects, Written, last_number (self)).references, references, n);

  return last_number (self);
}

/* Adds a dictionary of objects that were added before. */
guint
hr_bplist_writer_add_dictionary (HrBplistWriter *self,
                                 const guint    *keys,
                                 const guint    *values,
                                 guint           n)
{
  GArray *references;

  add_pieces (self, 0xd, n);
  references = g_array_index (self->objects, Written, last_number (self)).references;
  g_array_append_vals (references, keys, n);
  g_array_append_vals (references, values, n);

  return last_number (self);
}

static void
put_trailer (GByteArray *out,
             guint       offset_bytes,
             guint       reference_bytes,
             guint64     n_objects,
             guint       root,
             guint64     table)
{
  put_number (out, 0, 6);
  put_number (out, offset_bytes, 1);
  put_number (out, reference_bytes, 1);
  put_number (out, n_objects, 8);
  put_number (out, root, 8);
  put_number (out, table, 8);
}

/* Returns: (transfer full): the whole list, whose root is the object of number @root. */
GBytes *
hr_bplist_writer_finish (HrBplistWriter *self,
                         guint           root)
{
  guint       reference_bytes = 1u << width_of (self->objects->len);
  GByteArray *out = g_byte_array_new ();
  g_autoptr (GArray) offsets = g_array_new (FALSE, FALSE, sizeof (guint));
  guint table, offset_bytes;

  g_byte_array_append (out, (const guint8 *) "bplist00", 8);
  for (guint i = 0; i < self->objects->len; i++)
    {
      const Written *written = &g_array_index (self->objects, Written, i);

      g_array_append_val (offsets, out->len);
      g_byte_array_append (out, written->bytes->data, written->bytes->len);
      for (guint k = 0; k < written->references->len; k++)
        put_number (out, g_array_index (written->references, guint, k), reference_bytes);
    }

  table = out->len;
  offset_bytes = 1u << width_of (table);
  for (guint i = 0; i < offsets->len; i++)
    put_number (out, g_array_index (offsets, guint, i), offset_bytes);
  put_trailer (out, offset_bytes, reference_bytes, offsets->len, root, table);

  return g_byte_array_free_to_bytes (out);
}
