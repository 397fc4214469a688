/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Agents that a monitor does not start itself: found by their addresses, searched, watched, forgotten. All of them real. */

#include "engine/monitor.h"
#include "tests/engine/start-child.h"

#include <glib/gstdio.h>
#include <signal.h>

typedef struct
{
  char        *folder;
  char        *socket;
  HrMonitor   *monitor;
  GSubprocess *agent;
  GSubprocess *program;
  HrSource    *added;   /* the last one */
  HrSource    *removed; /* borrowed: the last one, to compare */
  guint        n_removed;
  char        *refusal;
} Fixture;

#define wait_until(condition) \
  while (!(condition))        \
  g_main_context_iteration (NULL, TRUE)

static const char contract_text[] =
    "[contract]\nname=test\nversion=1\n"
    "[footprint]\nmetric=memory_usage_mb\nstatistic=last\nlimit=0.001\n";

static void
source_added_cb (HrMonitor *monitor,
                 HrSource  *source,
                 Fixture   *fixture)
{
  g_set_object (&fixture->added, source);
}

static void
source_removed_cb (HrMonitor *monitor,
                   HrSource  *source,
                   Fixture   *fixture)
{
  fixture->removed = source;
  fixture->n_removed++;
}

static void
refused_cb (HrMonitor  *monitor,
            HrSource   *computer,
            guint64     pid,
            const char *reason,
            Fixture    *fixture)
{
  g_free (fixture->refusal);
  fixture->refusal = g_strdup (reason);
}

static GSubprocess *
start (GSubprocessFlags flags,
       const char      *first,
       ...)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  GSubprocess *process;
  va_list      more;

  va_start (more, first);
  for (const char *word = first; word != NULL; word = va_arg (more, const char *))
    g_ptr_array_add (words, (gpointer) word);
  va_end (more);
  g_ptr_array_add (words, NULL);
  process = start_child ((const char *const *) words->pdata, flags);

  return process;
}

static void
start_agent (Fixture *fixture)
{
  g_autofree char *place = g_strconcat ("unix:", fixture->socket, NULL);

  g_clear_object (&fixture->agent);
  fixture->agent = start (G_SUBPROCESS_FLAGS_NONE, g_getenv ("HEADROOM_AGENT"), "--listen", place, NULL);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (HrContract) contract = hr_contract_parse (contract_text, strlen (contract_text), "test.ini", NULL);

  fixture->folder = g_dir_make_tmp ("headroom-places-XXXXXX", NULL);
  fixture->socket = g_build_filename (fixture->folder, "agent", NULL);
  g_setenv ("HEADROOM_RUNTIME_DIR", fixture->folder, TRUE);
  fixture->monitor = hr_monitor_new (NULL, contract);
  g_signal_connect (fixture->monitor, "source-added", G_CALLBACK (source_added_cb), fixture);
  g_signal_connect (fixture->monitor, "source-removed", G_CALLBACK (source_removed_cb), fixture);
  g_signal_connect (fixture->monitor, "refused", G_CALLBACK (refused_cb), fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (GSubprocess) remove = NULL;

  g_clear_object (&fixture->added);
  g_assert_finalize_object (fixture->monitor);
  if (fixture->agent != NULL)
    g_subprocess_force_exit (fixture->agent);
  g_clear_object (&fixture->agent);
  if (fixture->program != NULL)
    g_subprocess_force_exit (fixture->program);
  g_clear_object (&fixture->program);
  remove = start (G_SUBPROCESS_FLAGS_NONE, "rm", "-rf", fixture->folder, NULL);
  g_subprocess_wait (remove, NULL, NULL);
  g_free (fixture->socket);
  g_free (fixture->folder);
  g_free (fixture->refusal);
}

static guint
n_sources (Fixture *fixture)
{
  return g_list_model_get_n_items (hr_monitor_get_sources (fixture->monitor));
}

static HrSource *
add_text (Fixture    *fixture,
          const char *text,
          GError    **error)
{
  g_autoptr (HrAddress) address = hr_address_parse (text, error);

  g_assert_nonnull (address);

  return hr_monitor_add (fixture->monitor, address, error);
}

/* Adds the agent at the Unix socket, and waits until it is live. */
static HrSource *
add_agent (Fixture *fixture)
{
  g_autofree char *text = g_strconcat ("unix:", fixture->socket, NULL);
  HrSource        *computer = add_text (fixture, text, NULL);

  wait_until (hr_source_is_live (computer));
  g_assert_cmpstr (hr_source_get_address (computer), ==, text);

  return computer;
}

static void
test_a_socket_leads_to_a_computer (Fixture      *fixture,
                                   gconstpointer data)
{
  g_autofree char *text = g_strconcat ("unix:", fixture->socket, NULL);
  HrSource        *computer = add_text (fixture, text, NULL);

  /* An agent that is not there yet is waited for. */
  wait_until (hr_source_get_state (computer) == HR_SOURCE_LOST);
  g_assert_nonnull (strstr (hr_source_get_message (computer), fixture->socket));
  start_agent (fixture);
  g_assert_true (add_agent (fixture) == computer);
  g_assert_cmpuint (n_sources (fixture), ==, 1);
  g_assert_cmpstr (hr_source_get_name (computer), ==, g_get_host_name ());
  g_assert_true (hr_monitor_get_origin (fixture->monitor, computer) == computer);
  wait_until (hr_source_get_quality (computer)->best_round_trip_ns > 0);
}

static void
test_a_forgotten_computer_leaves_nothing (Fixture      *fixture,
                                          gconstpointer data)
{
  HrSource    *computer;
  HrAlertBook *alerts = hr_monitor_get_alerts (fixture->monitor);

  start_agent (fixture);
  computer = add_agent (fixture);
  fixture->program = start (G_SUBPROCESS_FLAGS_STDOUT_PIPE, g_getenv ("HEADROOM_WORKLOAD"), NULL);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (alerts)) > 0);
  g_assert_nonnull (hr_monitor_get_verdict (fixture->monitor, computer));

  hr_monitor_forget (fixture->monitor, computer);
  g_assert_cmpuint (fixture->n_removed, ==, 2);
  g_assert_cmpuint (n_sources (fixture), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (alerts)), ==, 0);
  g_assert_null (hr_monitor_get_origin (fixture->monitor, fixture->added));

  computer = add_agent (fixture);
  wait_until (n_sources (fixture) == 2);
}

