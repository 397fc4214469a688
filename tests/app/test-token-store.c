/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The keyring as libsecret finds it: none, and in a sandbox a file that is encrypted with a secret of the desktop's portal. Each case is a program of its own:
 * libsecret keeps what it found. */

#include "app/token-store.h"

#include <glib/gstdio.h>
#include <string.h>

#define ADDRESS "tcp:ours.example:4711"
#define TOKEN "c0ffee00c0ffee00c0ffee00c0ffee00"

/* The emulated desktop beside us. */
typedef struct
{
  GSubprocess *process;
} Portal;

/* libsecret asks the portal in a snap as it does in a Flatpak, which a test cannot pretend to be. */
static void
portal_start (Portal *portal)
{
  g_autofree char *program = g_test_build_filename (G_TEST_DIST, "emulators", "portal.py", NULL);
  char             ready[6] = "";
  gsize            n;

  g_setenv ("SNAP_NAME", "headroom", TRUE);
  portal->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, program, "--portal", NULL);
  g_assert_nonnull (portal->process);
  g_assert_true (g_input_stream_read_all (g_subprocess_get_stdout_pipe (portal->process), ready, sizeof ready, &n, NULL, NULL));
  g_assert_cmpint (memcmp (ready, "READY\n", sizeof ready), ==, 0);
}

static void
portal_stop (Portal *portal)
{
  g_output_stream_close (g_subprocess_get_stdin_pipe (portal->process), NULL, NULL);
  g_assert_true (g_subprocess_wait_check (portal->process, NULL, NULL));
  g_object_unref (portal->process);
}

static void
result_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *result;
}

static gboolean
save (GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hr_secret_token_store.save (NULL, ADDRESS, "ours", TOKEN, NULL, result_cb, &result);

  return hr_secret_token_store.save_finish (wait_for (&result), error);
}

static char *
find (GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hr_secret_token_store.find (NULL, ADDRESS, NULL, result_cb, &result);

  return hr_secret_token_store.find_finish (wait_for (&result), error);
}

static gboolean
drop (GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hr_secret_token_store.drop (NULL, ADDRESS, NULL, result_cb, &result);

  return hr_secret_token_store.drop_finish (wait_for (&result), error);
}

/* Runs this case as a program of its own. Returns whether this is that program. */
static gboolean
is_own_program (void)
{
  if (g_test_subprocess ())
    return TRUE;

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();

  return FALSE;
}

static void
test_without_a_keyring_it_is_said (void)
{
  g_autoptr (GError) error = NULL;

  if (!is_own_program ())
    return;

  g_assert_false (save (&error));
  g_assert_nonnull (error);
  g_assert_cmpstr (error->message, !=, "");
  g_clear_error (&error);
  g_assert_null (find (&error));
  g_assert_nonnull (error);
}

static void
assert_kept_encrypted (void)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "keyrings", "default.keyring", NULL);
  g_autofree char *kept = NULL;
  gsize            size = 0;

  g_assert_true (g_file_get_contents (path, &kept, &size, NULL));
  g_assert_cmpuint (size, >, strlen (TOKEN));
  g_assert_null (memmem (kept, size, TOKEN, strlen (TOKEN)));
}

static void
test_in_a_sandbox_a_token_is_kept (void)
{
  g_autoptr (GError) error = NULL;
  Portal portal;

  if (!is_own_program ())
    return;

  portal_start (&portal);
  g_assert_true (save (&error));
  g_assert_no_error (error);
  assert_kept_encrypted ();
  portal_stop (&portal);
}

/* It was kept by another program. */
static void
test_in_a_sandbox_a_token_is_found (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;
  Portal           portal;

  if (!is_own_program ())
    return;

  portal_start (&portal);
  token = find (&error);
  g_assert_no_error (error);
  g_assert_cmpstr (token, ==, TOKEN);
  portal_stop (&portal);
}

/* libsecret loses the version of a file that it writes anew: that is no leak of ours. */
static void
let_libsecret_leak (void)
{
  g_autofree char *options = g_strconcat (g_getenv ("ASAN_OPTIONS") ? g_getenv ("ASAN_OPTIONS") : "", ":detect_leaks=0", NULL);

  g_setenv ("ASAN_OPTIONS", options, TRUE);
}

static void
test_in_a_sandbox_a_token_is_dropped (void)
{
  g_autoptr (GError) error = NULL;
  Portal portal;

  let_libsecret_leak ();
  if (!is_own_program ())
    return;

  portal_start (&portal);
  g_assert_true (drop (&error));
  g_assert_null (find (&error));
  g_assert_no_error (error);
  portal_stop (&portal);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GTestDBus) bus = NULL;
  g_autofree char *data = NULL;
  int              status;

  g_test_init (&argc, &argv, NULL);
  if (!g_test_subprocess ())
    {
      data = g_dir_make_tmp ("headroom-secrets-XXXXXX", NULL);
      g_setenv ("XDG_DATA_HOME", data, TRUE);
      bus = g_test_dbus_new (G_TEST_DBUS_NONE);
      g_test_dbus_up (bus);
    }
  g_test_add_func ("/app/token-store/none", test_without_a_keyring_it_is_said);
  g_test_add_func ("/app/token-store/kept", test_in_a_sandbox_a_token_is_kept);
  g_test_add_func ("/app/token-store/found", test_in_a_sandbox_a_token_is_found);
  g_test_add_func ("/app/token-store/dropped", test_in_a_sandbox_a_token_is_dropped);
  status = g_test_run ();
  if (bus != NULL)
    {
      g_autofree char *keyrings = g_build_filename (data, "keyrings", NULL);
      g_autofree char *keyring = g_build_filename (keyrings, "default.keyring", NULL);

      g_test_dbus_down (bus);
      g_remove (keyring);
      g_rmdir (keyrings);
      g_rmdir (data);
    }

  return status;
}
