/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/config.h"
#include "app/loader.h"
#include "app/places.h"
#include "app/sandbox.h"
#include "engine/monitor.h"
#include "tests/folder.h"

#include <unistd.h>

/* A folder that has flatpak-spawn, and what Flatpak says. */
typedef struct
{
  char *folder;
  char *info;
} Fixture;

static const char instance[] = "[Instance]\ninstance-id=4711\napp-path=/host/app\nruntime-path=/host/runtime\n";
static const char allowed[] = "[Session Bus Policy]\norg.freedesktop.Flatpak=talk\n";

static void
set_up (Fixture      *self,
        gconstpointer data)
{
  g_autofree char *spawn = NULL;

  self->folder = g_dir_make_tmp ("headroom-sandbox-XXXXXX", NULL);
  self->info = g_build_filename (self->folder, "info", NULL);
  spawn = g_build_filename (self->folder, "flatpak-spawn", NULL);
  g_assert_true (g_file_set_contents_full (spawn, "", 0, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  g_setenv ("PATH", self->folder, TRUE);
}

static void
tear_down (Fixture      *self,
           gconstpointer data)
{
  remove_folder (self->folder);
  g_free (self->info);
  g_free (self->folder);
}

/* Returns the sandbox of which Flatpak says @parts, which a NULL ends. */
static HrSandbox *
read_parts (Fixture    *self,
            const char *first,
            ...)
{
  g_autoptr (GString) text = g_string_new (NULL);
  va_list parts;

  va_start (parts, first);
  for (const char *part = first; part != NULL; part = va_arg (parts, const char *))
    g_string_append (text, part);
  va_end (parts);
  g_assert_true (g_file_set_contents (self->info, text->str, (gssize) text->len, NULL));

  return hr_sandbox_new (self->info);
}

/* What the command has behind @word. */
static const char *
find_word (char      **argv,
           const char *word)
{
  for (guint i = 0; argv[i] != NULL; i++)
    if (g_str_equal (argv[i], word))
      return argv[i + 1];

  return NULL;
}

static void
assert_closed (HrSandbox     *sandbox,
               HrSandboxError why)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) refusal = hr_sandbox_explain (sandbox);
  g_auto (GStrv) argv = hr_sandbox_command (sandbox, "/app/libexec/headroom-agent", NULL, &error);

  g_assert_cmpint (hr_sandbox_get_kind (sandbox), ==, HR_SANDBOX_CLOSED);
  g_assert_error (refusal, HR_SANDBOX_ERROR, (int) why);
  g_assert_error (error, HR_SANDBOX_ERROR, (int) why);
  g_assert_null (argv);
}

static void
test_there_is_none (Fixture      *self,
                    gconstpointer data)
{
  g_autoptr (HrSandbox) sandbox = hr_sandbox_new (self->info);
  g_auto (GStrv) argv = hr_sandbox_command (sandbox, "/usr/libexec/headroom-agent", NULL, NULL);

  g_assert_cmpint (hr_sandbox_get_kind (sandbox), ==, HR_SANDBOX_NONE);
  g_assert_null (hr_sandbox_explain (sandbox));
  g_assert_null (hr_sandbox_get_remedy (sandbox));
  g_assert_cmpuint (g_strv_length (argv), ==, 1);
  g_assert_cmpstr (argv[0], ==, "/usr/libexec/headroom-agent");
}

static void
test_what_opens_it (Fixture      *self,
                    gconstpointer data)
{
  static const struct
  {
    const char *text;
    gboolean    open;
  } cases[] = {
    { "", FALSE },
    { "[Session Bus Policy]\norg.freedesktop.Flatpak=talk\n", TRUE },
    { "[Session Bus Policy]\norg.freedesktop.Flatpak=own\n", TRUE },
    { "[Session Bus Policy]\norg.freedesktop.Flatpak=see\n", FALSE },
    { "[Session Bus Policy]\norg.freedesktop.Flatpak=none\n", FALSE },
    { "[Session Bus Policy]\norg.freedesktop.Flatpak.Other=talk\n", FALSE },
    { "[Session Bus Policy]\norg.freedesktop.Flatpaks=talk\n", FALSE },
    { "[Session Bus Policy]\norg.freedesktop.*=talk\n", TRUE },
    { "[Session Bus Policy]\norg.freedesktop.Flatpak.*=talk\n", TRUE },
    { "[Session Bus Policy]\norg.free.*=talk\n", FALSE },
    { "[Session Bus Policy]\n*=talk\n", FALSE },
    { "[Session Bus Policy]\norg.*=see\norg.freedesktop.*=talk\n", TRUE },
    { "[System Bus Policy]\norg.freedesktop.Flatpak=talk\n", FALSE },
    { "[Context]\nsockets=x11;session-bus;\n", TRUE },
    { "[Context]\nsockets=x11;system-bus;\n", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HrSandbox) sandbox = read_parts (self, instance, cases[i].text, NULL);

      g_test_message ("%s", cases[i].text);
      if (cases[i].open)
        g_assert_cmpint (hr_sandbox_get_kind (sandbox), ==, HR_SANDBOX_OPEN);
      else
        assert_closed (sandbox, HR_SANDBOX_ERROR_PERMISSION);
    }
}

