/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/dtx/archive.h"

#include "engine/link/bplist.h"
#include "engine/link/dtx/instruments.h"
#include "engine/link/plist.h"
#include "tests/engine/link/dtx/value-text.h"

#include <string.h>

static HrValue *
decode (GBytes  *bytes,
        GError **error)
{
  gsize         size;
  gconstpointer at = g_bytes_get_data (bytes, &size);

  return hr_archive_decode (at, size, error);
}

static char *
decode_to_text (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrValue) value = decode (bytes, &error);

  g_assert_no_error (error);

  return value_to_text (value);
}

/* Refused by name, for a reason that holds @word. */
static void
assert_refused (GBytes     *bytes,
                const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrValue) value = decode (bytes, &error);

  g_assert_null (value);
  g_assert_error (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_PROTOCOL);
  if (strstr (error->message, word) == NULL)
    g_error ("\"%s\" does not speak of \"%s\"", error->message, word);
}

/* One of everything. */
static HrValue *
make_everything (void)
{
  HrValue *all = hr_value_new_dictionary ();
  HrValue *list = hr_value_new_array ();
  HrValue *set = hr_value_new_set ();
  HrValue *object = hr_value_new_object ("DTCPUClusterInfo");
  HrValue *rows = hr_value_new_dictionary ();

  hr_value_append (list, hr_value_new_null ());
  hr_value_append (list, hr_value_new_boolean (TRUE));
  hr_value_append (list, hr_value_new_boolean (FALSE));
  hr_value_append (list, hr_value_new_string (""));
  hr_value_append (list, hr_value_new_string ("Größe 🚀"));
  hr_value_append (set, hr_value_new_real (-0.1));
  hr_value_append (set, hr_value_new_date (625390557.25));
  hr_value_append (set, hr_value_new_data ("abc", 3));
  hr_value_set (object, "_clusterID", hr_value_new_integer (2));
  hr_value_set (object, "_inner", hr_value_new_array ());
  hr_value_insert (rows, hr_value_new_integer (612), hr_value_new_string ("Ranker"));
  hr_value_set (all, "list", list);
  hr_value_set (all, "set", set);
  hr_value_set (all, "object", object);
  hr_value_set (all, "rows", rows);

  return all;
}

#define EVERYTHING                                                                                          \
  "{'list': [nil, yes, no, '', 'Größe 🚀'], 'set': (-0.10000000000000001r, @625390557.25, <3 bytes>), " \
  "'object': DTCPUClusterInfo{'_clusterID': 2, '_inner': []}, 'rows': {612: 'Ranker'}}"

static void
test_what_is_written_reads_the_same (void)
{
  g_autoptr (HrValue) value = make_everything ();
  g_autoptr (GBytes) bytes = hr_archive_encode (value);
  g_autofree char *text = decode_to_text (bytes);

  g_assert_cmpstr (text, ==, EVERYTHING);
}

/* libplist is another implementation of the same format: it understands ours, and we what it makes of that. */
static void
test_libplist_agrees (void)
{
  g_autoptr (HrValue) value = make_everything ();
  g_autoptr (GBytes) bytes = hr_archive_encode (value);
  g_autoptr (GBytes) again = NULL;
  g_autofree char *text = NULL;
  plist_t          list = NULL;

  plist_from_bin (g_bytes_get_data (bytes, NULL), (guint32) g_bytes_get_size (bytes), &list);
  g_assert_nonnull (list);
  g_assert_cmpstr (plist_get_string_ptr (plist_dict_get_item (list, "$archiver"), NULL), ==, "NSKeyedArchiver");
  again = hr_plist_to_binary (list);
  plist_free (list);

  text = decode_to_text (again);
  g_assert_cmpstr (text, ==, EVERYTHING);
}

