/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Hostile streams by the fuzz target: every cut and every flipped bit of good frames, random mutations, and
 * the corpus. Run with --write-corpus FOLDER to make the corpus anew. */

#include "tests/engine/wire/frames.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define N_MUTATIONS 20000

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

static const char *const names[] = { "hello", "snapshot", "totals", "goodbye", "control", "resume", "ping", "pong",
                                     "access", "search", "found", "watch", "refusal", "query", "records" };

static GByteArray *
good_stream (gsize kind)
{
  GByteArray *out = g_byte_array_new ();
  GoodFrame   good;
  size_t      size;
  uint8_t    *packed;

  good_frame_init (&good, (Headroom__Frame__BodyCase) (HEADROOM__FRAME__BODY_HELLO + (int) kind));
  packed = hr_wire_pack (&good.frame, &size);
  g_byte_array_append (out, packed, (guint) size);
  free (packed);

  return out;
}

static void
test_every_cut_and_bit (void)
{
  for (gsize kind = 0; kind < G_N_ELEMENTS (names); kind++)
    {
      g_autoptr (GByteArray) stream = good_stream (kind);

      for (guint i = 0; i < stream->len; i++)
        {
          LLVMFuzzerTestOneInput (stream->data, i);
          for (guint bit = 0; bit < 8; bit++)
            {
              stream->data[i] ^= (guint8) (1 << bit);
              LLVMFuzzerTestOneInput (stream->data, stream->len);
              stream->data[i] ^= (guint8) (1 << bit);
            }
        }
    }
}

/* Overwrites, removes or doubles a few bytes. */
static void
mutate (GRand      *random,
        GByteArray *stream)
{
  for (gint32 n = g_rand_int_range (random, 1, 6); n > 0 && stream->len > 0; n--)
    {
      guint at = (guint) g_rand_int_range (random, 0, (gint32) stream->len);
      guint length = (guint) g_rand_int_range (random, 1, 9);

      length = MIN (length, stream->len - at);
      switch (g_rand_int_range (random, 0, 3))
        {
        case 0:
          stream->data[at] = (guint8) g_rand_int (random);
          break;
        case 1:
          g_byte_array_remove_range (stream, at, length);
          break;
        default:
          {
            g_autofree guint8 *piece = g_memdup2 (stream->data + at, length);

            g_byte_array_append (stream, piece, length);
            break;
          }
        }
    }
}

static void
test_random_mutations (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20260101);

  for (guint i = 0; i < N_MUTATIONS; i++)
    {
      g_autoptr (GByteArray) stream = good_stream (i % G_N_ELEMENTS (names));
      g_autoptr (GByteArray) more = good_stream ((gsize) g_rand_int_range (random, 0, G_N_ELEMENTS (names)));

      g_byte_array_append (stream, more->data, more->len);
      mutate (random, stream);
      LLVMFuzzerTestOneInput (stream->data, stream->len);
    }
}

static void
test_corpus (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "fuzz", "corpus", "wire", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint       n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *content = NULL;
      gsize            size;

      g_assert_true (g_file_get_contents (path, &content, &size, NULL));
      LLVMFuzzerTestOneInput ((const uint8_t *) content, size);
      n++;
    }
  g_assert_cmpuint (n, >=, G_N_ELEMENTS (names));
}

static void
write_file (const char   *folder,
            const char   *name,
            gconstpointer content,
            gsize         size)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (!g_file_set_contents (path, content, (gssize) size, NULL))
    g_error ("Cannot write %s", path);
}

static int
write_corpus (const char *folder)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();

  for (gsize kind = 0; kind < G_N_ELEMENTS (names); kind++)
    {
      g_autoptr (GByteArray) stream = good_stream (kind);

      write_file (folder, names[kind], stream->data, stream->len);
      g_byte_array_append (all, stream->data, stream->len);
    }
  write_file (folder, "all", all->data, all->len);
  write_file (folder, "cut", all->data, all->len / 2);
  write_file (folder, "empty-frame", "\0\0\0\0", 4);
  write_file (folder, "large-frame", "\1\0\20\0", 4);
  write_file (folder, "unknown-body", "\3\0\0\0\xe2\x03\0", 7);
  write_file (folder, "body-twice", "\x8\0\0\0\x3a\2\x8\x63\x3a\2\x8\x63", 12);

  return 0;
}

int
main (int   argc,
      char *argv[])
{
  if (argc == 3 && g_str_equal (argv[1], "--write-corpus"))
    return write_corpus (argv[2]);

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/hostile/cuts-and-bits", test_every_cut_and_bit);
  g_test_add_func ("/wire/hostile/mutations", test_random_mutations);
  g_test_add_func ("/wire/hostile/corpus", test_corpus);

  return g_test_run ();
}