static void
test_what_is_where (Fixture      *self,
                    gconstpointer data)
{
  static const char *const cases[][2] = {
    { "/app/libexec/headroom-agent", "/host/app/libexec/headroom-agent" },
    { "/app", "/host/app" },
    { "/application/x", "/application/x" },
    { "/usr/lib/ld.so", "/host/runtime/lib/ld.so" },
    { "/usrlocal", "/usrlocal" },
    { "/home/anna/headroom-agent", "/home/anna/headroom-agent" },
  };
  g_autoptr (HrSandbox) sandbox = read_parts (self, instance, allowed, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = hr_sandbox_map (sandbox, cases[i][0]);

      g_assert_cmpstr (path, ==, cases[i][1]);
    }
}

/* All options come before the command and are one word each, as flatpak-spawn wants them. */
static void
test_command (Fixture      *self,
              gconstpointer data)
{
  g_autoptr (HrSandbox) sandbox = read_parts (self, instance, allowed, NULL);
  g_auto (GStrv) argv = hr_sandbox_command (sandbox, "/app/libexec/headroom-agent", "cli-x", NULL);
  guint command = 1;

  g_assert_cmpstr (argv[0], ==, "flatpak-spawn");
  while (argv[command][0] == '-')
    command++;
  g_assert_true (g_strv_contains ((const char *const *) argv, "--host"));
  g_assert_true (g_strv_contains ((const char *const *) argv, "--watch-bus"));
  g_assert_true (g_strv_contains ((const char *const *) argv, "--forward-fd=3"));
  g_assert_true (g_strv_contains ((const char *const *) argv, "--directory=/"));
  g_assert_true (g_strv_contains ((const char *const *) argv, "--env=LD_PRELOAD="));
  g_assert_true (g_strv_contains ((const char *const *) argv, "--env=GIO_EXTRA_MODULES="));
  g_assert_true (g_str_has_prefix (argv[command], "/host/runtime/lib"));
  g_assert_cmpstr (argv[command + 1], ==, "--inhibit-cache");
  g_assert_true (g_str_has_prefix (find_word (argv, "--library-path"), "/host/runtime/lib"));
  g_assert_cmpstr (find_word (argv, "--argv0"), ==, "headroom-agent");
  g_assert_cmpstr (find_word (argv, "headroom-agent"), ==, "/host/app/libexec/headroom-agent");
  g_assert_cmpstr (find_word (argv, "/host/app/libexec/headroom-agent"), ==, "--relay-usbmuxd");
  g_assert_cmpstr (find_word (argv, "--relay-usbmuxd"), ==, "usbmuxd-4711");
  g_assert_cmpstr (find_word (argv, "--regions"), ==, "cli-x");
}

static void
test_damage (Fixture      *self,
             gconstpointer data)
{
  static const char *const cases[] = {
    "",
    "no key file",
    "[Instance]\ninstance-id=1\napp-path=/a\n",
    "[Instance]\ninstance-id=1\nruntime-path=/r\n",
    "[Instance]\napp-path=/a\nruntime-path=/r\n",
    "[Instance]\ninstance-id=\napp-path=/a\nruntime-path=/r\n",
    "[Instance]\ninstance-id=../1\napp-path=/a\nruntime-path=/r\n",
    "[Instance]\ninstance-id=1.2\napp-path=/a\nruntime-path=/r\n",
    "[Instance]\ninstance-id=12345678901234567890123456789012345678901234567890123456789012345\napp-path=/a\nruntime-path=/r\n",
    "[Instance]\ninstance-id=1\napp-path=a\nruntime-path=/r\n",
    "[Instance]\ninstance-id=1\napp-path=\nruntime-path=/r\n",
    "[Instance]\ninstance-id=1\napp-path=/a:/b\nruntime-path=/r\n",
    "[Instance]\ninstance-id=1\napp-path=/a\nruntime-path=/$ORIGIN\n",
    "[Instance]\ninstance-id=1\napp-path=/a\nruntime-path=/r\\nx\n",
    "[Instance]\ninstance-id=1\napp-path=/a\nruntime-path=/\xff\xfe\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HrSandbox) sandbox = read_parts (self, cases[i], "\n", allowed, NULL);

      g_test_message ("case %zu", i);
      assert_closed (sandbox, HR_SANDBOX_ERROR_UNKNOWN);
      g_assert_null (hr_sandbox_get_remedy (sandbox));
    }
}

