/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* A folder that stands for /, with processes of the test's own in it. */

static inline char *
proc_root_new (void)
{
  char            *root = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  g_autofree char *proc = g_build_filename (root, "proc", NULL);

  g_assert_nonnull (root);
  g_assert_cmpint (g_mkdir (proc, 0700), ==, 0);

  return root;
}

static inline char *
proc_path (const char *root,
           guint       pid,
           const char *name)
{
  return g_strdup_printf ("%s/proc/%u/%s", root, pid, name);
}

static inline void
proc_write (const char *root,
            guint       pid,
            const char *name,
            const char *text,
            gssize      length)
{
  g_autofree char *path = proc_path (root, pid, name);

  g_assert_true (g_file_set_contents (path, text, length, NULL));
}

/* Adds a process, or describes it anew. @state: as the kernel says it, @flags: its PF_, @pages: how many are resident. */
static inline void
proc_add (const char *root,
          guint       pid,
          const char *name,
          char        state,
          guint       flags,
          guint64     start_time,
          guint       pages)
{
  g_autofree char *folder = proc_path (root, pid, "");
  g_autofree char *text = g_strdup_printf ("%u (%s) %c 1 2 3 0 -1 %u 10 11 12 13 100 10 0 0 20 0 3 0 %" G_GUINT64_FORMAT " 1000000 %u 184467 1 2\n",
                                           pid, name, state, flags, start_time, pages);

  g_mkdir (folder, 0700);
  proc_write (root, pid, "stat", text, -1);
}

static inline void
proc_remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      proc_remove_tree (inner);
    }
  g_assert_cmpint (g_remove (path), ==, 0);
}
