/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/thompson/arms-file.h"

#include "engine/thompson/random.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define SOURCES 3
#define CATEGORIES 2
#define N_ARMS (SOURCES * CATEGORIES)
#define PACKED (36 + 16 * N_ARMS + 4)

typedef struct
{
  HrArm   storage[N_ARMS];
  HrArms  arms;
  uint8_t packed[PACKED];
  HrArm   other_storage[N_ARMS];
  HrArms  other; /* has learnt something else */
  char   *folder;
  char   *path;
} Fixture;

/* Parameters with every bit in use. */
static void
learn (HrArms  *arms,
       uint64_t seed)
{
  HrRandom random;

  hr_random_seed (&random, seed, 0);
  for (int i = 0; i < 100; i++)
    hr_arms_update (arms, hr_random_below (&random, arms->n_sources), hr_random_below (&random, arms->n_categories),
                    i % 2 == 0, hr_random_uniform (&random));
  hr_arms_decay (arms, 0.9);
}

static void
set_up (Fixture      *self,
        gconstpointer data)
{
  hr_arms_init (&self->arms, self->storage, N_ARMS, SOURCES, CATEGORIES, (HrArm){ 0.1, 7 });
  learn (&self->arms, 1);
  hr_arms_init (&self->other, self->other_storage, N_ARMS, SOURCES, CATEGORIES, (HrArm){ 1, 1 });
  learn (&self->other, 2);
  g_assert_cmpuint (hr_arms_packed_size (&self->arms), ==, PACKED);
  hr_arms_pack (&self->arms, self->packed);
  self->folder = g_dir_make_tmp ("arms-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "arms", NULL);
}

static void
tear_down (Fixture      *self,
           gconstpointer data)
{
  g_unlink (self->path);
  /* Fails where anything else was left behind. */
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->path);
  g_free (self->folder);
}

/* Puts the right checksum behind what a test changed: bit by bit, not as the engine does. */
static void
seal (uint8_t *packed,
      gsize    size)
{
  uint32_t crc = 0xffffffffu;

  for (gsize i = 0; i < size - 4; i++)
    {
      crc ^= packed[i];
      for (int bit = 0; bit < 8; bit++)
        crc = crc & 1 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
    }
  for (int i = 0; i < 4; i++)
    packed[size - 4 + i] = (uint8_t) (~crc >> 8 * i);
}

static void
assert_refused (Fixture       *self,
                const uint8_t *packed,
                gsize          size,
                HrJobStatus    expected)
{
  HrArm  before[N_ARMS];
  HrArms arms = self->other;

  memcpy (before, self->other_storage, sizeof before);
  g_assert_cmpint (hr_arms_unpack (&self->other, packed, size), ==, expected);
  g_assert_cmpmem (self->other_storage, sizeof before, before, sizeof before);
  g_assert_cmpmem (&self->other, sizeof arms, &arms, sizeof arms);
}

static void
test_the_round_trip_keeps_every_bit (Fixture      *self,
                                     gconstpointer data)
{
  uint8_t again[PACKED];

  g_assert_cmpint (hr_arms_unpack (&self->other, self->packed, PACKED), ==, HR_JOB_OK);
  g_assert_cmpmem (self->other_storage, sizeof self->storage, self->storage, sizeof self->storage);
  g_assert_cmpmem (&self->other.prior, sizeof (HrArm), &self->arms.prior, sizeof (HrArm));
  hr_arms_pack (&self->other, again);
  g_assert_cmpmem (again, PACKED, self->packed, PACKED);
}

/* Held against bytes written down by hand: files are read by versions to come. */
static void
test_the_format_is_the_specified_one (void)
{
  static const uint8_t expected[] = {
    0x89, 'H', 'R', 'A', 'R', 'M', 'S', 0x0a, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, /* clang-format keeps rows by what they are */
    0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0x40,                      /* 1 and 2 */
    0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0x40,                      /* 1.5 and 2 */
  };
  uint8_t packed[sizeof expected + 4], sealed[sizeof packed];
  HrArm   storage[1];
  HrArms  arms;

  hr_arms_init (&arms, storage, 1, 1, 1, (HrArm){ 1, 2 });
  hr_arms_update (&arms, 0, 0, true, 0.5);
  g_assert_cmpuint (hr_arms_packed_size (&arms), ==, sizeof packed);
  hr_arms_pack (&arms, packed);
  memcpy (sealed, expected, sizeof expected);
  seal (sealed, sizeof sealed);
  g_assert_cmpmem (packed, sizeof packed, sealed, sizeof sealed);
}