static void
test_integers_keep_their_sign (void)
{
  static const gint64 integers[] = { 0, 1, -1, 127, 128, 255, 256, -128, 65535, 65536, G_MAXUINT32, (gint64) G_MAXUINT32 + 1, G_MAXINT64, G_MININT64 };
  g_autoptr (HrValue) list = hr_value_new_array ();
  g_autoptr (HrValue) read = NULL;
  g_autoptr (GBytes) bytes = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (integers); i++)
    hr_value_append (list, hr_value_new_integer (integers[i]));
  hr_value_append (list, hr_value_new_unsigned (G_MAXUINT64));
  hr_value_append (list, hr_value_new_unsigned ((guint64) G_MAXINT64 + 1));
  bytes = hr_archive_encode (list);
  read = decode (bytes, NULL);

  g_assert_cmpuint (hr_value_get_n_items (read), ==, G_N_ELEMENTS (integers) + 2);
  for (guint i = 0; i < G_N_ELEMENTS (integers); i++)
    {
      g_assert_cmpint (hr_value_get_item (read, i)->type, ==, HR_VALUE_INTEGER);
      g_assert_cmpint (hr_value_get_item (read, i)->integer, ==, integers[i]);
    }
  g_assert_cmpint (hr_value_get_item (read, G_N_ELEMENTS (integers))->type, ==, HR_VALUE_UNSIGNED);
  g_assert_true (hr_value_get_item (read, G_N_ELEMENTS (integers))->number == G_MAXUINT64);
  g_assert_true (hr_value_get_item (read, G_N_ELEMENTS (integers) + 1)->number == (guint64) G_MAXINT64 + 1);
}

/* The classes that have a word of their own come as what they hold. */
static void
test_known_classes_are_plain_values (void)
{
  g_autoptr (HrValue) list = hr_value_new_array ();
  HrValue *text = hr_value_new_object ("NSMutableString");
  HrValue *data = hr_value_new_object ("NSMutableData");
  HrValue *date = hr_value_new_object ("NSDate");
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *said = NULL;

  hr_value_set (text, "NS.string", hr_value_new_string ("text"));
  hr_value_set (data, "NS.data", hr_value_new_data ("12", 2));
  hr_value_set (date, "NS.time", hr_value_new_real (3));
  hr_value_append (list, text);
  hr_value_append (list, data);
  hr_value_append (list, date);
  hr_value_append (list, hr_value_new_object ("NSNull"));
  bytes = hr_archive_encode (list);
  said = decode_to_text (bytes);

  g_assert_cmpstr (said, ==, "['text', <2 bytes>, @3, nil]");
}

/* A keyed archive by hand: $objects of whatever numbers the writer has given. */
static GBytes *
finish (HrBplistWriter *writer,
        const guint    *objects,
        guint           n_objects,
        guint           version)
{
  guint root = hr_bplist_writer_add_uid (writer, 1);
  guint top_key = hr_bplist_writer_add_text (writer, "root");
  guint keys[4] = { hr_bplist_writer_add_text (writer, "$version"), hr_bplist_writer_add_text (writer, "$archiver"),
                    hr_bplist_writer_add_text (writer, "$top"), hr_bplist_writer_add_text (writer, "$objects") };
  guint values[4] = { hr_bplist_writer_add_integer (writer, version), hr_bplist_writer_add_text (writer, "NSKeyedArchiver"),
                      hr_bplist_writer_add_dictionary (writer, &top_key, &root, 1), hr_bplist_writer_add_array (writer, objects, n_objects) };

  return hr_bplist_writer_finish (writer, hr_bplist_writer_add_dictionary (writer, keys, values, 4));
}

/* An object of the class that stands as UID 2, and whose NS.objects are @n times UID @member. */
static guint
add_list (HrBplistWriter *writer,
          guint           member,
          guint           n)
{
  guint             keys[2] = { hr_bplist_writer_add_text (writer, "$class"), hr_bplist_writer_add_text (writer, "NS.objects") };
  guint             uid = hr_bplist_writer_add_uid (writer, member);
  g_autofree guint *members = g_new (guint, n);
  guint             values[2];

  for (guint i = 0; i < n; i++)
    members[i] = uid;
  values[0] = hr_bplist_writer_add_uid (writer, 2);
  values[1] = hr_bplist_writer_add_array (writer, members, n);

  return hr_bplist_writer_add_dictionary (writer, keys, values, 2);
}

