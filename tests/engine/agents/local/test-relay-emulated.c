/* SPDX-License-Identifier: GPL-3.0-or-later */

/* An emulated iPhone, whose daemon is a process of its own, seen through the relay of a real headroom-agent: by our client and by the
 * tools of libimobiledevice. Its first argument is the path of iphone.py. */

#include "tests/engine/agents/local/relay-fixture.h"
#include "tests/engine/link/emulator.h"
#include "tests/engine/link/hearing.h"
#include "tests/folder.h"

static const char *iphone;

typedef struct
{
  char      *folder;
  char      *address; /* of the relay */
  Emulator   emulator;
  RelayAgent agent;
  Hearing    hearing;
} Bench;

static void
begin (Bench      *self,
       const char *address,
       const char *argument)
{
  emulator_start (&self->emulator, iphone, address, argument);
  self->folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  relay_agent_start (&self->agent, self->folder, "usbmuxd-4711", self->emulator.address);
  self->address = g_strconcat ("UNIX:", self->agent.path, NULL);
  hearing_begin (&self->hearing, self->address);
}

static void
finish (Bench *self)
{
  hearing_end (&self->hearing);
  relay_agent_stop (&self->agent);
  emulator_stop (&self->emulator);
  remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->address);
}

static void
test_comes_and_goes (void)
{
  Bench self;

  begin (&self, NULL, NULL);
  wait_until_heard (&self.hearing, "+" EMULATED_UDID " ");
  emulator_do (&self.emulator, "{'do': 'replug'}");
  wait_until_heard (&self.hearing, "-" EMULATED_UDID " +" EMULATED_UDID " ");
  emulator_do (&self.emulator, "{'do': 'detach'}");
  wait_until_heard (&self.hearing, "-" EMULATED_UDID " ");
  finish (&self);
}

/* Each start of the daemon is another socket file. */
static void
test_late_and_restarted (void)
{
  Bench self;

  begin (&self, NULL, "--late");
  wait_until (hr_usbmux_get_trouble (self.hearing.client) != NULL);
  emulator_do (&self.emulator, "{'do': 'start'}");
  wait_until_heard (&self.hearing, "+" EMULATED_UDID " ");
  for (guint i = 0; i < 3; i++)
    {
      emulator_do (&self.emulator, "{'do': 'restart'}");
      wait_until_heard (&self.hearing, "-" EMULATED_UDID " +" EMULATED_UDID " ");
    }
  emulator_do (&self.emulator, "{'do': 'stop'}");
  wait_until_heard (&self.hearing, "-" EMULATED_UDID " ");
  emulator_do (&self.emulator, "{'do': 'start'}");
  wait_until_heard (&self.hearing, "+" EMULATED_UDID " ");
  finish (&self);
}

static void
test_network (void)
{
  Bench self;

  begin (&self, "127.0.0.1:0", NULL);
  wait_until_heard (&self.hearing, "+" EMULATED_UDID " ");
  emulator_do (&self.emulator, "{'do': 'restart'}");
  wait_until_heard (&self.hearing, "-" EMULATED_UDID " +" EMULATED_UDID " ");
  finish (&self);
}

/* Returns what a tool said to the relay. */
static char *
run_tool (Bench             *self,
          const char *const *argv)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GSubprocess) tool = NULL;
  g_autoptr (GError) error = NULL;
  char *said = NULL;

  g_subprocess_launcher_setenv (launcher, "USBMUXD_SOCKET_ADDRESS", self->address, TRUE);
  g_subprocess_launcher_setenv (launcher, "HOME", self->folder, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_CONFIG_HOME", self->folder, TRUE);
  tool = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (tool, NULL, NULL, &said, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (tool));

  return said;
}

static void
test_tools (void)
{
  const char *const list[] = { "idevice_id", "-l", NULL };
  const char *const info[] = { "ideviceinfo", "-s", NULL };
  const char *const whole[] = { "ideviceinfo", "-k", "TimeZone", NULL };
  g_autofree char  *path = g_find_program_in_path (info[0]);
  g_autofree char  *listed = NULL;
  g_autofree char  *told = NULL;
  g_autofree char  *zone = NULL;
  g_autofree char  *none = NULL;
  Bench             self;

  if (path == NULL)
    {
      g_test_skip ("ideviceinfo is not installed");
      return;
    }

  begin (&self, NULL, NULL);
  wait_until_heard (&self.hearing, "+" EMULATED_UDID " ");
  listed = run_tool (&self, list);
  g_assert_cmpstr (listed, ==, EMULATED_UDID "\n");
  told = run_tool (&self, info);
  g_assert_nonnull (strstr (told, "UniqueDeviceID: " EMULATED_UDID "\n"));
  zone = run_tool (&self, whole);
  g_assert_cmpstr (zone, ==, "UTC\n");
  emulator_do (&self.emulator, "{'do': 'detach'}");
  wait_until_heard (&self.hearing, "-" EMULATED_UDID " ");
  none = run_tool (&self, list);
  g_assert_cmpstr (none, ==, "");
  finish (&self);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  iphone = argv[1];
  g_test_add_func ("/agent/relay-emulated/comes-and-goes", test_comes_and_goes);
  g_test_add_func ("/agent/relay-emulated/late-and-restarted", test_late_and_restarted);
  g_test_add_func ("/agent/relay-emulated/network", test_network);
  g_test_add_func ("/agent/relay-emulated/tools", test_tools);

  return g_test_run ();
}
