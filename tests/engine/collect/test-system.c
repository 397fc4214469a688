/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/overhead.h"
#include "engine/collect/system.h"

#include <glib/gstdio.h>
#include <sys/resource.h>

#define SECOND ((gint64) HR_NS_PER_SECOND)

static const char *const differences[] = {
  "cpu_usage",
  "disk_read_mb_per_second",
  "disk_write_mb_per_second",
  "network_in_mb_per_second",
  "network_out_mb_per_second",
  "monitor_cpu_usage",
};

static gboolean
find_value (HrFeed           *feed,
            const HrSnapshot *snapshot,
            const char       *name,
            double           *out)
{
  const HrMetricInfo *metrics = hr_feed_get_metrics (feed);

  for (guint i = 0; i < snapshot->n_samples; i++)
    if (g_str_equal (metrics[snapshot->samples[i].metric].name, name))
      {
        *out = snapshot->samples[i].last;
        return TRUE;
      }

  return FALSE;
}

static HrSnapshot *
collect_at (HrCollector *collector,
            HrFeed      *feed,
            gint64       now_ns)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (collector->klass->collect (collector, now_ns, NULL, &error));

  return hr_feed_cut (feed, now_ns);
}

/* Uses the processor for @ticks of the kernel's accounting: what is measured must not be nothing. */
static void
use_processor (guint ticks)
{
  struct rusage usage;
  gint64        used_us, begin_us = -1;

  do
    {
      getrusage (RUSAGE_SELF, &usage);
      used_us = (gint64) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
      begin_us = begin_us < 0 ? used_us : begin_us;
    }
  while (used_us - begin_us < ticks * 10000);
}

static void
test_the_first_round_has_no_differences (void)
{
  g_autoptr (HrFeed) feed = hr_system_feed_new ("", 1, 0);
  g_autoptr (HrSnapshot) first = NULL;
  HrCollector *collector = hr_system_new ("", feed);
  double       value;

  first = collect_at (collector, feed, SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (differences); i++)
    g_assert_false (find_value (feed, first, differences[i], &value));
  g_assert_true (find_value (feed, first, "system_memory_used_mb", &value));
  collector->klass->free (collector);
}

static void
test_this_computer_makes_sense (void)
{
  g_autoptr (HrFeed) feed = hr_system_feed_new ("", 1, 0);
  g_autoptr (HrSnapshot) first = NULL;
  g_autoptr (HrSnapshot) second = NULL;
  HrCollector *collector = hr_system_new ("", feed);
  double       used, total, value;

  first = collect_at (collector, feed, SECOND);
  use_processor (5);
  second = collect_at (collector, feed, 2 * SECOND);

  g_assert_true (find_value (feed, second, "cpu_usage", &value));
  g_assert_cmpfloat (value, >, 0);
  g_assert_cmpfloat (value, <=, 1);
  g_assert_true (find_value (feed, second, "system_memory_used_mb", &used));
  g_assert_true (find_value (feed, second, "system_memory_total_mb", &total));
  g_assert_cmpfloat (used, >, 0);
  g_assert_cmpfloat (used, <, total);
  g_assert_true (find_value (feed, second, "process_count", &value));
  g_assert_cmpfloat (value, >=, 1);
  g_assert_true (find_value (feed, second, "load_average_1m", &value));
  g_assert_cmpfloat (value, >=, 0);
  g_assert_true (find_value (feed, second, "network_in_mb_per_second", &value));
  g_assert_cmpfloat (value, >=, 0);
  collector->klass->free (collector);
}

