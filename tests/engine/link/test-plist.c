/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/plist.h"

#include <string.h>

/* A binary list is put together object by object; offsets and references are two bytes wide. */
typedef struct
{
  GByteArray *bytes;
  GArray     *offsets;
} Maker;

static void
maker_init (Maker *self)
{
  self->bytes = g_byte_array_new ();
  self->offsets = g_array_new (FALSE, FALSE, sizeof (guint16));
  g_byte_array_append (self->bytes, (const guint8 *) "bplist00", 8);
}

static void
put_word (GByteArray *bytes,
          guint       word)
{
  guint16 swapped = GUINT16_TO_BE (word);

  g_byte_array_append (bytes, (const guint8 *) &swapped, 2);
}

static void
begin_object (Maker *self,
              guint  type,
              guint  count)
{
  guint16 offset = (guint16) self->bytes->len;
  guint8  marker = (guint8) (type << 4 | MIN (count, 15));
  guint8  word = 0x11;

  g_array_append_val (self->offsets, offset);
  g_byte_array_append (self->bytes, &marker, 1);
  if (count >= 15)
    {
      g_byte_array_append (self->bytes, &word, 1);
      put_word (self->bytes, count);
    }
}

static void
put_array (Maker *self,
           guint  count,
           guint  reference)
{
  begin_object (self, 0xa, count);
  for (guint i = 0; i < count; i++)
    put_word (self->bytes, reference);
}

/* The trailer, and what the list then gives; whatever @self holds is freed. */
static plist_t
parse (Maker *self,
       guint  root)
{
  const guint8 sizes[8] = { 0, 0, 0, 0, 0, 0, 2, 2 };
  const guint  table = self->bytes->len;
  guint64      numbers[3] = { GUINT64_TO_BE ((guint64) self->offsets->len), GUINT64_TO_BE ((guint64) root), GUINT64_TO_BE ((guint64) table) };
  plist_t      list;

  for (guint i = 0; i < self->offsets->len; i++)
    put_word (self->bytes, g_array_index (self->offsets, guint16, i));
  g_byte_array_append (self->bytes, sizes, sizeof sizes);
  g_byte_array_append (self->bytes, (const guint8 *) numbers, sizeof numbers);
  list = hr_plist_parse (self->bytes->data, self->bytes->len);
  g_byte_array_unref (self->bytes);
  g_array_unref (self->offsets);

  return list;
}

static plist_t
parse_text (const char *text)
{
  return hr_plist_parse ((const guint8 *) text, strlen (text));
}

static plist_t
new_example (void)
{
  plist_t dict = plist_new_dict ();

  plist_dict_set_item (dict, "text", plist_new_string ("Anna’s iPhone"));
  plist_dict_set_item (dict, "number", plist_new_uint (7));
  plist_dict_set_item (dict, "negative", plist_new_uint ((guint64) -250));
  plist_dict_set_item (dict, "truth", plist_new_bool (TRUE));
  plist_dict_set_item (dict, "data", plist_new_data ("\0\1\2", 3));

  return dict;
}

static void
check_example (GBytes *bytes)
{
  plist_t          dict = hr_plist_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autofree char *text = hr_plist_dup_string (dict, "text");
  g_autoptr (GBytes) data = hr_plist_dup_data (dict, "data");
  guint64  number = 0;
  gint64   negative = 0;
  gboolean truth = FALSE;

  g_assert_cmpstr (text, ==, "Anna’s iPhone");
  g_assert_true (hr_plist_get_uint (dict, "number", 7, &number));
  g_assert_cmpuint (number, ==, 7);
  g_assert_true (hr_plist_get_int (dict, "negative", &negative));
  g_assert_cmpint (negative, ==, -250);
  g_assert_true (hr_plist_get_bool (dict, "truth", &truth));
  g_assert_true (truth);
  g_assert_cmpmem (g_bytes_get_data (data, NULL), g_bytes_get_size (data), "\0\1\2", 3);
  plist_free (dict);
}

static void
test_both_formats (void)
{
  plist_t dict = new_example ();
  g_autoptr (GBytes) xml = hr_plist_to_xml (dict);
  g_autoptr (GBytes) binary = hr_plist_to_binary (dict);

  check_example (xml);
  check_example (binary);
  plist_free (dict);
}

/* What is not there, of another type or too large leaves everything as it was. */
static void
test_absent (void)
{
  plist_t  dict = new_example ();
  guint64  number = 99;
  gboolean truth = TRUE;

  g_assert_null (hr_plist_dup_string (dict, "nothing"));
  g_assert_null (hr_plist_dup_string (dict, "number"));
  g_assert_null (hr_plist_dup_string (NULL, "text"));
  g_assert_null (hr_plist_dup_data (dict, "text"));
  g_assert_false (hr_plist_get_uint (dict, "number", 6, &number));
  g_assert_false (hr_plist_get_uint (dict, "text", 6, &number));
  g_assert_false (hr_plist_get_bool (dict, "number", &truth));
  g_assert_cmpuint (number, ==, 99);
  g_assert_true (truth);
  plist_free (dict);
}