static guint
add_array_class (HrBplistWriter *writer,
                 const char     *name)
{
  guint keys[2] = { hr_bplist_writer_add_text (writer, "$classname"), hr_bplist_writer_add_text (writer, "$classes") };
  guint descent[3] = { hr_bplist_writer_add_text (writer, name), hr_bplist_writer_add_text (writer, "NSArray"), hr_bplist_writer_add_text (writer, "NSObject") };
  guint values[2] = { descent[0], hr_bplist_writer_add_array (writer, descent, 3) };

  return hr_bplist_writer_add_dictionary (writer, keys, values, 2);
}

/* Lists in lists: @n of them, each with @width times the next; the last with the UID @last. */
static GBytes *
make_nest (guint n,
           guint width,
           guint last)
{
  g_autoptr (HrBplistWriter) writer = hr_bplist_writer_new ();
  g_autoptr (GArray) objects = g_array_new (FALSE, FALSE, sizeof (guint));
  guint object = hr_bplist_writer_add_text (writer, "$null");

  g_array_append_val (objects, object);
  for (guint i = 0; i < n; i++)
    {
      /* UID 1 is the outermost, 2 the class, then the others. */
      object = add_list (writer, i + 1 < n ? i + 3 : last, width);
      g_array_append_val (objects, object);
      if (i > 0)
        continue;
      object = add_array_class (writer, "DTList");
      g_array_append_val (objects, object);
    }

  return finish (writer, (const guint *) (const void *) objects->data, objects->len, 100000);
}

static void
test_an_heir_of_a_known_class_is_read_as_that (void)
{
  g_autoptr (GBytes) bytes = make_nest (3, 2, 0);
  g_autofree char *text = decode_to_text (bytes);

  g_assert_cmpstr (text, ==, "[[[nil, nil], [nil, nil]], [[nil, nil], [nil, nil]]]");
}

static void
test_what_contains_itself_is_refused (void)
{
  g_autoptr (GBytes) direct = make_nest (1, 1, 1);
  g_autoptr (GBytes) round = make_nest (5, 2, 1);

  assert_refused (direct, "in itself");
  assert_refused (round, "in itself");
}

static void
test_depth_is_bounded (void)
{
  g_autoptr (GBytes) good = make_nest (30, 1, 0);
  g_autoptr (GBytes) deep = make_nest (5000, 1, 0);
  g_autofree char *text = decode_to_text (good);

  g_assert_cmpuint (strlen (text), >, 60);
  assert_refused (deep, "too deeply");
}

/* 25 lists of two name 2^25 values in a kilobyte. */
static void
test_what_many_refer_to_is_bounded (void)
{
  g_autoptr (GBytes) bytes = make_nest (25, 2, 0);
  g_autoptr (GBytes) wide = make_nest (2, 100000, 0);

  g_assert_cmpuint (g_bytes_get_size (bytes), <, 2000);
  assert_refused (bytes, "more memory");
  assert_refused (wide, "more memory");
}

/* A text of half a megabyte that stands in a list again and again. */
static void
test_copies_of_texts_are_bounded (void)
{
  g_autofree char *text = g_strnfill (500000, 'a');
  g_autoptr (HrBplistWriter) writer = hr_bplist_writer_new ();
  guint objects[4] = { hr_bplist_writer_add_text (writer, "$null"), add_list (writer, 3, 1000), add_array_class (writer, "NSArray"), hr_bplist_writer_add_text (writer, text) };
  g_autoptr (GBytes) bytes = finish (writer, objects, 4, 100000);

  assert_refused (bytes, "more memory");
}

static void
test_another_version_is_refused (void)
{
  g_autoptr (HrBplistWriter) writer = hr_bplist_writer_new ();
  guint objects[2] = { hr_bplist_writer_add_text (writer, "$null"), hr_bplist_writer_add_integer (writer, 1) };
  g_autoptr (GBytes) bytes = finish (writer, objects, 2, 100001);

  assert_refused (bytes, "version");
}

