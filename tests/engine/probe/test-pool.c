/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The block pool: every block usable, misuse told, events at their levels. What threads do to each other stands in
 * test-pool-threads.c. */

#include "tests/engine/probe/pool-fixture.h"

static void
test_every_block_is_usable (void)
{
  HrPool           *pool = new_pool (HR_POOL_BLOCKS, HR_POOL_BLOCK_BYTES);
  g_autofree void **blocks = g_new (void *, HR_POOL_BLOCKS + 1);
  HrPoolHealth      health;

  g_assert_cmpuint (exhaust (pool, blocks), ==, HR_POOL_BLOCKS);
  assert_apart (blocks, HR_POOL_BLOCKS, HR_POOL_BLOCK_BYTES);
  for (guint i = 0; i < HR_POOL_BLOCKS; i++)
    memset (blocks[i], (int) (i % 251), HR_POOL_BLOCK_BYTES);
  for (guint i = 0; i < HR_POOL_BLOCKS; i++)
    for (guint j = 0; j < HR_POOL_BLOCK_BYTES; j++)
      if (((const guint8 *) blocks[i])[j] != i % 251)
        g_error ("block %u has lost byte %u", i, j);

  health = hr_pool_health (pool);
  g_assert_cmpuint (health.capacity, ==, HR_POOL_BLOCKS);
  g_assert_cmpuint (health.block_bytes, ==, HR_POOL_BLOCK_BYTES);
  g_assert_cmpuint (health.used, ==, HR_POOL_BLOCKS);
  g_assert_cmpuint (health.failures, ==, 1);

  free_all (pool, blocks, HR_POOL_BLOCKS);
  g_assert_cmpuint (exhaust (pool, blocks), ==, HR_POOL_BLOCKS);
  hr_pool_destroy (pool);
}

static void
test_sizes_have_limits (void)
{
  static const struct
  {
    uint32_t n_blocks, block_bytes;
  } refused[] = { { 0, 1024 }, { 10, 0 }, { HR_POOL_MAX_BLOCKS + 1, 64 }, { 1, HR_POOL_MAX_BLOCK_BYTES + 1 }, { UINT32_MAX, UINT32_MAX } },
    taken[] = { { 1, 1 }, { 1, HR_POOL_MAX_BLOCK_BYTES }, { 63, 64 }, { 64, 65 }, { 65, 3000 }, { 1000, 8128 }, { 1537, 100 } };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      errno = 0;
      g_assert_null (hr_pool_new (refused[i].n_blocks, refused[i].block_bytes));
      g_assert_cmpint (errno, ==, EINVAL);
    }

  for (guint i = 0; i < G_N_ELEMENTS (taken); i++)
    {
      HrPool           *pool = new_pool (taken[i].n_blocks, taken[i].block_bytes);
      g_autofree void **blocks = g_new (void *, taken[i].n_blocks);

      g_assert_cmpuint (exhaust (pool, blocks), ==, taken[i].n_blocks);
      assert_apart (blocks, taken[i].n_blocks, taken[i].block_bytes);
      for (guint j = 0; j < taken[i].n_blocks; j++)
        memset (blocks[j], 0xff, taken[i].block_bytes);
      free_all (pool, blocks, taken[i].n_blocks);
      g_assert_cmpuint (hr_pool_health (pool).used, ==, 0);
      hr_pool_destroy (pool);
    }
}

static void
test_a_double_free_is_told (void)
{
  HrPool *pool = new_pool (100, 1024);
  char   *block = hr_pool_allocate (pool);
  void   *blocks[101];

  g_assert_cmpuint (hr_pool_free (pool, block), ==, HR_POOL_OK);
  g_assert_cmpuint (hr_pool_free (pool, block), ==, HR_POOL_DOUBLE_FREE);
  /* Nobody had the block beside it yet. */
  g_assert_cmpuint (hr_pool_free (pool, block + 1024), ==, HR_POOL_DOUBLE_FREE);
  g_assert_cmpuint (hr_pool_health (pool).double_frees, ==, 2);
  g_assert_cmpuint (hr_pool_health (pool).used, ==, 0);

  g_assert_cmpuint (exhaust (pool, blocks), ==, 100);
  assert_apart (blocks, 100, 1024);
  hr_pool_destroy (pool);
}

