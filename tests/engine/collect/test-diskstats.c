/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/diskstats.h"

static void
assert_parse (const char *text,
              guint64     read_sectors,
              guint64     written_sectors)
{
  guint64 n_read, n_written;

  g_assert_true (hr_diskstats_parse (text, &n_read, &n_written));
  g_assert_cmpuint (n_read, ==, read_sectors * 512);
  g_assert_cmpuint (n_written, ==, written_sectors * 512);
}

static void
test_partitions_count_once (void)
{
  assert_parse ("   8       0 sda 10 0 100 5 20 0 200 5 0 5 5\n"
                "   8       1 sda1 10 0 60 5 20 0 150 5 0 5 5\n"
                "   8       2 sda2 10 0 40 5 20 0 50 5 0 5 5\n"
                " 259       0 nvme0n1 1 0 1000 1 1 0 2000 1 0 1 1 0 0 0 0 1 1\n"
                " 259       1 nvme0n1p1 1 0 1000 1 1 0 2000 1 0 1 1 0 0 0 0 1 1\n",
                1100, 2200);
}

static void
test_another_disk_is_no_partition (void)
{
  assert_parse ("   8       0 sda 1 0 1 1 1 0 10 1 0 1 1\n"
                "   8      16 sdab 1 0 2 1 1 0 20 1 0 1 1\n"
                " 179       0 mmcblk1 1 0 4 1 1 0 40 1 0 1 1\n"
                " 179       8 mmcblk10 1 0 8 1 1 0 80 1 0 1 1\n",
                15, 150);
}

static void
test_layers_on_disks_do_not_count (void)
{
  assert_parse ("   7       0 loop0 1 0 100 1 1 0 100 1 0 1 1\n"
                " 253       0 zram0 1 0 100 1 1 0 100 1 0 1 1\n"
                " 254       0 vda 1 0 3 1 1 0 4 1 0 1 1\n"
                " 252       0 dm-0 1 0 100 1 1 0 100 1 0 1 1\n",
                3, 4);
}

static void
test_a_foreign_line_is_refused (void)
{
  guint64 n_read = 1, n_written = 2;

  g_assert_false (hr_diskstats_parse ("   8       0 sda 1 0 1 1 1 0 1 1\nnonsense\n", &n_read, &n_written));
  g_assert_false (hr_diskstats_parse ("   8       0 sda 1 0 1\n", &n_read, &n_written));
  g_assert_cmpuint (n_read, ==, 1);
  g_assert_cmpuint (n_written, ==, 2);
}

static void
test_no_disks_are_zero_bytes (void)
{
  assert_parse ("", 0, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/collect/diskstats/partitions", test_partitions_count_once);
  g_test_add_func ("/collect/diskstats/disks", test_another_disk_is_no_partition);
  g_test_add_func ("/collect/diskstats/layers", test_layers_on_disks_do_not_count);
  g_test_add_func ("/collect/diskstats/foreign", test_a_foreign_line_is_refused);
  g_test_add_func ("/collect/diskstats/empty", test_no_disks_are_zero_bytes);

  return g_test_run ();
}
