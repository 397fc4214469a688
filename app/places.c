/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/places.h"

#include "app/config.h"

/* Returns (transfer full) the path of the program @name: @build_path in @build_dir (nullable) if it is there, else in the folder of
 * helper programs, else among the user's programs; where there is none, where it should be installed. */
char *
hr_places_find_program (const char *build_dir,
                        const char *build_path,
                        const char *name)
{
  g_autofree char *built = build_dir != NULL ? g_build_filename (build_dir, build_path, name, NULL) : NULL;
  g_autofree char *helper = g_build_filename (HR_LIBEXEC_DIR, name, NULL);
  g_autofree char *program = g_build_filename (HR_BIN_DIR, name, NULL);
  char            *found;

  if (built != NULL && g_file_test (built, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&built);
  if (g_file_test (helper, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&helper);
  if (g_file_test (program, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&program);

  found = g_find_program_in_path (name);

  return found != NULL ? found : g_steal_pointer (&helper);
}

/* Returns (transfer full) the app's settings; NULL with an error where their schema is not installed, which
 * g_settings_new () would answer by ending the program. */
GSettings *
hr_places_settings (const char *build_dir,
                    GError    **error)
{
  GSettingsSchemaSource *installed = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchemaSource) source = NULL;
  g_autoptr (GSettingsSchema) schema = NULL;

  if (build_dir != NULL)
    {
      g_autofree char *data = g_build_filename (build_dir, "data", NULL);

      source = g_settings_schema_source_new_from_directory (data, installed, TRUE, NULL);
    }
  if (source == NULL && installed != NULL)
    source = g_settings_schema_source_ref (installed);
  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, HR_APP_ID, TRUE);

  if (schema == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "The settings schema %s is not installed", HR_APP_ID);
      return NULL;
    }

  return g_settings_new_full (schema, NULL, NULL);
}

/* Returns (transfer full) the path of the file that keeps the last day, whether it is there or not. */
char *
hr_places_history (void)
{
  return g_build_filename (g_get_user_data_dir (), "headroom", "history.headroom", NULL);
}

/* Returns (transfer full) the contract that comes with the app. */
HrContract *
hr_places_default_contract (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_resources_lookup_data (HR_RESOURCES "/contracts/thompson.ini", 0, NULL);
  HrContract *contract = hr_contract_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "thompson.ini", &error);

  if (contract == NULL)
    g_error ("The bundled contract is broken: %s", error->message);

  return contract;
}
