/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/loader.h"

#include <dlfcn.h>
#include <gio/gio.h>
#include <gnu/libc-version.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

static char *
find_real (const char *path)
{
  char real[PATH_MAX];

  return path != NULL && realpath (path, real) != NULL ? g_strdup (real) : NULL;
}

static int
is_interpreter_cb (struct dl_phdr_info *object,
                   size_t               size,
                   void                *user_data)
{
  char        **out = user_data;
  unsigned long base = getauxval (AT_BASE);

  if (base == 0 || object->dlpi_addr != base)
    return 0;

  *out = find_real (object->dlpi_name);

  return 1;
}

/* Returns (transfer full) the folder of the library that has the function at @symbol; NULL where that cannot be told. */
static char *
find_folder (const void *symbol)
{
  g_autofree char *path = NULL;
  Dl_info          info;

  if (dladdr (symbol, &info) == 0)
    return NULL;

  path = find_real (info.dli_fname);

  return path != NULL ? g_path_get_dirname (path) : NULL;
}

static void
add_folder (GPtrArray  *folders,
            const char *folder)
{
  if (folder != NULL && g_file_test (folder, G_FILE_TEST_IS_DIR) && !g_ptr_array_find_with_equal_func (folders, folder, g_str_equal, NULL))
    g_ptr_array_add (folders, g_strdup (folder));
}

/* Where libraries lie that were installed with @program. @system: the folder of the C library, whose name is the one of this kind of computer where
 * libraries of several kinds lie beside each other */
static void
add_folders_of_program (GPtrArray  *folders,
                        const char *program,
                        const char *system)
{
  static const char *const names[] = { "lib", "lib64" };
  g_autofree char         *folder = g_path_get_dirname (program);
  g_autofree char         *prefix = g_path_get_dirname (folder);
  g_autofree char         *kind = g_path_get_basename (system);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *plain = g_build_filename (prefix, names[i], NULL);
      g_autofree char *own = g_build_filename (plain, kind, NULL);

      add_folder (folders, own);
      add_folder (folders, plain);
    }
}

/* Finds what @program needs, an absolute path of a program that was built and installed with this one: so the loader and the system's libraries are the
 * ones that this process itself runs with. Returns FALSE, @out untouched, for a process without a dynamic loader. */
gboolean
hr_loader_find (HrLoader   *out,
                const char *program)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *interpreter = NULL;
  g_autofree char *libc = find_folder ((const void *) gnu_get_libc_version);
  g_autofree char *glib = find_folder ((const void *) g_get_prgname);
  g_autofree char *gio = find_folder ((const void *) g_io_error_quark);
  g_autofree char *above = libc != NULL ? g_path_get_dirname (libc) : NULL;

  dl_iterate_phdr (is_interpreter_cb, &interpreter);
  if (interpreter == NULL || libc == NULL || gio == NULL)
    return FALSE;

  add_folders_of_program (folders, program, libc);
  add_folder (folders, gio);
  add_folder (folders, glib);
  add_folder (folders, libc);
  add_folder (folders, above);
  g_ptr_array_add (folders, NULL);

  out->interpreter = g_steal_pointer (&interpreter);
  out->gio_modules = g_build_filename (gio, "gio", "modules", NULL);
  out->libraries = (char **) g_ptr_array_free (g_steal_pointer (&folders), FALSE);

  return TRUE;
}

/* Frees what @self points to. */
void
hr_loader_clear (HrLoader *self)
{
  g_clear_pointer (&self->interpreter, g_free);
  g_clear_pointer (&self->libraries, g_strfreev);
  g_clear_pointer (&self->gio_modules, g_free);
}