static void
result_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GPtrArray *
search (Fixture    *fixture,
        HrSource   *source,
        const char *text,
        GError    **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  guint n_more = 0;

  hr_monitor_search_async (fixture->monitor, source, text, NULL, result_cb, &result);
  wait_until (result != NULL);

  return hr_monitor_search_finish (fixture->monitor, result, &n_more, error);
}

static void
test_a_program_is_found_and_watched (Fixture      *fixture,
                                     gconstpointer data)
{
  const HrProgram *program = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (HrSource) source = NULL;
  HrSource *computer;
  guint64   pid, received;
  guint     metric;

  start_agent (fixture);
  computer = add_agent (fixture);
  fixture->program = start (G_SUBPROCESS_FLAGS_NONE, "/bin/sleep", "86399.125", NULL);
  pid = (guint64) atoi (g_subprocess_get_identifier (fixture->program));
  found = search (fixture, computer, "86399.125", NULL);
  for (guint i = 0; i < found->len; i++)
    if (((HrProgram *) found->pdata[i])->pid == pid)
      program = found->pdata[i];
  g_assert_nonnull (program);
  g_assert_cmpstr (program->name, ==, "sleep");

  hr_monitor_watch (fixture->monitor, computer, pid, program->start_time);
  wait_until (n_sources (fixture) == 2);
  source = g_object_ref (fixture->added);
  g_assert_cmpuint (hr_source_get_pid (source), ==, pid);
  wait_until (hr_source_is_live (source));
  g_assert_true (hr_history_find_metric (hr_source_get_history (source), "memory_usage_mb", &metric));

  /* Another agent, the same wish. */
  g_subprocess_force_exit (fixture->agent);
  wait_until (hr_source_get_state (source) == HR_SOURCE_LOST);
  received = hr_history_get_received (hr_source_get_history (source));
  start_agent (fixture);
  wait_until (hr_source_is_live (source) && hr_history_get_received (hr_source_get_history (source)) > received + 1);
  g_assert_cmpuint (n_sources (fixture), ==, 2);

  hr_monitor_forget (fixture->monitor, source);
  g_assert_true (fixture->removed == source);
  g_assert_cmpuint (n_sources (fixture), ==, 1);
}

static void
test_what_cannot_be_watched_is_said (Fixture      *fixture,
                                     gconstpointer data)
{
  start_agent (fixture);
  hr_monitor_watch (fixture->monitor, add_agent (fixture), G_MAXINT32, 0);
  wait_until (fixture->refusal != NULL);
  g_assert_cmpuint (n_sources (fixture), ==, 1);
}

