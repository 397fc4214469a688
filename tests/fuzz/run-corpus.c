/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Runs a fuzz target over every file of the folders named on the command line: the corpus is an ordinary test. */

#include <glib.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

/* Returns how many files of @folder went through, 0 where it cannot be read. */
static guint
run_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint       n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *bytes = NULL;
      gsize            size;

      if (g_file_get_contents (path, &bytes, &size, NULL))
        {
          LLVMFuzzerTestOneInput ((const uint8_t *) bytes, size);
          n++;
        }
    }

  return n;
}

int
main (int   argc,
      char *argv[])
{
  for (int i = 1; i < argc; i++)
    {
      guint n = run_folder (argv[i]);

      g_print ("%s: %u files\n", argv[i], n);
      if (n == 0)
        return 1;
    }

  return 0;
}