static void
test_nonsense (void)
{
  g_autofree char *large = g_strnfill (HR_PLIST_MAX_BYTES + 1, ' ');

  g_assert_null (parse_text (""));
  g_assert_null (parse_text ("<"));
  g_assert_null (parse_text ("hello"));
  g_assert_null (parse_text ("bplist00"));
  g_assert_null (parse_text ("bplist00-------------------------------------------"));
  g_assert_null (parse_text (large));
}

static plist_t
nest (guint n)
{
  g_autoptr (GString) text = g_string_new ("<plist>");

  for (guint i = 0; i < n; i++)
    g_string_append (text, "<array>");
  for (guint i = 0; i < n; i++)
    g_string_append (text, "</array>");
  g_string_append (text, "</plist>");

  return parse_text (text->str);
}

/* Seventy thousand levels would be no stack's joy. */
static void
test_deep_xml (void)
{
  plist_t flat = nest (100);

  g_assert_nonnull (flat);
  plist_free (flat);
  g_assert_null (nest (8200));
  g_assert_null (nest (69000));
}

static plist_t
chain (guint n)
{
  Maker maker;

  maker_init (&maker);
  begin_object (&maker, 0xa, 0);
  for (guint i = 1; i < n; i++)
    put_array (&maker, 1, i - 1);

  return parse (&maker, n - 1);
}

static void
test_deep_binary (void)
{
  plist_t flat = chain (60);

  g_assert_nonnull (flat);
  plist_free (flat);
  g_assert_null (chain (70));
  g_assert_null (chain (10000));
}

/* Each the value of the next, under the same key. */
static plist_t
chain_dictionaries (guint n)
{
  Maker maker;

  maker_init (&maker);
  begin_object (&maker, 0x5, 1);
  g_byte_array_append (maker.bytes, (const guint8 *) "k", 1);
  for (guint i = 1; i < n; i++)
    {
      begin_object (&maker, 0xd, 1);
      put_word (maker.bytes, 0);
      put_word (maker.bytes, i - 1);
    }

  return parse (&maker, n - 1);
}

static void
test_deep_dictionaries (void)
{
  plist_t flat = chain_dictionaries (60);

  g_assert_nonnull (flat);
  plist_free (flat);
  g_assert_null (chain_dictionaries (70));
}

/* Objects weighed one by one, each a level above the one before, are as deep together. */
static void
test_deep_in_order (void)
{
  const guint n = 400;
  Maker       maker;

  maker_init (&maker);
  begin_object (&maker, 0xa, 0);
  for (guint i = 1; i < n; i++)
    put_array (&maker, 1, i - 1);
  begin_object (&maker, 0xa, n);
  for (guint i = 0; i < n; i++)
    put_word (maker.bytes, i);
  g_assert_null (parse (&maker, n));
}

static void
test_itself (void)
{
  Maker maker;

  maker_init (&maker);
  put_array (&maker, 3, 0);
  g_assert_null (parse (&maker, 0));
}

/* Ten references to ten references, eight times over: a billion of nodes in a few hundred bytes. */
static void
test_many_references (void)
{
  Maker maker;

  maker_init (&maker);
  begin_object (&maker, 0xa, 0);
  for (guint i = 1; i <= 9; i++)
    put_array (&maker, 10, i - 1);
  g_assert_null (parse (&maker, 9));
}

/* A long text, a thousand times. */
static void
test_heavy_references (void)
{
  g_autofree guint8 *text = g_malloc0 (40000);
  Maker              maker;

  maker_init (&maker);
  begin_object (&maker, 0x4, 40000);
  g_byte_array_append (maker.bytes, text, 40000);
  put_array (&maker, 1000, 0);
  g_assert_null (parse (&maker, 1));
}

static void
test_references_beyond (void)
{
  Maker maker;

  maker_init (&maker);
  put_array (&maker, 2, 7);
  g_assert_null (parse (&maker, 0));

  /* A count that goes beyond the table. */
  maker_init (&maker);
  begin_object (&maker, 0xa, 65535);
  g_assert_null (parse (&maker, 0));
  maker_init (&maker);
  begin_object (&maker, 0xa, 0);
  g_assert_null (parse (&maker, 1));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/plist/both-formats", test_both_formats);
  g_test_add_func ("/link/plist/absent", test_absent);
  g_test_add_func ("/link/plist/nonsense", test_nonsense);
  g_test_add_func ("/link/plist/deep-xml", test_deep_xml);
  g_test_add_func ("/link/plist/deep-binary", test_deep_binary);
  g_test_add_func ("/link/plist/deep-dictionaries", test_deep_dictionaries);
  g_test_add_func ("/link/plist/deep-in-order", test_deep_in_order);
  g_test_add_func ("/link/plist/itself", test_itself);
  g_test_add_func ("/link/plist/many-references", test_many_references);
  g_test_add_func ("/link/plist/heavy-references", test_heavy_references);
  g_test_add_func ("/link/plist/references-beyond", test_references_beyond);

  return g_test_run ();
}