/* More than Flatpak ever writes is not read, however it goes on. */
static void
test_size (Fixture      *self,
           gconstpointer data)
{
  g_autofree char *most = g_strnfill (64 * 1024 - strlen (instance) - strlen (allowed), '#');
  g_autoptr (HrSandbox) fits = read_parts (self, instance, allowed, most, NULL);
  g_autoptr (HrSandbox) more = read_parts (self, instance, allowed, most, "#", NULL);
  g_autoptr (HrSandbox) folder = hr_sandbox_new (self->folder);
  g_autoptr (HrSandbox) endless = hr_sandbox_new ("/dev/zero");

  g_assert_cmpint (hr_sandbox_get_kind (fits), ==, HR_SANDBOX_OPEN);
  assert_closed (more, HR_SANDBOX_ERROR_UNKNOWN);
  assert_closed (folder, HR_SANDBOX_ERROR_UNKNOWN);
  assert_closed (endless, HR_SANDBOX_ERROR_UNKNOWN);
}

static void
test_no_spawn (Fixture      *self,
               gconstpointer data)
{
  g_autoptr (HrSandbox) sandbox = NULL;

  g_setenv ("PATH", "/nonexistent", TRUE);
  sandbox = read_parts (self, instance, allowed, NULL);
  assert_closed (sandbox, HR_SANDBOX_ERROR_MISSING);
  g_assert_null (hr_sandbox_get_remedy (sandbox));
}

/* It is for a shell, and whoever copies it trusts it. */
static void
test_remedy (Fixture      *self,
             gconstpointer data)
{
  g_autoptr (HrSandbox) plain = read_parts (self, "[Application]\nname=org.example.Headroom\n", instance, NULL);
  g_autoptr (HrSandbox) hostile = read_parts (self, "[Application]\nname=a.b; reboot\n", instance, NULL);
  g_autofree char *remedy = hr_sandbox_get_remedy (plain);
  g_autofree char *harmless = hr_sandbox_get_remedy (hostile);

  g_assert_cmpstr (remedy, ==, "flatpak override --user --talk-name=org.freedesktop.Flatpak org.example.Headroom");
  g_assert_cmpstr (harmless, ==, "flatpak override --user --talk-name=org.freedesktop.Flatpak " HR_APP_ID);
}

static void
test_usbmuxd (Fixture      *self,
              gconstpointer data)
{
  g_autoptr (HrSandbox) open = read_parts (self, instance, allowed, NULL);
  g_autoptr (HrSandbox) closed = read_parts (self, instance, NULL);
  g_auto (GStrv) argv = NULL;

  g_setenv ("HEADROOM_RUNTIME_DIR", "/run/of/tests", TRUE);
  g_setenv ("USBMUXD_SOCKET_ADDRESS", "127.0.0.1:27015", TRUE);
  hr_sandbox_enter (closed);
  g_assert_cmpstr (g_getenv ("USBMUXD_SOCKET_ADDRESS"), ==, "127.0.0.1:27015");
  hr_sandbox_enter (open);
  g_assert_cmpstr (g_getenv ("USBMUXD_SOCKET_ADDRESS"), ==, "UNIX:/run/of/tests/usbmuxd-4711");

  /* What its user had set before holds on the other side. */
  argv = hr_sandbox_command (open, "/app/libexec/headroom-agent", NULL, NULL);
  g_assert_true (g_strv_contains ((const char *const *) argv, "--env=USBMUXD_SOCKET_ADDRESS=127.0.0.1:27015"));
  g_unsetenv ("USBMUXD_SOCKET_ADDRESS");
}