static void
test_a_reference_to_nothing_is_refused (void)
{
  g_autoptr (GBytes) bytes = make_nest (1, 1, 77);

  assert_refused (bytes, "not there");
}

/* A dictionary of two keys and one value. */
static void
test_keys_without_values_are_refused (void)
{
  g_autoptr (HrBplistWriter) writer = hr_bplist_writer_new ();
  guint keys[3] = { hr_bplist_writer_add_text (writer, "$class"), hr_bplist_writer_add_text (writer, "NS.keys"), hr_bplist_writer_add_text (writer, "NS.objects") };
  guint members[2] = { hr_bplist_writer_add_uid (writer, 3), hr_bplist_writer_add_uid (writer, 3) };
  guint fields[3] = { hr_bplist_writer_add_uid (writer, 2), hr_bplist_writer_add_array (writer, members, 2), hr_bplist_writer_add_array (writer, members, 1) };
  guint class_keys[2] = { hr_bplist_writer_add_text (writer, "$classname"), hr_bplist_writer_add_text (writer, "$classes") };
  guint class_name = hr_bplist_writer_add_text (writer, "NSDictionary");
  guint class_fields[2] = { class_name, hr_bplist_writer_add_array (writer, &class_name, 1) };
  guint objects[4] = { hr_bplist_writer_add_text (writer, "$null"), hr_bplist_writer_add_dictionary (writer, keys, fields, 3),
                       hr_bplist_writer_add_dictionary (writer, class_keys, class_fields, 2), hr_bplist_writer_add_text (writer, "key") };
  g_autoptr (GBytes) bytes = finish (writer, objects, 4, 100000);

  assert_refused (bytes, "more keys than values");
}

static void
test_several_roots_are_a_dictionary (void)
{
  g_autoptr (HrBplistWriter) writer = hr_bplist_writer_new ();
  guint objects[3] = { hr_bplist_writer_add_text (writer, "$null"), hr_bplist_writer_add_integer (writer, 5), hr_bplist_writer_add_text (writer, "five") };
  guint top_keys[2] = { hr_bplist_writer_add_text (writer, "$0"), hr_bplist_writer_add_text (writer, "$1") };
  guint roots[2] = { hr_bplist_writer_add_uid (writer, 1), hr_bplist_writer_add_uid (writer, 2) };
  guint keys[4] = { hr_bplist_writer_add_text (writer, "$version"), hr_bplist_writer_add_text (writer, "$archiver"),
                    hr_bplist_writer_add_text (writer, "$top"), hr_bplist_writer_add_text (writer, "$objects") };
  guint values[4] = { hr_bplist_writer_add_integer (writer, 100000), hr_bplist_writer_add_text (writer, "NSKeyedArchiver"),
                      hr_bplist_writer_add_dictionary (writer, top_keys, roots, 2), hr_bplist_writer_add_array (writer, objects, 3) };
  g_autoptr (GBytes) bytes = hr_bplist_writer_finish (writer, hr_bplist_writer_add_dictionary (writer, keys, values, 4));
  g_autofree char *text = decode_to_text (bytes);

  g_assert_cmpstr (text, ==, "{'$0': 5, '$1': 'five'}");
}

/* Whatever is missing at the end, it is refused: the trailer stands there. */
static void
test_what_is_cut_is_refused (void)
{
  g_autoptr (HrValue) value = make_everything ();
  g_autoptr (GBytes) whole = hr_archive_encode (value);

  for (gsize size = 0; size < g_bytes_get_size (whole); size++)
    {
      g_autoptr (GBytes) cut = g_bytes_new (g_bytes_get_data (whole, NULL), size);

      assert_refused (cut, "");
    }
}