static void
test_every_changed_bit_is_noticed (Fixture      *self,
                                   gconstpointer data)
{
  for (gsize bit = 0; bit < PACKED * 8; bit++)
    {
      self->packed[bit / 8] ^= (uint8_t) (1 << bit % 8);
      g_assert_cmpint (hr_arms_unpack (&self->other, self->packed, PACKED), !=, HR_JOB_OK);
      self->packed[bit / 8] ^= (uint8_t) (1 << bit % 8);
    }
  assert_refused (self, self->packed, 0, HR_JOB_NOT_ARMS);
  for (gsize size = 8; size < PACKED; size++)
    assert_refused (self, self->packed, size, HR_JOB_BAD_SIZE);
}

static void
assert_byte_refused (Fixture    *self,
                     gsize       offset,
                     uint8_t     value,
                     HrJobStatus expected)
{
  uint8_t packed[PACKED];

  memcpy (packed, self->packed, PACKED);
  packed[offset] = value;
  seal (packed, PACKED);
  assert_refused (self, packed, PACKED, expected);
}

static void
test_each_rule_has_its_error (Fixture      *self,
                              gconstpointer data)
{
  uint8_t longer[PACKED + 16 * CATEGORIES] = { 0 };
  uint8_t packed[PACKED];

  memcpy (longer, self->packed, PACKED);
  for (gsize more = 1; more <= 16; more++)
    {
      memcpy (longer, self->packed, PACKED);
      seal (longer, PACKED + more);
      assert_refused (self, longer, PACKED + more, HR_JOB_BAD_SIZE);
    }

  assert_byte_refused (self, 7, 0x0d, HR_JOB_NOT_ARMS);
  assert_byte_refused (self, 8, 2, HR_JOB_BAD_VERSION);
  assert_byte_refused (self, 12, 4, HR_JOB_BAD_SIZE);
  assert_byte_refused (self, 15, 0x80, HR_JOB_BAD_SIZE);
  assert_byte_refused (self, 12, 0, HR_JOB_BAD_SIZE);

  memcpy (packed, self->packed, PACKED);
  packed[PACKED - 1] ^= 1;
  assert_refused (self, packed, PACKED, HR_JOB_BAD_CHECKSUM);

  /* As many arms, but of two sources and three categories; then fewer, and more. */
  memcpy (packed, self->packed, PACKED);
  packed[12] = CATEGORIES;
  packed[16] = SOURCES;
  seal (packed, PACKED);
  assert_refused (self, packed, PACKED, HR_JOB_OTHER_ARMS);
  memcpy (longer, self->packed, PACKED);
  longer[12] = SOURCES - 1;
  seal (longer, PACKED - 16 * CATEGORIES);
  assert_refused (self, longer, PACKED - 16 * CATEGORIES, HR_JOB_OTHER_ARMS);
  longer[12] = SOURCES + 1;
  seal (longer, PACKED + 16 * CATEGORIES);
  assert_refused (self, longer, PACKED + 16 * CATEGORIES, HR_JOB_OTHER_ARMS);
}

static void
put_double (uint8_t *packed,
            double   value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  bits = GUINT64_TO_LE (bits);
  memcpy (packed, &bits, sizeof bits);
}

static void
test_parameters_keep_their_limits (Fixture      *self,
                                   gconstpointer data)
{
  static const double wrong[] = { 0, -1, 1e-10, 1.1e18, 5e-324, (double) NAN, (double) INFINITY, -(double) INFINITY };

  for (gsize place = 20; place < PACKED - 4; place += 8)
    for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
      {
        uint8_t packed[PACKED];

        memcpy (packed, self->packed, PACKED);
        put_double (packed + place, wrong[i]);
        seal (packed, PACKED);
        assert_refused (self, packed, PACKED, place < 36 ? HR_JOB_BAD_PRIOR : HR_JOB_BAD_POSTERIOR);
      }

  /* What is learnt only adds to the prior. */
  put_double (self->packed + 36, 0.05);
  seal (self->packed, PACKED);
  assert_refused (self, self->packed, PACKED, HR_JOB_BAD_POSTERIOR);
}