/* Offsets of every kind around and inside the blocks; strides that are no power of two divide otherwise. */
static void
assert_foreign_pointers_are_told (uint32_t block_bytes)
{
  const guint n_blocks = 100;
  HrPool     *pool = new_pool (n_blocks, block_bytes);
  HrPool     *other = new_pool (n_blocks, block_bytes);
  void       *blocks[101];
  void       *foreign = hr_pool_allocate (other);
  gsize       stride;
  char       *first;
  guint64     n_foreign = 0;

  g_assert_cmpuint (exhaust (pool, blocks), ==, n_blocks);
  assert_apart (blocks, n_blocks, block_bytes);
  first = blocks[0];
  stride = (gsize) ((char *) blocks[1] - first);

  for (gsize offset = 1; offset < n_blocks * stride; offset += offset % stride == stride - 1 ? 2 : 1)
    {
      g_assert_cmpuint (hr_pool_free (pool, first + offset), ==, HR_POOL_FOREIGN);
      n_foreign++;
    }
  for (gsize i = 0; i < 10000; i++)
    {
      g_assert_cmpuint (hr_pool_free (pool, (void *) ((uintptr_t) first + (n_blocks + i) * stride)), ==, HR_POOL_FOREIGN);
      g_assert_cmpuint (hr_pool_free (pool, (void *) ((uintptr_t) first - (i + 1) * stride)), ==, HR_POOL_FOREIGN);
      n_foreign += 2;
    }
  g_assert_cmpuint (hr_pool_free (pool, foreign), ==, HR_POOL_FOREIGN);
  g_assert_cmpuint (hr_pool_free (pool, &n_foreign), ==, HR_POOL_FOREIGN);
  g_assert_cmpuint (hr_pool_free (pool, NULL), ==, HR_POOL_OK);

  g_assert_cmpuint (hr_pool_health (pool).foreign_frees, ==, n_foreign + 2);
  g_assert_cmpuint (hr_pool_health (pool).double_frees, ==, 0);
  g_assert_cmpuint (hr_pool_health (pool).used, ==, n_blocks);
  g_assert_cmpuint (hr_pool_health (other).used, ==, 1);
  free_all (pool, blocks, n_blocks);

  hr_pool_destroy (other);
  hr_pool_destroy (pool);
}

static void
test_foreign_pointers_are_told (void)
{
  assert_foreign_pointers_are_told (64);
  assert_foreign_pointers_are_told (1024);
  assert_foreign_pointers_are_told (3000);
}

static void
set_level (HrPool *pool,
           void  **blocks,
           guint  *level,
           guint   wanted)
{
  for (; *level < wanted; (*level)++)
    blocks[*level] = hr_pool_allocate (pool);
  for (; *level > wanted; (*level)--)
    g_assert_cmpuint (hr_pool_free (pool, blocks[*level - 1]), ==, HR_POOL_OK);
}