/* Every byte with every bit changed: a value or a named error. */
static void
test_a_flipped_bit_is_survived (void)
{
  g_autoptr (HrValue) value = make_everything ();
  g_autoptr (GBytes) whole = hr_archive_encode (value);

  for (gsize bit = 0; bit < 8 * g_bytes_get_size (whole); bit++)
    {
      g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (whole, NULL), g_bytes_get_size (whole));
      g_autoptr (GError) error = NULL;
      g_autoptr (HrValue) read = NULL;

      bytes[bit / 8] ^= (guint8) (1u << bit % 8);
      read = hr_archive_decode (bytes, g_bytes_get_size (whole), &error);
      g_assert_true ((read == NULL) == (error != NULL));
    }
}

/* An array that says it has 2^62 members, in a list of a few bytes. */
static void
test_counts_beyond_the_bytes_are_refused (void)
{
  static const guint8 bytes[] = { 'b', 'p', 'l', 'i', 's', 't', '0', '0', 0xaf, 0x13, 0x40, 0, 0, 0, 0, 0, 0, 0,
                                  8, /* the table */
                                  0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 18 };
  guint8              lying[sizeof bytes];
  HrBplist            list;
  HrBplistObject      object;

  g_assert_true (hr_bplist_open (&list, bytes, sizeof bytes));
  g_assert_false (hr_bplist_read (&list, 0, &object));
  g_assert_false (hr_bplist_read (&list, 1, &object));

  /* More objects than the table has room for. */
  memcpy (lying, bytes, sizeof bytes);
  lying[sizeof bytes - 17] = 2;
  g_assert_false (hr_bplist_open (&list, lying, sizeof lying));
  lying[sizeof bytes - 24] = 0xff;
  g_assert_false (hr_bplist_open (&list, lying, sizeof lying));
}

static void
test_fields_have_names (void)
{
  g_autoptr (HrBplistWriter) writer = hr_bplist_writer_new ();
  guint keys[2] = { hr_bplist_writer_add_text (writer, "$class"), hr_bplist_writer_add_integer (writer, 7) };
  guint fields[2] = { hr_bplist_writer_add_uid (writer, 2), hr_bplist_writer_add_integer (writer, 8) };
  guint class_keys[2] = { hr_bplist_writer_add_text (writer, "$classname"), hr_bplist_writer_add_text (writer, "$classes") };
  guint class_name = hr_bplist_writer_add_text (writer, "DTCPUClusterInfo");
  guint class_fields[2] = { class_name, hr_bplist_writer_add_array (writer, &class_name, 1) };
  guint objects[3] = { hr_bplist_writer_add_text (writer, "$null"), hr_bplist_writer_add_dictionary (writer, keys, fields, 2),
                       hr_bplist_writer_add_dictionary (writer, class_keys, class_fields, 2) };
  g_autoptr (GBytes) bytes = finish (writer, objects, 3, 100000);

  assert_refused (bytes, "without a name");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/archive/round-trip", test_what_is_written_reads_the_same);
  g_test_add_func ("/archive/libplist", test_libplist_agrees);
  g_test_add_func ("/archive/integers", test_integers_keep_their_sign);
  g_test_add_func ("/archive/known-classes", test_known_classes_are_plain_values);
  g_test_add_func ("/archive/heirs", test_an_heir_of_a_known_class_is_read_as_that);
  g_test_add_func ("/archive/cycles", test_what_contains_itself_is_refused);
  g_test_add_func ("/archive/depth", test_depth_is_bounded);
  g_test_add_func ("/archive/sharing", test_what_many_refer_to_is_bounded);
  g_test_add_func ("/archive/copies", test_copies_of_texts_are_bounded);
  g_test_add_func ("/archive/version", test_another_version_is_refused);
  g_test_add_func ("/archive/nothing", test_a_reference_to_nothing_is_refused);
  g_test_add_func ("/archive/keys-without-values", test_keys_without_values_are_refused);
  g_test_add_func ("/archive/several-roots", test_several_roots_are_a_dictionary);
  g_test_add_func ("/archive/cut", test_what_is_cut_is_refused);
  g_test_add_func ("/archive/flipped-bit", test_a_flipped_bit_is_survived);
  g_test_add_func ("/archive/names", test_fields_have_names);
  g_test_add_func ("/archive/counts", test_counts_beyond_the_bytes_are_refused);

  return g_test_run ();
}
