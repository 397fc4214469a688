/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/engine/link/emulator.h"

#include "tests/folder.h"

#include <stdlib.h>
#include <string.h>

/* Keys take a computer longer than everything else that a phone does, so those of one program serve all its phones. */
static char *keys_folder;

static void
remove_keys (void)
{
  remove_folder (keys_folder);
  g_clear_pointer (&keys_folder, g_free);
}

static const char *
get_keys_folder (void)
{
  if (keys_folder == NULL)
    {
      g_autoptr (GError) error = NULL;

      keys_folder = g_dir_make_tmp ("headroom-keys-XXXXXX", &error);
      g_assert_no_error (error);
      atexit (remove_keys);
    }

  return keys_folder;
}

static char *
read_line (Emulator *self)
{
  g_autoptr (GError) error = NULL;
  char *line = g_data_input_stream_read_line (self->answers, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (line);

  return line;
}

void
emulator_start (Emulator   *self,
                const char *iphone,
                const char *address,
                const char *argument)
{
  g_autofree char *path = NULL;
  g_autofree char *line = NULL;
  const char      *said;
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("headroom-iphone-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (self->folder, "mux", NULL);
  self->address = address != NULL ? g_strdup (address) : g_strdup_printf ("UNIX:%s", path);
  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "/usr/bin/python3", iphone,
                                    "--socket", self->address, "--keys", get_keys_folder (), argument, NULL);
  g_assert_no_error (error);
  self->commands = g_subprocess_get_stdin_pipe (self->process);
  self->answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  line = read_line (self);
  g_assert_true (g_str_has_prefix (line, "READY {\"usbmuxd\": \""));
  said = line + strlen ("READY {\"usbmuxd\": \"");
  g_free (self->address);
  self->address = g_strndup (said, strcspn (said, "\""));
  g_setenv ("USBMUXD_SOCKET_ADDRESS", self->address, TRUE);
}

void
emulator_stop (Emulator *self)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_close (self->commands, NULL, &error);
  g_assert_no_error (error);
  g_subprocess_wait_check (self->process, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_object_unref (self->answers);
  g_object_unref (self->process);
  g_free (self->folder);
  g_free (self->address);
}

char *
emulator_ask (Emulator   *self,
              const char *command)
{
  g_autofree char *line = g_strdelimit (g_strconcat (command, "\n", NULL), "'", '"');
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (self->commands, line, strlen (line), NULL, NULL, &error);
  g_assert_no_error (error);
  answer = read_line (self);
  if (!g_str_has_prefix (answer, "{\"ok\": true"))
    g_error ("%s: %s", command, answer);

  return g_steal_pointer (&answer);
}

void
emulator_do (Emulator   *self,
             const char *command)
{
  g_free (emulator_ask (self, command));
}