/* Moves the level where the steps say, and sees how many events there were by then. */
static void
test_events_come_at_their_levels (void)
{
  static const struct
  {
    guint level, n_high, n_full;
  } steps[] = {
    { 9215, 0, 0 },
    { 9216, 1, 0 },
    { 8704, 1, 0 }, /* 85 %: not below */
    { 10239, 1, 0 },
    { 10240, 1, 1 },
    { 9728, 1, 1 }, /* 95 %: not below */
    { 10240, 1, 1 },
    { 9727, 1, 1 },
    { 10240, 1, 2 },
    { 8703, 1, 2 },
    { 9215, 1, 2 },
    { 9216, 2, 2 },
    { 10240, 2, 3 },
    { 0, 2, 3 },
    { 10240, 3, 4 },
  };
  HrPool           *pool = new_pool (HR_POOL_BLOCKS, HR_POOL_BLOCK_BYTES);
  g_autofree void **blocks = g_new (void *, HR_POOL_BLOCKS);
  Told              told = { 0 };
  guint             level = 0, peak = 0;

  hr_pool_on_event (pool, event_cb, &told);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      set_level (pool, blocks, &level, steps[i].level);
      peak = MAX (peak, level);
      g_assert_cmpuint (told.n_high, ==, steps[i].n_high);
      g_assert_cmpuint (told.n_full, ==, steps[i].n_full);
      g_assert_cmpuint (hr_pool_health (pool).used, ==, level);
      g_assert_cmpuint (hr_pool_health (pool).peak, ==, peak);
    }
  g_assert_cmpuint (told.used[HR_POOL_EVENT_HIGH], ==, 9216);
  g_assert_cmpuint (told.used[HR_POOL_EVENT_FULL], ==, 10240);

  hr_pool_destroy (pool);
}

static void
test_one_block_raises_both_events (void)
{
  HrPool *pool = new_pool (1, 64);
  Told    told = { 0 };

  hr_pool_on_event (pool, event_cb, &told);
  for (guint i = 1; i <= 3; i++)
    {
      void *block = hr_pool_allocate (pool);

      g_assert_null (hr_pool_allocate (pool));
      g_assert_cmpuint (told.n_high, ==, i);
      g_assert_cmpuint (told.n_full, ==, i);
      g_assert_cmpuint (hr_pool_free (pool, block), ==, HR_POOL_OK);
    }
  hr_pool_destroy (pool);
}

/* Gives back what it can, as a program would that is told. */
static void
free_some_cb (HrPool     *pool,
              HrPoolEvent event,
              void       *user_data)
{
  void **blocks = user_data;

  if (event == HR_POOL_EVENT_HIGH)
    free_all (pool, blocks, 2);
  else
    g_assert_null (hr_pool_allocate (pool));
}

static void
test_a_callback_may_use_the_pool (void)
{
  HrPool *pool = new_pool (100, 64);
  void   *blocks[102];

  hr_pool_on_event (pool, free_some_cb, blocks);
  for (guint i = 0; i < 102; i++)
    {
      blocks[i] = hr_pool_allocate (pool);
      g_assert_nonnull (blocks[i]);
    }

  g_assert_cmpuint (hr_pool_health (pool).used, ==, 100);
  g_assert_cmpuint (hr_pool_health (pool).failures, ==, 1);
  free_all (pool, blocks + 2, 100);
  hr_pool_destroy (pool);
}

static void
test_a_forked_child_has_a_pool_of_its_own (void)
{
  HrPool *pool = new_pool (100, sizeof (Stamp));
  void   *block = hr_pool_allocate (pool);
  void   *blocks[101];
  int     status;
  pid_t   child;

  stamp (block, 1, 0);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      gboolean alright = exhaust (pool, blocks) == 99;

      stamp (block, 2, 0);
      alright = alright && hr_pool_free (pool, block) == HR_POOL_OK && hr_pool_health (pool).used == 99;
      _exit (alright ? 0 : 1);
    }

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  assert_stamp (block, 1);
  g_assert_cmpuint (hr_pool_health (pool).used, ==, 1);
  g_assert_cmpuint (exhaust (pool, blocks), ==, 99);
  hr_pool_destroy (pool);
}

static void
test_no_pool_is_destroyed (void)
{
  hr_pool_destroy (NULL);
}

typedef struct
{
  HrRegionReader *reader;
  HrRegionTotals  totals[3]; /* utilisation, 90 % full, exhausted */
} Published;

static const HrRegionTotals *
read_published (Published *self,
                guint      metric)
{
  g_assert_true (hr_region_reader_totals (self->reader, metric, &self->totals[metric]));

  return &self->totals[metric];
}