/* Starts an agent on the loopback and returns its pairing link. */
static char *
start_tcp_agent (Fixture    *fixture,
                 const char *renew)
{
  g_autofree char *identity = g_build_filename (fixture->folder, "identity", NULL);
  g_autofree char *option = g_strconcat ("--identity=", identity, NULL);
  g_autoptr (GDataInputStream) output = NULL;
  g_autofree char *listen = g_strdup_printf ("--listen=tcp:127.0.0.1:%d", 20000 + getpid () % 20000);

  g_clear_object (&fixture->agent);
  fixture->agent = start (G_SUBPROCESS_FLAGS_STDOUT_PIPE, g_getenv ("HEADROOM_AGENT"), option, listen, renew, NULL);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (fixture->agent));

  return g_data_input_stream_read_line (output, NULL, NULL, NULL);
}

/* Whoever was paired is not any more once the agent is renewed; the new link, pasted at the same place, is of use at once. */
static void
test_a_pairing_link_leads_to_a_computer (Fixture      *fixture,
                                         gconstpointer data)
{
  g_autofree char *link = start_tcp_agent (fixture, NULL);
  g_autofree char *renewed = NULL;
  HrSource        *computer = add_text (fixture, link, NULL);

  wait_until (hr_source_is_live (computer));
  g_assert_cmpint (hr_source_get_group (computer), ==, HR_GROUP_NETWORK);
  g_assert_true (g_str_has_prefix (hr_source_get_address (computer), "tcp:127.0.0.1:"));
  g_assert_cmpstr (hr_source_get_name (computer), ==, g_get_host_name ());

  g_subprocess_force_exit (fixture->agent);
  wait_until (hr_source_get_state (computer) == HR_SOURCE_LOST);
  g_subprocess_wait (fixture->agent, NULL, NULL);
  renewed = start_tcp_agent (fixture, "--renew");
  wait_until (strstr (hr_source_get_message (computer), "without a word") != NULL);

  g_assert_true (add_text (fixture, renewed, NULL) == computer);
  wait_until (hr_source_is_live (computer));
}

static void
test_what_leads_nowhere_is_refused (Fixture      *fixture,
                                    gconstpointer data)
{
  g_autoptr (GError) unpaired = NULL;
  g_autoptr (GError) process = NULL;
  g_autoptr (GError) local = NULL;

  g_assert_null (add_text (fixture, "tcp:127.0.0.1:9", &unpaired));
  g_assert_error (unpaired, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_null (add_text (fixture, "pid:1", &process));
  g_assert_error (process, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_null (add_text (fixture, "local:", &local));
  g_assert_error (local, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_cmpuint (n_sources (fixture), ==, 0);
}

static void
test_this_computer_is_not_forgotten (Fixture      *fixture,
                                     gconstpointer data)
{
  const char *agent[] = { g_getenv ("HEADROOM_AGENT"), NULL };
  g_autoptr (HrMonitor) monitor = hr_monitor_new (agent, hr_monitor_get_contract (fixture->monitor));
  g_autoptr (HrSource) computer = g_list_model_get_item (hr_monitor_get_sources (monitor), 0);

  wait_until (hr_source_is_live (computer));
  hr_monitor_forget (monitor, computer);
  g_assert_cmpuint (g_list_model_get_n_items (hr_monitor_get_sources (monitor)), ==, 1);
  g_assert_cmpstr (hr_source_get_address (computer), ==, "local:");
}

/* It is there, and says why nothing comes from it, to whoever looks, searches or tries again. */
static void
test_a_barred_computer_says_why (Fixture      *fixture,
                                 gconstpointer data)
{
  g_autoptr (GError) why = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "not allowed");
  g_autoptr (HrSource) computer = NULL;

  hr_monitor_bar_computer (fixture->monitor, why);
  computer = g_list_model_get_item (hr_monitor_get_sources (fixture->monitor), 0);
  g_assert_cmpstr (hr_source_get_address (computer), ==, "local:");
  g_assert_cmpstr (hr_source_get_name (computer), ==, g_get_host_name ());
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      wait_until (hr_source_get_state (computer) == HR_SOURCE_DISCONNECTED);
      g_assert_cmpstr (hr_source_get_message (computer), ==, "not allowed");
      g_assert_null (search (fixture, computer, "sh", &error));
      g_assert_cmpstr (error->message, ==, "not allowed");
      hr_monitor_connect (fixture->monitor, computer);
    }

  g_assert_cmpuint (n_sources (fixture), ==, 1);
}

static void
add (const char *path,
     void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("/places/unix", test_a_socket_leads_to_a_computer);
  add ("/places/forget", test_a_forgotten_computer_leaves_nothing);
  add ("/places/watch", test_a_program_is_found_and_watched);
  add ("/places/refused", test_what_cannot_be_watched_is_said);
  add ("/places/tcp", test_a_pairing_link_leads_to_a_computer);
  add ("/places/nowhere", test_what_leads_nowhere_is_refused);
  add ("/places/local", test_this_computer_is_not_forgotten);
  add ("/places/barred", test_a_barred_computer_says_why);

  return g_test_run ();
}