static void
write_diskstats (const char *root,
                 const char *text)
{
  g_autofree char *path = g_build_filename (root, "proc", "diskstats", NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
test_disk_rates_are_differences_over_time (void)
{
  g_autofree char *root = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  g_autofree char *proc = g_build_filename (root, "proc", NULL);
  g_autofree char *file = g_build_filename (proc, "diskstats", NULL);
  g_autoptr (HrFeed) feed = hr_system_feed_new ("", 1, 0);
  g_autoptr (HrSnapshot) first = NULL;
  g_autoptr (HrSnapshot) second = NULL;
  g_autoptr (HrSnapshot) third = NULL;
  HrCollector *collector = hr_system_new (root, feed);
  double       value;

  g_mkdir (proc, 0700);
  write_diskstats (root, "8 0 sda 1 0 1000 1 1 0 1000 1\n");
  first = collect_at (collector, feed, SECOND);
  write_diskstats (root, "8 0 sda 1 0 21000 1 1 0 11000 1\n");
  second = collect_at (collector, feed, 3 * SECOND);
  g_assert_true (find_value (feed, second, "disk_read_mb_per_second", &value));
  g_assert_cmpfloat_with_epsilon (value, 5.12, 1e-9);
  g_assert_true (find_value (feed, second, "disk_write_mb_per_second", &value));
  g_assert_cmpfloat_with_epsilon (value, 2.56, 1e-9);

  /* A disk was taken out: the sum went back, and there is no rate. */
  write_diskstats (root, "8 0 sda 1 0 10 1 1 0 10 1\n");
  third = collect_at (collector, feed, 4 * SECOND);
  g_assert_false (find_value (feed, third, "disk_read_mb_per_second", &value));

  collector->klass->free (collector);
  g_unlink (file);
  g_rmdir (proc);
  g_rmdir (root);
}

static void
test_garbled_disk_numbers_are_an_error (void)
{
  g_autofree char *root = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  g_autofree char *proc = g_build_filename (root, "proc", NULL);
  g_autofree char *file = g_build_filename (proc, "diskstats", NULL);
  g_autoptr (HrFeed) feed = hr_system_feed_new ("", 1, 0);
  g_autoptr (GError) error = NULL;
  HrCollector *collector = hr_system_new (root, feed);

  g_mkdir (proc, 0700);
  write_diskstats (root, "garbage\n");
  g_assert_false (collector->klass->collect (collector, SECOND, NULL, &error));
  g_assert_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_MALFORMED);

  collector->klass->free (collector);
  g_unlink (file);
  g_rmdir (proc);
  g_rmdir (root);
}

static void
test_switched_off_it_measures_nothing (void)
{
  g_autoptr (HrFeed) feed = hr_system_feed_new ("", 1, 0);
  g_autoptr (HrSnapshot) nothing = NULL;
  HrCollector *collector = hr_system_new ("", feed);

  hr_feed_set_sampling (feed, FALSE);
  nothing = collect_at (collector, feed, SECOND);
  g_assert_null (nothing);
  collector->klass->free (collector);
}

static void
test_the_instance_is_this_boot (void)
{
  g_autoptr (HrFeed) first = hr_system_feed_new ("", 1, 0);
  g_autoptr (HrFeed) again = hr_system_feed_new ("", 2, 0);

  g_assert_cmpmem (hr_feed_get_name (first)->uuid, 16, hr_feed_get_name (again)->uuid, 16);
  g_assert_cmpuint (hr_feed_get_name (again)->epoch, ==, 2);
  g_assert_cmpstr (hr_feed_get_title (first), ==, g_get_host_name ());
  g_assert_nonnull (strstr (hr_feed_get_detail (first), " core"));
}

static void
test_the_boot_id_is_read_digit_by_digit (void)
{
  const guint8     expected[16] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10 };
  g_autofree char *root = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (root, "proc/sys/kernel/random", NULL);
  g_autofree char *file = g_build_filename (folder, "boot_id", NULL);
  g_autoptr (HrFeed) feed = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "01234567-89ab-cdef-fedc-ba9876543210\n", -1, NULL));
  feed = hr_system_feed_new (root, 1, 0);
  g_assert_cmpmem (hr_feed_get_name (feed)->uuid, 16, expected, 16);

  g_unlink (file);
  while (strlen (folder) >= strlen (root))
    {
      g_rmdir (folder);
      *strrchr (folder, '/') = '\0';
    }
}

static void
test_monitoring_itself_is_measured (void)
{
  g_autoptr (HrFeed) feed = hr_system_feed_new ("", 1, 0);
  g_autoptr (HrSnapshot) first = NULL;
  g_autoptr (HrSnapshot) second = NULL;
  HrCollector *collector = hr_overhead_new (feed);
  double       value;

  first = collect_at (collector, feed, SECOND);
  g_assert_null (first);
  use_processor (2);
  second = collect_at (collector, feed, 2 * SECOND);
  g_assert_true (find_value (feed, second, "monitor_cpu_usage", &value));
  g_assert_cmpfloat (value, >, 0.02 / (double) g_get_num_processors () - 1e-6);
  g_assert_cmpfloat (value, <=, 1);
  collector->klass->free (collector);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/collect/system/first", test_the_first_round_has_no_differences);
  g_test_add_func ("/collect/system/real", test_this_computer_makes_sense);
  g_test_add_func ("/collect/system/disks", test_disk_rates_are_differences_over_time);
  g_test_add_func ("/collect/system/garbled", test_garbled_disk_numbers_are_an_error);
  g_test_add_func ("/collect/system/off", test_switched_off_it_measures_nothing);
  g_test_add_func ("/collect/system/boot", test_the_instance_is_this_boot);
  g_test_add_func ("/collect/system/boot-id", test_the_boot_id_is_read_digit_by_digit);
  g_test_add_func ("/collect/overhead", test_monitoring_itself_is_measured);

  return g_test_run ();
}
