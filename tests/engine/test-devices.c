/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Devices end to end: a real monitor, an emulated iPhone on an emulated cable, and in it a real program with its own agent. */

#include "engine/monitor.h"
#include "tests/engine/link/emulator.h"
#include "tests/engine/start-child.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <signal.h>

#define MILLISECONDS "thompson_duration_ms"
#define APP_MESSAGE "No app with Headroom’s agent is in the foreground on this phone; trying again every second"

static const char *iphone;

typedef struct
{
  char        *folder;
  char        *socket; /* of the agent in the program */
  Emulator     emulator;
  HrMonitor   *monitor;
  HrSource    *device; /* once it appeared */
  HrSource    *program;
  GSubprocess *workload;
  guint        n_removed;
  guint        n_lines;
  char        *refusal;
  gint64       program_ns; /* end of its newest snapshot */
} Fixture;

#define wait_until(condition) \
  while (!(condition))        \
  g_main_context_iteration (NULL, TRUE)

static const char contract_text[] =
    "[contract]\nname=test\nversion=1\n"
    "[thompson mean]\nmetric=thompson_duration_ms\nstatistic=mean\nwindow=5s\nlimit=10\n";

static void
source_added_cb (HrMonitor *monitor,
                 HrSource  *source,
                 Fixture   *fixture)
{
  if (hr_source_get_role (source) == HR_SOURCE_DEVICE)
    g_set_object (&fixture->device, source);
  else
    g_set_object (&fixture->program, source);
}

static void
source_removed_cb (HrMonitor *monitor,
                   HrSource  *source,
                   Fixture   *fixture)
{
  fixture->n_removed++;
  if (source == fixture->device)
    g_clear_object (&fixture->device);
  if (source == fixture->program)
    g_clear_object (&fixture->program);
}

/* The series go on in order, whatever happens to the cable. */
static void
snapshot_cb (HrMonitor  *monitor,
             HrSource   *source,
             HrSnapshot *snapshot,
             Fixture    *fixture)
{
  if (source != fixture->program)
    return;

  g_assert_cmpint (snapshot->end_ns, >=, fixture->program_ns);
  fixture->program_ns = snapshot->end_ns;
}

static void
log_line_cb (HrMonitor       *monitor,
             HrSource        *device,
             const HrLogLine *line,
             Fixture         *fixture)
{
  g_assert_true (device == fixture->device);
  fixture->n_lines++;
}

static void
refused_cb (HrMonitor  *monitor,
            HrSource   *device,
            guint64     pid,
            const char *reason,
            Fixture    *fixture)
{
  g_free (fixture->refusal);
  fixture->refusal = g_strdup (reason);
}

/* A display is late only when nothing else happens; here something has to. */
static gboolean
nothing_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
set_up (Fixture      *fixture,
        gconstpointer argument)
{
  g_autoptr (HrContract) contract = hr_contract_parse (contract_text, strlen (contract_text), "test.ini", NULL);

  fixture->folder = g_dir_make_tmp ("headroom-devices-XXXXXX", NULL);
  fixture->socket = g_build_filename (fixture->folder, "app", NULL);
  emulator_start (&fixture->emulator, iphone, NULL, argument);
  fixture->monitor = hr_monitor_new (NULL, contract);
  g_signal_connect (fixture->monitor, "source-added", G_CALLBACK (source_added_cb), fixture);
  g_signal_connect (fixture->monitor, "source-removed", G_CALLBACK (source_removed_cb), fixture);
  g_signal_connect (fixture->monitor, "snapshot", G_CALLBACK (snapshot_cb), fixture);
  g_signal_connect (fixture->monitor, "log-line", G_CALLBACK (log_line_cb), fixture);
  g_signal_connect (fixture->monitor, "refused", G_CALLBACK (refused_cb), fixture);
  hr_monitor_follow_devices (fixture->monitor, NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer argument)
{
  g_clear_object (&fixture->device);
  g_clear_object (&fixture->program);
  g_assert_finalize_object (fixture->monitor);
  if (fixture->workload != NULL)
    g_subprocess_force_exit (fixture->workload);
  g_clear_object (&fixture->workload);
  emulator_stop (&fixture->emulator);
  g_unlink (fixture->socket);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->socket);
  g_free (fixture->folder);
  g_free (fixture->refusal);
}

