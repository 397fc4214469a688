/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a program's parts have allocated: the sum over all threads, whoever frees. */

#include "tests/engine/probe/region-fixture.h"

#include "engine/probe/category.h"

#include <pthread.h>

#define N_THREADS 4
#define N_BLOCKS 5000u

static HrRegionUsage
usage_of (HrRegionReader *reader,
          const char     *name)
{
  HrRegionUsage usage = { 0 };

  for (uint32_t i = 0; i < hr_region_reader_n_categories (reader); i++)
    {
      HrRegionCategory category;

      g_assert_true (hr_region_reader_category (reader, i, &category));
      if (g_str_equal (category.name, name))
        {
          g_assert_true (hr_region_reader_usage (reader, i, &usage));
          return usage;
        }
    }
  g_assert_not_reached ();
}

static void
assert_usage (HrRegionReader *reader,
              const char     *name,
              uint64_t        allocated_bytes,
              uint64_t        freed_bytes,
              uint64_t        allocations,
              uint64_t        frees)
{
  HrRegionUsage usage = usage_of (reader, name);

  g_assert_cmpuint (usage.allocated_bytes, ==, allocated_bytes);
  g_assert_cmpuint (usage.freed_bytes, ==, freed_bytes);
  g_assert_cmpuint (usage.allocations, ==, allocations);
  g_assert_cmpuint (usage.frees, ==, frees);
}