static void
test_a_published_pool_shows_its_level (Fixture      *fixture,
                                       gconstpointer data)
{
  HrProbe       *probe = open_probe (fixture);
  HrPool        *pool = hr_pool_new (640, 64);
  Published      seen = { open_reader (hr_probe_path (probe)) };
  HrRegionMetric metric;
  void          *blocks[640];

  g_assert_true (hr_pool_publish (pool, probe, "jobs"));
  g_assert_true (hr_region_reader_metric (seen.reader, 0, &metric));
  g_assert_cmpstr (metric.name, ==, "jobs_utilisation");
  g_assert_cmpuint (metric.kind, ==, HR_KIND_RATIO);
  g_assert_true (hr_region_reader_metric (seen.reader, 1, &metric));
  g_assert_cmpstr (metric.name, ==, "jobs 90 % full");
  g_assert_cmpuint (read_published (&seen, 0)->count, ==, 1);

  for (guint i = 0; i < 575; i++)
    blocks[i] = hr_pool_allocate (pool);
  /* 640 blocks are recorded in steps of eight. */
  g_assert_cmpuint (read_published (&seen, 0)->count, ==, 1 + 575 / 8);
  g_assert_cmpfloat (read_published (&seen, 0)->last, ==, 568.0 / 640);
  g_assert_cmpuint (read_published (&seen, 1)->count, ==, 0);

  blocks[575] = hr_pool_allocate (pool);
  g_assert_cmpuint (read_published (&seen, 1)->count, ==, 1);
  g_assert_cmpfloat (seen.totals[1].last, ==, 576);
  for (guint i = 576; i < 640; i++)
    blocks[i] = hr_pool_allocate (pool);
  g_assert_cmpuint (read_published (&seen, 2)->count, ==, 1);
  g_assert_cmpfloat (read_published (&seen, 0)->last, ==, 1);

  for (guint i = 0; i < 640; i++)
    hr_pool_free (pool, blocks[i]);
  g_assert_cmpfloat (read_published (&seen, 0)->last, ==, 0);
  g_assert_cmpfloat (seen.totals[0].max, ==, 1);
  g_assert_cmpuint (read_published (&seen, 1)->count, ==, 1);

  hr_region_reader_close (seen.reader);
  hr_pool_destroy (pool);
  hr_probe_close (probe);
}

static void
test_what_a_probe_refuses_is_not_published (Fixture      *fixture,
                                            gconstpointer data)
{
  HrProbe         *probe = open_probe (fixture);
  HrPool          *pool = hr_pool_new (1, 64);
  g_autofree char *too_long = g_strnfill (HR_REGION_NAME_BYTES - 1, 'x');

  add_duration (probe, "taken_utilisation");
  g_assert_false (hr_pool_publish (pool, probe, "taken"));
  g_assert_false (hr_pool_publish (pool, probe, too_long));
  hr_pool_free (pool, hr_pool_allocate (pool));
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 0);

  hr_pool_destroy (pool);
  hr_probe_close (probe);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pool/every-block", test_every_block_is_usable);
  g_test_add_func ("/pool/sizes", test_sizes_have_limits);
  g_test_add_func ("/pool/misuse/double-free", test_a_double_free_is_told);
  g_test_add_func ("/pool/misuse/foreign", test_foreign_pointers_are_told);
  g_test_add_func ("/pool/misuse/destroy", test_no_pool_is_destroyed);
  g_test_add_func ("/pool/events/levels", test_events_come_at_their_levels);
  g_test_add_func ("/pool/events/one-block", test_one_block_raises_both_events);
  g_test_add_func ("/pool/events/callback", test_a_callback_may_use_the_pool);
  ADD_CASE ("/pool/published/level", test_a_published_pool_shows_its_level);
  ADD_CASE ("/pool/published/refused", test_what_a_probe_refuses_is_not_published);
  g_test_add_func ("/pool/fork", test_a_forked_child_has_a_pool_of_its_own);

  return g_test_run ();
}