static void
test_a_parameter_grows_no_further_than_a_file_takes (Fixture      *self,
                                                     gconstpointer data)
{
  self->storage[0] = (HrArm){ HR_ARM_MOST, HR_ARM_MOST };
  hr_arms_update (&self->arms, 0, 0, true, HR_ARM_LIMIT);
  hr_arms_update (&self->arms, 0, 0, false, HR_ARM_LIMIT);
  hr_arms_pack (&self->arms, self->packed);
  g_assert_cmpint (hr_arms_unpack (&self->other, self->packed, PACKED), ==, HR_JOB_OK);
  g_assert_cmpfloat (self->other_storage[0].alpha, ==, HR_ARM_MOST);
}

static void
test_files_come_back_and_are_replaced (Fixture      *self,
                                       gconstpointer data)
{
  GStatBuf info;

  g_assert_cmpint (hr_arms_save (&self->other, self->path), ==, HR_JOB_OK);
  g_assert_cmpint (hr_arms_save (&self->arms, self->path), ==, HR_JOB_OK);
  g_assert_cmpint (g_stat (self->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (hr_arms_load (&self->other, self->path), ==, HR_JOB_OK);
  g_assert_cmpmem (self->other_storage, sizeof self->storage, self->storage, sizeof self->storage);
}

static void
test_files_that_cannot_be_used (Fixture      *self,
                                gconstpointer data)
{
  g_autofree char *elsewhere = g_build_filename (self->folder, "nowhere", "arms", NULL);

  g_assert_cmpint (hr_arms_load (&self->other, self->path), ==, HR_JOB_FILE_FAILED);
  g_assert_cmpint (errno, ==, ENOENT);
  g_assert_cmpint (hr_arms_save (&self->arms, elsewhere), ==, HR_JOB_FILE_FAILED);
  g_assert_cmpint (errno, ==, ENOENT);
  /* A folder is not replaced, and nothing is left beside it. */
  g_assert_cmpint (g_mkdir (self->path, 0700), ==, 0);
  g_assert_cmpint (hr_arms_save (&self->arms, self->path), ==, HR_JOB_FILE_FAILED);
  g_assert_cmpint (hr_arms_load (&self->other, self->path), ==, HR_JOB_NOT_ARMS);
  g_assert_cmpint (g_rmdir (self->path), ==, 0);

  g_assert_true (g_file_set_contents (self->path, "", 0, NULL));
  g_assert_cmpint (hr_arms_load (&self->other, self->path), ==, HR_JOB_NOT_ARMS);
  g_assert_cmpint (truncate (self->path, HR_ARMS_FILE_MOST + 1), ==, 0);
  g_assert_cmpint (hr_arms_load (&self->other, self->path), ==, HR_JOB_BAD_SIZE);
  g_assert_cmpint (g_unlink (self->path), ==, 0);
  g_assert_cmpint (mkfifo (self->path, 0600), ==, 0);
  g_assert_cmpint (hr_arms_load (&self->other, self->path), ==, HR_JOB_NOT_ARMS);
}

static void
test_ten_thousand_arms_come_back (Fixture      *self,
                                  gconstpointer data)
{
  static HrArm storage[10000], other_storage[10000];
  HrArms       arms, other;

  hr_arms_init (&arms, storage, 10000, 1000, 10, (HrArm){ 1, 1 });
  hr_arms_init (&other, other_storage, 10000, 1000, 10, (HrArm){ 2, 2 });
  for (guint i = 0; i < 10000; i++)
    hr_arms_update (&arms, i / 10, i % 10, i % 2 == 0, 1 + i / 3.0);
  g_assert_cmpint (hr_arms_save (&arms, self->path), ==, HR_JOB_OK);
  g_assert_cmpint (hr_arms_load (&other, self->path), ==, HR_JOB_OK);
  g_assert_cmpmem (other_storage, sizeof other_storage, storage, sizeof storage);
}

#define add(path, function) g_test_add ("/thompson/arms-file/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/thompson/arms-file/format", test_the_format_is_the_specified_one);
  add ("round-trip", test_the_round_trip_keeps_every_bit);
  add ("bits", test_every_changed_bit_is_noticed);
  add ("rules", test_each_rule_has_its_error);
  add ("limits", test_parameters_keep_their_limits);
  add ("most", test_a_parameter_grows_no_further_than_a_file_takes);
  add ("files", test_files_come_back_and_are_replaced);
  add ("unusable", test_files_that_cannot_be_used);
  add ("ten-thousand", test_ten_thousand_arms_come_back);

  return g_test_run ();
}