static void
test_each_category_has_its_books (Fixture      *fixture,
                                  gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrCategory      ranking = hr_probe_category (probe, "ranking");
  HrCategory      caching = hr_probe_category (probe, "caching");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  g_assert_cmpuint (hr_probe_category (probe, "ranking"), ==, ranking);
  g_assert_cmpuint (caching, !=, ranking);
  hr_probe_allocated (probe, ranking, 100);
  hr_probe_allocated (probe, ranking, (size_t) 5 << 30);
  hr_probe_freed (probe, ranking, 100);
  hr_probe_allocated (probe, caching, 0);

  assert_usage (reader, "ranking", ((uint64_t) 5 << 30) + 100, 100, 2, 1);
  assert_usage (reader, "caching", 0, 0, 1, 0);
  /* No records: they would push others out of the ring. */
  g_assert_cmpuint (hr_region_reader_written (reader), ==, 0);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

typedef struct
{
  HrProbe   *probe;
  HrCategory category;
  bool       frees;
} Part;

static void *
run_part (void *data)
{
  const Part *self = data;

  for (uint32_t i = 0; i < N_BLOCKS; i++)
    {
      if (self->frees)
        hr_probe_freed (self->probe, self->category, i);
      else
        hr_probe_allocated (self->probe, self->category, i);
    }

  return NULL;
}

static void
run_in_thread (Part *part)
{
  pthread_t thread;

  g_assert_cmpint (pthread_create (&thread, NULL, run_part, part), ==, 0);
  pthread_join (thread, NULL);
}

static void
test_threads_add_up (Fixture      *fixture,
                     gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  Part            part = { probe, hr_probe_category (probe, "network buffers"), false };
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  const uint64_t  bytes = (uint64_t) N_BLOCKS * (N_BLOCKS - 1) / 2;
  pthread_t       threads[N_THREADS];

  for (int i = 0; i < N_THREADS; i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, run_part, &part), ==, 0);
  for (int i = 0; i < N_THREADS; i++)
    pthread_join (threads[i], NULL);

  assert_usage (reader, "network buffers", N_THREADS * bytes, 0, N_THREADS * N_BLOCKS, 0);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_another_thread_may_free (Fixture      *fixture,
                              gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrCategory      category = hr_probe_category (probe, "caching");
  Part            frees = { probe, category, true };
  Part            allocates = { probe, category, false };
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  const uint64_t  bytes = (uint64_t) N_BLOCKS * (N_BLOCKS - 1) / 2;

  run_part (&allocates);
  run_in_thread (&frees);
  assert_usage (reader, "caching", bytes, bytes, N_BLOCKS, N_BLOCKS);
  /* In the lane that the last thread left. */
  run_in_thread (&allocates);
  assert_usage (reader, "caching", 2 * bytes, bytes, 2 * N_BLOCKS, N_BLOCKS);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

/* Hands blocks to a thread that frees them, while the case reads. */
typedef struct
{
  Part     part;
  uint32_t n_handed;
  bool     done;
} Hand;

static void *
free_what_is_handed (void *data)
{
  Hand    *self = data;
  uint32_t n_freed = 0;

  while (n_freed < N_BLOCKS)
    while (n_freed < __atomic_load_n (&self->n_handed, __ATOMIC_ACQUIRE))
      {
        hr_probe_freed (self->part.probe, self->part.category, 64);
        n_freed++;
      }
  __atomic_store_n (&self->done, true, __ATOMIC_RELEASE);

  return NULL;
}

static void *
hand_blocks (void *data)
{
  Hand *self = data;

  for (uint32_t i = 1; i <= N_BLOCKS; i++)
    {
      hr_probe_allocated (self->part.probe, self->part.category, 64);
      __atomic_store_n (&self->n_handed, i, __ATOMIC_RELEASE);
    }

  return NULL;
}

static void
test_nothing_is_freed_before_it_is_allocated (Fixture      *fixture,
                                              gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  Hand            hand = { .part = { .probe = probe, .category = hr_probe_category (probe, "caching") } };
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  pthread_t       giver, taker;

  g_assert_cmpint (pthread_create (&taker, NULL, free_what_is_handed, &hand), ==, 0);
  g_assert_cmpint (pthread_create (&giver, NULL, hand_blocks, &hand), ==, 0);
  while (!__atomic_load_n (&hand.done, __ATOMIC_ACQUIRE))
    {
      HrRegionUsage usage = usage_of (reader, "caching");

      g_assert_cmpuint (usage.freed_bytes, <=, usage.allocated_bytes);
      g_assert_cmpuint (usage.frees, <=, usage.allocations);
    }
  pthread_join (giver, NULL);
  pthread_join (taker, NULL);

  assert_usage (reader, "caching", 64 * N_BLOCKS, 64 * N_BLOCKS, N_BLOCKS, N_BLOCKS);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_a_full_table_and_bad_names (Fixture      *fixture,
                                 gconstpointer data)
{
  char            long_name[HR_REGION_NAME_BYTES + 1] = { 0 };
  HrProbe        *probe = open_probe (fixture);
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  memset (long_name, 'n', HR_REGION_NAME_BYTES);
  g_assert_cmpuint (hr_probe_category (probe, NULL), ==, HR_CATEGORY_NONE);
  g_assert_cmpuint (hr_probe_category (probe, ""), ==, HR_CATEGORY_NONE);
  g_assert_cmpuint (hr_probe_category (probe, "tab\t"), ==, HR_CATEGORY_NONE);
  g_assert_cmpuint (hr_probe_category (probe, "\xff"), ==, HR_CATEGORY_NONE);
  g_assert_cmpuint (hr_probe_category (probe, long_name), ==, HR_CATEGORY_NONE);

  for (uint32_t i = 0; i < HR_REGION_CATEGORIES; i++)
    {
      g_autofree char *name = g_strdup_printf ("part %u", i);

      g_assert_cmpuint (hr_probe_category (probe, name), ==, i);
      hr_probe_allocated (probe, i, i + 1);
    }
  g_assert_cmpuint (hr_probe_category (probe, "one more"), ==, HR_CATEGORY_NONE);
  g_assert_cmpuint (hr_probe_category (probe, "part 7"), ==, 7);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 0);

  hr_probe_allocated (probe, HR_CATEGORY_NONE, 1);
  hr_probe_freed (probe, HR_CATEGORY_NONE, 1);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 2);
  assert_usage (reader, "part 0", 1, 0, 1, 0);
  assert_usage (reader, "part 31", 32, 0, 1, 0);

  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_it_counts_while_sampling_is_off (Fixture      *fixture,
                                      gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrCategory      category = hr_probe_category (probe, "ranking");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));

  hr_region_reader_set_sampling (reader, false);
  hr_probe_allocated (probe, category, 10);
  hr_region_reader_set_sampling (reader, true);
  hr_region_reader_set_stride (reader, 1u << HR_CONTROL_STRIDE_LIMIT);
  hr_probe_freed (probe, category, 10);

  assert_usage (reader, "ranking", 10, 10, 1, 1);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

static void
test_a_no_op_counts_them_as_unplaced (Fixture      *fixture,
                                      gconstpointer data)
{
  HrProbe *probe = open_no_op (fixture);

  g_assert_cmpuint (hr_probe_category (probe, "ranking"), ==, HR_CATEGORY_NONE);
  hr_probe_allocated (probe, 0, 10);
  hr_probe_freed (probe, HR_CATEGORY_NONE, 10);
  g_assert_cmpuint (hr_probe_unplaced (probe), ==, 2);

  hr_probe_close (probe);
}

/* Returns 0 where the child's books begin empty, with the categories that its parent had. */
static int
run_child (HrProbe   *probe,
           HrCategory category)
{
  HrRegionReader *reader = NULL;
  HrRegionUsage   usage;

  if (hr_probe_category (probe, "ranking") != category || hr_probe_category (probe, "of the child") != category + 1)
    return 1;
  hr_probe_allocated (probe, category, 3);
  if (hr_region_reader_open (hr_probe_path (probe), &reader) != HR_REGION_OK)
    return 2;

  return hr_region_reader_n_categories (reader) == category + 2 && hr_region_reader_usage (reader, category, &usage) &&
                 usage.allocated_bytes == 3 && usage.allocations == 1 && usage.frees == 0
             ? 0
             : 3;
}

static void
test_a_forked_childs_books_begin_empty (Fixture      *fixture,
                                        gconstpointer data)
{
  HrProbe        *probe = open_probe (fixture);
  HrCategory      category = hr_probe_category (probe, "ranking");
  HrRegionReader *reader = open_reader (hr_probe_path (probe));
  pid_t           child;
  int             status;

  hr_probe_allocated (probe, category, 7);
  child = fork ();
  if (child == 0)
    _exit (run_child (probe, category));
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);

  assert_usage (reader, "ranking", 7, 0, 1, 0);
  g_assert_cmpuint (hr_region_reader_n_categories (reader), ==, 1);
  hr_region_reader_close (reader);
  hr_probe_close (probe);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASE ("/probe/category/books", test_each_category_has_its_books);
  ADD_CASE ("/probe/category/threads", test_threads_add_up);
  ADD_CASE ("/probe/category/other-thread", test_another_thread_may_free);
  ADD_CASE ("/probe/category/order", test_nothing_is_freed_before_it_is_allocated);
  ADD_CASE ("/probe/category/full-table", test_a_full_table_and_bad_names);
  ADD_CASE ("/probe/category/off", test_it_counts_while_sampling_is_off);
  ADD_CASE ("/probe/category/no-op", test_a_no_op_counts_them_as_unplaced);
  ADD_CASE ("/probe/category/fork", test_a_forked_childs_books_begin_empty);

  return g_test_run ();
}