/* Puts the workload, with the agent in it, behind the phone's port 7777. */
static void
bring_app (Fixture    *fixture,
           const char *arguments)
{
  g_autofree char *command = g_strdup_printf ("%s --embed unix:%s %s", g_getenv ("HEADROOM_WORKLOAD"), fixture->socket, arguments);
  g_autofree char *port = g_strdup_printf ("{'do': 'port', 'port': 7777, 'target': 'unix:%s'}", fixture->socket);
  g_auto (GStrv) argv = NULL;

  g_assert_true (g_shell_parse_argv (command, NULL, &argv, NULL));
  fixture->workload = start_child ((const char *const *) argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  while (!g_file_test (fixture->socket, G_FILE_TEST_EXISTS))
    g_main_context_iteration (NULL, FALSE);
  emulator_do (&fixture->emulator, port);
}

static const HrTotals *
totals_of (HrSource   *source,
           const char *metric)
{
  HrHistory *history = hr_source_get_history (source);
  guint      number;

  return hr_history_find_metric (history, metric, &number) ? hr_history_get_totals (history, number) : NULL;
}

static guint64
count_of (Fixture *fixture)
{
  const HrTotals *totals = fixture->program != NULL ? totals_of (fixture->program, MILLISECONDS) : NULL;

  return totals != NULL ? totals->count : 0;
}

static gboolean
is_live (HrSource *source)
{
  return source != NULL && hr_source_is_live (source);
}

static gboolean
device_is (Fixture      *fixture,
           HrDeviceState state)
{
  return fixture->device != NULL && hr_source_get_device (fixture->device)->state == state;
}

/* Lets the program end by itself and compares what it says of itself with what arrived. */
static void
assert_counts_are_the_programs (Fixture *fixture)
{
  g_autofree char *summary = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  const HrTotals *totals;
  JsonObject     *object;

  wait_until (hr_source_get_state (fixture->program) == HR_SOURCE_LOST);
  g_assert_true (g_subprocess_communicate_utf8 (fixture->workload, NULL, NULL, &summary, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (json_parser_load_from_data (parser, summary, -1, &error));
  object = json_node_get_object (json_parser_get_root (parser));
  totals = totals_of (fixture->program, MILLISECONDS);
  g_assert_cmpuint (totals->count, ==, json_object_get_int_member (object, "count"));
  g_assert_cmpuint (totals->histogram->total, ==, totals->count);
}

static void
wait_ms (guint ms)
{
  gint64 until = g_get_monotonic_time () + ms * G_GINT64_CONSTANT (1000);

  wait_until (g_get_monotonic_time () >= until);
}

static void
test_a_phone_appears_and_tells_of_itself (Fixture      *fixture,
                                          gconstpointer argument)
{
  const HrDevice *device;
  HrHistory      *history;
  guint           metric;

  wait_until (device_is (fixture, HR_DEVICE_READY));
  history = hr_source_get_history (fixture->device);
  device = hr_source_get_device (fixture->device);
  g_assert_cmpstr (device->udid, ==, EMULATED_UDID);
  g_assert_cmpstr (hr_source_get_name (fixture->device), ==, "Emulated iPhone");
  g_assert_cmpstr (hr_source_get_detail (fixture->device), ==, "iPhone12,1 · iOS 16.7");
  g_assert_cmpstr (hr_source_get_address (fixture->device), ==, "usb:" EMULATED_UDID);
  g_assert_cmpint (hr_source_get_group (fixture->device), ==, HR_GROUP_USB);
  g_assert_true (hr_monitor_get_origin (fixture->monitor, fixture->device) == fixture->device);
  g_assert_cmpfloat (device->battery, >=, 0);

  wait_until (totals_of (fixture->device, "battery_level") != NULL);
  g_assert_cmpfloat (totals_of (fixture->device, "battery_level")->last, ==, device->battery);
  g_assert_cmpfloat (totals_of (fixture->device, "battery_temperature")->last, ==, device->battery_celsius);
  g_assert_true (hr_history_find_metric (history, "battery_temperature", &metric));
  g_assert_cmpint (hr_history_get_metric (history, metric)->unit, ==, HR_UNIT_CELSIUS);
}

static void
test_an_app_is_found (Fixture      *fixture,
                      gconstpointer argument)
{
  g_autoptr (HrAddress) address = NULL;
  g_autofree char *sentence = NULL;

  wait_until (device_is (fixture, HR_DEVICE_READY) && g_strcmp0 (hr_source_get_message (fixture->device), APP_MESSAGE) == 0);
  g_assert_true (is_live (fixture->device));
  wait_until (hr_monitor_get_verdict (fixture->monitor, fixture->device) != NULL);
  sentence = hr_monitor_get_sentence (fixture->monitor, fixture->device);
  g_assert_cmpstr (sentence, ==, hr_source_get_message (fixture->device));
  bring_app (fixture, "");
  wait_until (is_live (fixture->program));
  g_assert_cmpstr (hr_source_get_name (fixture->program), ==, "headroom-workload");
  g_assert_cmpint (hr_source_get_group (fixture->program), ==, HR_GROUP_USB);
  g_assert_true (hr_monitor_get_origin (fixture->monitor, fixture->program) == fixture->device);

  /* It is there already: nothing is opened anew. */
  address = hr_address_parse ("usb:" EMULATED_UDID, NULL);
  g_assert_true (hr_monitor_add (fixture->monitor, address, NULL) == fixture->device);
  g_assert_true (is_live (fixture->program));
  g_assert_cmpstr (hr_source_get_message (fixture->device), !=, APP_MESSAGE);
}

/* Must show: within 1 s of attach; off for 3 s, back under another number; nothing lost, nothing doubled, out of the backlog. */
static void
test_a_replug_costs_nothing (Fixture      *fixture,
                             gconstpointer argument)
{
  const HrLinkQuality *quality;
  gint64               begin;
  guint64              before;

  bring_app (fixture, "--duration 9");
  begin = g_get_monotonic_time ();
  emulator_do (&fixture->emulator, "{'do': 'attach'}");
  wait_until (fixture->device != NULL);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, G_USEC_PER_SEC);
  wait_until (is_live (fixture->program));

  wait_until (count_of (fixture) > 5000);
  emulator_do (&fixture->emulator, "{'do': 'detach'}");
  wait_until (hr_source_get_state (fixture->device) == HR_SOURCE_LOST);
  g_assert_cmpint (hr_source_get_state (fixture->program), ==, HR_SOURCE_LOST);
  g_assert_true (device_is (fixture, HR_DEVICE_DETACHED));
  before = count_of (fixture);
  wait_ms (3000);
  g_assert_cmpuint (count_of (fixture), ==, before);

  emulator_do (&fixture->emulator, "{'do': 'attach'}");
  wait_until (is_live (fixture->program));
  quality = hr_source_get_quality (fixture->program);
  assert_counts_are_the_programs (fixture);
  g_assert_cmpuint (quality->n_resent, >, 5);
  g_assert_cmpuint (quality->n_catch_ups, ==, 0);
  g_assert_cmpuint (quality->n_lost_records, ==, 0);
  g_assert_cmpuint (quality->n_links, ==, 2);
  g_assert_cmpint (quality->best_round_trip_ns, >, 0);
  g_assert_cmpint (quality->clock_error_ns, >, 0);
}

/* Streams that break off anywhere, again and again. */
static void
test_a_bad_cable_costs_nothing (Fixture      *fixture,
                                gconstpointer argument)
{
  wait_until (fixture->device != NULL);
  bring_app (fixture, "--duration 8 --seed 3");
  wait_until (is_live (fixture->program));
  for (guint i = 0; i < 8; i++)
    {
      const HrLinkQuality *quality = hr_source_get_quality (fixture->program);
      guint                n_links = quality->n_links;

      wait_ms ((guint) g_test_rand_int_range (0, 200));
      emulator_do (&fixture->emulator, i % 2 == 0 ? "{'do': 'drop', 'port': 7777}" : "{'do': 'replug'}");
      wait_until (quality->n_links > n_links && is_live (fixture->program));
    }
  g_assert_cmpuint (hr_source_get_quality (fixture->program)->n_catch_ups, ==, 0);
  assert_counts_are_the_programs (fixture);
}

static void
test_the_daemon_restarts (Fixture      *fixture,
                          gconstpointer argument)
{
  wait_until (fixture->device != NULL);
  bring_app (fixture, "--duration 6");
  wait_until (is_live (fixture->program));
  emulator_do (&fixture->emulator, "{'do': 'stop'}");
  wait_until (hr_source_get_state (fixture->device) == HR_SOURCE_LOST && hr_monitor_get_device_trouble (fixture->monitor) != NULL);
  emulator_do (&fixture->emulator, "{'do': 'start'}");
  wait_until (is_live (fixture->program));
  g_assert_null (hr_monitor_get_device_trouble (fixture->monitor));
  assert_counts_are_the_programs (fixture);
}

static void
test_the_daemon_is_late (Fixture      *fixture,
                         gconstpointer argument)
{
  wait_until (hr_monitor_get_device_trouble (fixture->monitor) != NULL);
  g_assert_null (fixture->device);
  emulator_do (&fixture->emulator, "{'do': 'start'}");
  wait_until (device_is (fixture, HR_DEVICE_READY));
  g_assert_null (hr_monitor_get_device_trouble (fixture->monitor));
}

static void
test_a_phone_that_does_not_trust_says_what_to_do (Fixture      *fixture,
                                                  gconstpointer argument)
{
  emulator_do (&fixture->emulator, "{'do': 'unpair'}");
  emulator_do (&fixture->emulator, "{'do': 'attach'}");
  wait_until (device_is (fixture, HR_DEVICE_NOT_PAIRED));
  g_assert_cmpint (hr_source_get_state (fixture->device), ==, HR_SOURCE_CONNECTING);
  g_assert_cmpstr (hr_source_get_message (fixture->device), ==, hr_source_get_device (fixture->device)->advice);

  emulator_do (&fixture->emulator, "{'do': 'trust', 'state': 'trusted'}");
  hr_monitor_pair (fixture->monitor, fixture->device);
  wait_until (device_is (fixture, HR_DEVICE_READY));
  g_assert_true (is_live (fixture->device));
}

static void
test_a_locked_phone_says_so (Fixture      *fixture,
                             gconstpointer argument)
{
  emulator_do (&fixture->emulator, "{'do': 'lock'}");
  emulator_do (&fixture->emulator, "{'do': 'attach'}");
  wait_until (device_is (fixture, HR_DEVICE_LOCKED));
  g_assert_cmpstr (hr_source_get_message (fixture->device), ==, hr_source_get_device (fixture->device)->advice);
  emulator_do (&fixture->emulator, "{'do': 'unlock'}");
  wait_until (device_is (fixture, HR_DEVICE_READY));
}

/* A device that is forgotten while it is attached stays away until it is attached the next time. */
static void
test_a_forgotten_phone_comes_back_at_its_next_attach (Fixture      *fixture,
                                                      gconstpointer argument)
{
  GListModel *sources = hr_monitor_get_sources (fixture->monitor);

  bring_app (fixture, "");
  wait_until (is_live (fixture->program));
  hr_monitor_forget (fixture->monitor, fixture->device);
  g_assert_cmpuint (fixture->n_removed, ==, 2);
  g_assert_cmpuint (g_list_model_get_n_items (sources), ==, 0);
  wait_ms (1500);
  g_assert_cmpuint (g_list_model_get_n_items (sources), ==, 0);

  emulator_do (&fixture->emulator, "{'do': 'replug'}");
  wait_until (is_live (fixture->program));
  g_assert_cmpuint (g_list_model_get_n_items (sources), ==, 2);
}

/* The handler takes what comes first of any signal's arguments. */
static void
forget_cb (Fixture *fixture)
{
  if (fixture->device != NULL)
    hr_monitor_forget (fixture->monitor, fixture->device);
}

/* Has the device forgotten from within the next @signal, which @command brings about (NULL: it comes by itself). */
static void
assert_forgotten_within (Fixture    *fixture,
                         gpointer    instance,
                         const char *signal,
                         const char *command)
{
  GListModel *sources = hr_monitor_get_sources (fixture->monitor);
  g_autoptr (GObject) kept = g_object_ref (instance);
  gulong handler = g_signal_connect_swapped (kept, signal, G_CALLBACK (forget_cb), fixture);

  if (command != NULL)
    emulator_do (&fixture->emulator, command);
  wait_until (fixture->device == NULL);
  g_assert_cmpuint (g_list_model_get_n_items (sources), ==, 0);
  g_signal_handler_disconnect (kept, handler);
  wait_ms (100);
  g_assert_cmpuint (g_list_model_get_n_items (sources), ==, 0);
  emulator_do (&fixture->emulator, "{'do': 'detach'}");
  emulator_do (&fixture->emulator, "{'do': 'attach'}");
  wait_until (device_is (fixture, HR_DEVICE_READY));
}

/* Whoever hears of a device may forget it at once, whatever is told of it. */
static void
test_a_phone_is_forgotten_while_it_tells (Fixture      *fixture,
                                          gconstpointer argument)
{
  wait_until (device_is (fixture, HR_DEVICE_READY));
  assert_forgotten_within (fixture, fixture->monitor, "snapshot", NULL);
  assert_forgotten_within (fixture, fixture->monitor, "verdict-changed", NULL);
  assert_forgotten_within (fixture, fixture->monitor, "source-state", "{'do': 'detach'}");
  assert_forgotten_within (fixture, fixture->device, "notify::device", "{'do': 'detach'}");

  emulator_do (&fixture->emulator, "{'do': 'battery', 'level': 33}");
  hr_monitor_pair (fixture->monitor, fixture->device);
  assert_forgotten_within (fixture, fixture->device, "notify::device", NULL);
}

static void
test_a_disconnected_phone_stays_so (Fixture      *fixture,
                                    gconstpointer argument)
{
  bring_app (fixture, "");
  wait_until (is_live (fixture->program));
  hr_monitor_disconnect (fixture->monitor, fixture->device);
  g_assert_cmpint (hr_source_get_state (fixture->device), ==, HR_SOURCE_DISCONNECTED);
  emulator_do (&fixture->emulator, "{'do': 'replug'}");
  wait_ms (500);
  g_assert_cmpint (hr_source_get_state (fixture->device), ==, HR_SOURCE_DISCONNECTED);
  g_assert_cmpint (hr_source_get_state (fixture->program), ==, HR_SOURCE_DISCONNECTED);

  hr_monitor_connect (fixture->monitor, fixture->device);
  wait_until (is_live (fixture->program) && device_is (fixture, HR_DEVICE_READY));
}

static void
test_its_log_is_followed (Fixture      *fixture,
                          gconstpointer argument)
{
  wait_until (device_is (fixture, HR_DEVICE_READY));
  hr_monitor_follow_log (fixture->monitor, fixture->device, "ranker");
  for (g_autofree char *answer = NULL; answer == NULL || strstr (answer, "\"readers\": 0") != NULL;)
    {
      g_free (answer);
      wait_ms (20);
      answer = emulator_ask (&fixture->emulator, "{'do': 'syslog', 'line': 'Nov 21 10:00:00 Phone kernel[0] <Notice>: nothing of interest'}");
    }
  emulator_do (&fixture->emulator, "{'do': 'syslog', 'line': 'Nov 21 10:00:01 Phone ranker[42] <Error>: a batch was late'}");
  wait_until (fixture->n_lines == 1);
  wait_until (totals_of (fixture->device, "system log") != NULL);
  g_assert_cmpuint (totals_of (fixture->device, "system log")->count, ==, 1);

  hr_monitor_leave_log (fixture->monitor, fixture->device);
  emulator_do (&fixture->emulator, "{'do': 'syslog', 'line': 'Nov 21 10:00:02 Phone ranker[42] <Error>: a batch was late'}");
  wait_ms (200);
  g_assert_cmpuint (fixture->n_lines, ==, 1);
}

static void
searched_cb (GObject      *monitor,
             GAsyncResult *result,
             gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GPtrArray *
search (Fixture    *fixture,
        const char *text,
        GError    **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  guint n_more;

  hr_monitor_search_async (fixture->monitor, fixture->device, text, NULL, searched_cb, &result);
  wait_until (result != NULL);

  return hr_monitor_search_finish (fixture->monitor, result, &n_more, error);
}

/* iOS 16 and older tell of their processes without an agent in them. */
static void
test_figures_without_an_agent (Fixture      *fixture,
                               gconstpointer argument)
{
  g_autoptr (GPtrArray) found = NULL;
  const HrProgram *program;

  wait_until (fixture->device != NULL && totals_of (fixture->device, "cpu_usage") != NULL && totals_of (fixture->device, "frames_per_second") != NULL);
  found = search (fixture, "", NULL);
  g_assert_cmpuint (found->len, >, 0);
  program = g_ptr_array_index (found, 0);

  hr_monitor_watch (fixture->monitor, fixture->device, program->pid, 0);
  wait_until (is_live (fixture->program));
  g_assert_cmpstr (hr_source_get_name (fixture->program), ==, program->name);
  g_assert_cmpuint (hr_source_get_pid (fixture->program), ==, program->pid);
  wait_until (totals_of (fixture->program, "memory_usage_mb") != NULL);

  hr_monitor_watch (fixture->monitor, fixture->device, 999999, 0);
  g_assert_nonnull (fixture->refusal);

  emulator_do (&fixture->emulator, "{'do': 'detach'}");
  wait_until (hr_source_get_state (fixture->program) == HR_SOURCE_LOST);
  emulator_do (&fixture->emulator, "{'do': 'attach'}");
  wait_until (is_live (fixture->program));
  hr_monitor_forget (fixture->monitor, fixture->program);
  g_assert_null (fixture->program);
}

static void
test_a_missing_image_is_said_until_the_next_attach (Fixture      *fixture,
                                                    gconstpointer argument)
{
  g_autoptr (GError) error = NULL;

  emulator_do (&fixture->emulator, "{'do': 'developer', 'mounted': false}");
  emulator_do (&fixture->emulator, "{'do': 'attach'}");
  wait_until (fixture->device != NULL && hr_source_get_message (fixture->device) != NULL &&
              g_str_has_prefix (hr_source_get_message (fixture->device), APP_MESSAGE " · "));
  g_assert_null (search (fixture, "", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);

  emulator_do (&fixture->emulator, "{'do': 'developer', 'mounted': true}");
  emulator_do (&fixture->emulator, "{'do': 'replug'}");
  wait_until (totals_of (fixture->device, "cpu_usage") != NULL);
}

/* iOS 17 tells an agent alone: that is said as long as there is none. */
static void
test_a_new_phone_needs_an_agent (Fixture      *fixture,
                                 gconstpointer argument)
{
  wait_until (device_is (fixture, HR_DEVICE_READY) && hr_source_get_message (fixture->device) != NULL &&
              g_str_has_prefix (hr_source_get_message (fixture->device), APP_MESSAGE " · "));
  bring_app (fixture, "");
  wait_until (is_live (fixture->program));
  wait_until (hr_source_get_message (fixture->device) == NULL);
  g_assert_true (is_live (fixture->device));
}

static void
test_an_address_names_a_phone (Fixture      *fixture,
                               gconstpointer argument)
{
  g_autoptr (HrAddress) address = hr_address_parse ("usb:" EMULATED_UDID ":7778", NULL);
  HrSource *device = hr_monitor_add (fixture->monitor, address, NULL);

  g_assert_true (device == fixture->device);
  g_assert_cmpint (hr_source_get_state (device), ==, HR_SOURCE_LOST);
  g_assert_true (hr_monitor_add (fixture->monitor, address, NULL) == device);
  emulator_do (&fixture->emulator, "{'do': 'attach'}");
  wait_until (device_is (fixture, HR_DEVICE_READY));
}

static void
add (const char *path,
     const char *argument,
     void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, argument, set_up, test, tear_down);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  iphone = argv[1];
  g_timeout_add (20, nothing_cb, NULL);
  add ("/devices/identity", NULL, test_a_phone_appears_and_tells_of_itself);
  add ("/devices/app", NULL, test_an_app_is_found);
  add ("/devices/replug", "--detached", test_a_replug_costs_nothing);
  add ("/devices/cable", NULL, test_a_bad_cable_costs_nothing);
  add ("/devices/restart", NULL, test_the_daemon_restarts);
  add ("/devices/late", "--late", test_the_daemon_is_late);
  add ("/devices/untrusted", "--detached", test_a_phone_that_does_not_trust_says_what_to_do);
  add ("/devices/locked", "--detached", test_a_locked_phone_says_so);
  add ("/devices/forget", NULL, test_a_forgotten_phone_comes_back_at_its_next_attach);
  add ("/devices/forget/telling", NULL, test_a_phone_is_forgotten_while_it_tells);
  add ("/devices/disconnect", NULL, test_a_disconnected_phone_stays_so);
  add ("/devices/log", NULL, test_its_log_is_followed);
  add ("/devices/figures", NULL, test_figures_without_an_agent);
  add ("/devices/image", "--detached", test_a_missing_image_is_said_until_the_next_attach);
  add ("/devices/new", "--version=17.2", test_a_new_phone_needs_an_agent);
  add ("/devices/address", "--detached", test_an_address_names_a_phone);

  return g_test_run ();
}