static void
test_folder (Fixture      *self,
             gconstpointer data)
{
#define MOUNT(point) "31 20 0:27 /headroom " point " rw,nosuid shared:1 - tmpfs tmpfs rw\n"
  static const struct
  {
    const char *mounts;
    const char *found;
  } cases[] = {
    { "", NULL },
    { MOUNT ("/") MOUNT ("/app") MOUNT ("/usr"), NULL },
    { MOUNT ("/run/user/0/headroom"), NULL },
    { MOUNT ("/tmp/run/headroom"), "/tmp/run/headroom" },
    { MOUNT ("/tmp/run/headroom") MOUNT ("/run/user/0/headroom"), NULL },
    { MOUNT ("/tmp/a\\040b/headroom"), "/tmp/a b/headroom" },
    { MOUNT ("/tmp/run/headroom/more") MOUNT ("/tmp/noheadroom"), NULL },
    { "31 20 0:27 /headroom", NULL },
    { "31 20 0:27", NULL },
  };
  g_autofree char *own = g_strdup_printf ("31 20 0:27 / %s/headroom rw - ext4 x rw\n", g_get_home_dir ());

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = hr_sandbox_find_folder (cases[i].mounts, "/run/user/0/headroom");

      g_assert_cmpstr (found, ==, cases[i].found);
    }
  g_assert_null (hr_sandbox_find_folder (own, "/run/user/0/headroom"));
#undef MOUNT
}

/* The folders are there and have what this very program runs with. */
static void
test_loader (Fixture      *self,
             gconstpointer data)
{
  g_autofree char *bin = g_build_filename (self->folder, "libexec", NULL);
  g_autofree char *program = g_build_filename (bin, "program", NULL);
  g_autofree char *own = g_build_filename (self->folder, "lib", NULL);
  g_auto (HrLoader) loader = { 0 };
  gboolean found = FALSE;

  g_assert_cmpint (g_mkdir (own, 0700), ==, 0);
  g_assert_true (hr_loader_find (&loader, program));
  g_assert_true (g_file_test (loader.interpreter, G_FILE_TEST_IS_EXECUTABLE));
  g_assert_cmpstr (loader.libraries[0], ==, own);
  for (guint i = 0; loader.libraries[i] != NULL; i++)
    {
      g_autofree char *libc = g_build_filename (loader.libraries[i], "libc.so.6", NULL);

      g_assert_true (g_file_test (loader.libraries[i], G_FILE_TEST_IS_DIR));
      found = found || g_file_test (libc, G_FILE_TEST_EXISTS);
    }
  g_assert_true (found);
  g_assert_cmpint (g_rmdir (own), ==, 0);
}

/* The agent of the build, run by the loader of this computer as the host's would be, is heard through flatpak-spawn. */
static void
test_agent_is_heard (Fixture      *self,
                     gconstpointer data)
{
  g_autofree char *agent = hr_places_find_program (g_getenv ("HEADROOM_BUILD_DIR"), HR_AGENT_BUILD_PATH, "headroom-agent");
  g_autofree char *runtime = g_build_filename (self->folder, "runtime", NULL);
  g_autofree char *places = g_strdup_printf ("[Instance]\ninstance-id=4711\napp-path=%s/app\nruntime-path=%s\n", self->folder, runtime);
  g_autoptr (HrSandbox) sandbox = NULL;
  g_autoptr (HrContract) contract = hr_places_default_contract ();
  g_autoptr (HrMonitor) monitor = NULL;
  g_autoptr (HrSource) computer = NULL;
  g_auto (GStrv) argv = NULL;

  g_assert_cmpint (symlink ("/usr", runtime), ==, 0);
  g_setenv ("PATH", g_getenv ("HEADROOM_SANDBOX_PROGRAMS"), TRUE);
  g_setenv ("HEADROOM_RUNTIME_DIR", self->folder, TRUE);
  sandbox = read_parts (self, places, allowed, NULL);
  argv = hr_sandbox_command (sandbox, agent, NULL, NULL);

  monitor = hr_monitor_new ((const char *const *) argv, contract);
  computer = g_list_model_get_item (hr_monitor_get_sources (monitor), 0);
  while (hr_history_get_n_snapshots (hr_source_get_history (computer)) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (hr_source_is_live (computer));
}

#define add(name, test) g_test_add ("/sandbox/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("none", test_there_is_none);
  add ("permission", test_what_opens_it);
  add ("places", test_what_is_where);
  add ("command", test_command);
  add ("damage", test_damage);
  add ("size", test_size);
  add ("no-spawn", test_no_spawn);
  add ("remedy", test_remedy);
  add ("usbmuxd", test_usbmuxd);
  add ("folder", test_folder);
  add ("loader", test_loader);
  add ("agent", test_agent_is_heard);

  return g_test_run ();
}
