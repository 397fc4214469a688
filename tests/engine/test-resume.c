/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Desktop, agent and program are killed in turn, each a process of its own, and what the desktop counted in the end is what the programs
 * say that they recorded: one program with a region, which the agent of this computer reads, and one with an agent of its own, behind a
 * Unix socket. HEADROOM_RESUME_ROUNDS rounds (3) from number HEADROOM_RESUME_FIRST (0), each with fresh processes. */

#include "engine/monitor.h"
#include "engine/probe/reader.h"
#include "tests/engine/find-agent.h"

#include <gio/gunixinputstream.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define MILLISECONDS "thompson_duration_ms"

/* ---- The desktop: a monitor without a window, which says what it has counted whenever it is asked. ---- */

typedef struct
{
  HrMonitor        *monitor;
  GMainLoop        *loop;
  GDataInputStream *input;
} Desktop;

static guint64
count_of (HrSource *source)
{
  HrHistory *history = hr_source_get_history (source);
  guint      metric;

  return hr_history_find_metric (history, MILLISECONDS, &metric) ? hr_history_get_totals (history, metric)->count : 0;
}

static void
report (Desktop *desktop)
{
  GListModel *sources = hr_monitor_get_sources (desktop->monitor);

  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (sources, i);

      if (hr_source_get_role (source) == HR_SOURCE_PROCESS)
        g_print ("%.5s %d %" G_GUINT64_FORMAT "\n", hr_source_get_address (source), (int) hr_source_get_state (source), count_of (source));
    }
  g_print ("end\n");
}

static void
line_read_cb (GObject      *input,
              GAsyncResult *result,
              gpointer      user_data)
{
  Desktop         *desktop = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish (desktop->input, result, NULL, NULL);

  if (line == NULL)
    {
      g_main_loop_quit (desktop->loop);
      return;
    }
  report (desktop);
  g_data_input_stream_read_line_async (desktop->input, 0, NULL, line_read_cb, desktop);
}

static int
run_desktop (const char *address_text)
{
  static const char text[] = "[contract]\nname=test\nversion=1\n[mean]\nmetric=thompson_duration_ms\nstatistic=mean\nwindow=5s\nlimit=10\n";

  const char *agent[] = { g_getenv ("HEADROOM_AGENT"), NULL };
  g_autoptr (HrContract) contract = hr_contract_parse (text, strlen (text), "test.ini", NULL);
  g_autoptr (HrAddress) address = hr_address_parse (address_text, NULL);
  g_autoptr (GInputStream) input = g_unix_input_stream_new (0, FALSE);
  Desktop desktop = { hr_monitor_new (agent, contract), g_main_loop_new (NULL, FALSE), g_data_input_stream_new (input) };

  g_assert_nonnull (hr_monitor_add (desktop.monitor, address, NULL));
  g_data_input_stream_read_line_async (desktop.input, 0, NULL, line_read_cb, &desktop);
  g_main_loop_run (desktop.loop);
  g_object_unref (desktop.input);
  g_object_unref (desktop.monitor);
  g_main_loop_unref (desktop.loop);

  return 0;
}

/* ---- The rounds. ---- */

typedef enum
{
  AGENT,
  DESKTOP,
  PROGRAM,
  N_VICTIMS
} Victim;

/* What a desktop says of one of the two programs. */
typedef struct
{
  int     state; /* HrSourceState; -1: it is not there */
  guint64 count;
} Told;

typedef struct
{
  char             *self; /* this program */
  char             *folder;
  char             *address;
  GSubprocess      *desktop;
  GDataInputStream *answers;
  GSubprocess      *local;
  GSubprocess      *embedded;
} Round;

static GSubprocess *
start (GSubprocessFlags flags,
       const char      *first,
       const char      *second,
       const char      *third)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *process = g_subprocess_new (flags, &error, first, second, third, NULL);

  g_assert_no_error (error);

  return process;
}

static void
start_desktop (Round *round)
{
  round->desktop = start (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, round->self, "--desktop", round->address);
  round->answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (round->desktop));
}

static void
kill_process (GSubprocess *process)
{
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
}

static void
end_desktop (Round *round)
{
  kill_process (round->desktop);
  g_clear_object (&round->answers);
  g_clear_object (&round->desktop);
}

static void
start_local (Round *round)
{
  round->local = start (G_SUBPROCESS_FLAGS_STDOUT_PIPE, g_getenv ("HEADROOM_WORKLOAD"), "--rate=200", NULL);
}

static void
start_embedded (Round *round)
{
  g_autofree char *option = g_strconcat ("--embed=", round->address, NULL);

  round->embedded = start (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, g_getenv ("HEADROOM_WORKLOAD"), "--rate=200", option);
}

/* Asks the desktop what it knows of the program whose address begins with @place. */
static Told
ask (Round      *round,
     const char *place)
{
  Told  told = { -1, 0 };
  char *line;

  g_assert_true (g_output_stream_write_all (g_subprocess_get_stdin_pipe (round->desktop), "report\n", 7, NULL, NULL, NULL));
  while ((line = g_data_input_stream_read_line (round->answers, NULL, NULL, NULL)) != NULL && !g_str_equal (line, "end"))
    {
      g_auto (GStrv) words = g_strsplit (line, " ", 3);

      if (g_str_has_prefix (words[0], place))
        told = (Told){ atoi (words[1]), g_ascii_strtoull (words[2], NULL, 10) };
      g_free (line);
    }
  g_assert_nonnull (line);
  g_free (line);

  return told;
}

/* Waits until the program is in @state with more than @count counted. */
static Told
wait_for (Round        *round,
          const char   *place,
          HrSourceState state,
          guint64       count)
{
  gint64 until = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  Told   told = ask (round, place);

  while (told.state != (int) state || told.count <= count)
    {
      if (g_get_monotonic_time () > until)
        g_error ("%s is in state %d with %" G_GUINT64_FORMAT " counted, not in %d with more than %" G_GUINT64_FORMAT,
                 place, told.state, told.count, (int) state, count);
      g_usleep (5000);
      told = ask (round, place);
    }

  return told;
}

/* Lets a program end in order and returns how much it says that it recorded. */
static guint64
end_program (GSubprocess **process)
{
  g_autofree char *summary = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  g_subprocess_send_signal (*process, SIGTERM);
  g_assert_true (g_subprocess_communicate_utf8 (*process, NULL, NULL, &summary, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (json_parser_load_from_data (parser, summary, -1, &error));
  g_clear_object (process);

  return (guint64) json_object_get_int_member (json_node_get_object (json_parser_get_root (parser)), "count");
}

/* What the region of a killed program says, read past everybody. */
static guint64
count_in_region (Round *round)
{
  g_autoptr (GDir) folder = g_dir_open (round->folder, 0, NULL);
  const char *name;
  guint64     count = 0;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (round->folder, name, NULL);
      HrRegionReader  *reader;

      if (!g_str_has_suffix (name, HR_REGION_SUFFIX) || hr_region_reader_open (path, &reader) != HR_REGION_OK)
        continue;
      for (guint i = 0; i < hr_region_reader_n_metrics (reader); i++)
        {
          HrRegionMetric metric;
          HrRegionTotals totals;

          if (hr_region_reader_metric (reader, i, &metric) && g_str_equal (metric.name, MILLISECONDS) &&
              hr_region_reader_totals (reader, i, &totals))
            count += totals.count;
        }
      hr_region_reader_close (reader);
    }

  return count;
}

/* Both programs end, and every count is there. */
static void
end_both (Round  *round,
          guint64 embedded_before)
{
  guint64 local = end_program (&round->local);
  guint64 embedded = end_program (&round->embedded);

  g_assert_cmpuint (wait_for (round, "local", HR_SOURCE_LOST, 0).count, ==, local);
  g_assert_cmpuint (wait_for (round, "unix:", HR_SOURCE_LOST, embedded_before).count, ==, embedded_before + embedded);
}

static void
kill_agent (Round *round)
{
  Told before = ask (round, "local");

  kill_agent_of (g_subprocess_get_identifier (round->desktop));
  wait_for (round, "local", HR_SOURCE_CONNECTED, before.count);
  end_both (round, 0);
}

static void
kill_desktop (Round *round)
{
  end_desktop (round);
  start_desktop (round);
  wait_for (round, "local", HR_SOURCE_CONNECTED, 0);
  wait_for (round, "unix:", HR_SOURCE_CONNECTED, 0);
  end_both (round, 0);
}

/* A killed program leaves its region, which is what it wrote. What an agent inside it had not sent goes with it; what had come counts on
 * with its next run. */
static void
kill_programs (Round *round)
{
  guint64 left;
  Told    embedded;

  kill_process (round->local);
  kill_process (round->embedded);
  left = count_in_region (round);
  g_assert_cmpuint (wait_for (round, "local", HR_SOURCE_LOST, left - 1).count, ==, left);
  embedded = wait_for (round, "unix:", HR_SOURCE_LOST, 0);
  g_clear_object (&round->local);
  g_clear_object (&round->embedded);

  start_local (round);
  start_embedded (round);
  wait_for (round, "local", HR_SOURCE_CONNECTED, left);
  wait_for (round, "unix:", HR_SOURCE_CONNECTED, embedded.count);
  left += end_program (&round->local);
  g_assert_cmpuint (wait_for (round, "local", HR_SOURCE_LOST, left - 1).count, ==, left);
  embedded.count += end_program (&round->embedded);
  g_assert_cmpuint (wait_for (round, "unix:", HR_SOURCE_LOST, embedded.count - 1).count, ==, embedded.count);
}

static void
run_round (const char *self,
           Victim      victim)
{
  void (*const kills[N_VICTIMS]) (Round *) = { kill_agent, kill_desktop, kill_programs };
  Round round = { .self = (char *) self };
  g_autoptr (GSubprocess) remove = NULL;

  round.folder = g_dir_make_tmp ("headroom-resume-XXXXXX", NULL);
  round.address = g_strdup_printf ("unix:%s/app", round.folder);
  g_setenv ("HEADROOM_RUNTIME_DIR", round.folder, TRUE);
  start_desktop (&round);
  start_local (&round);
  start_embedded (&round);
  wait_for (&round, "local", HR_SOURCE_CONNECTED, 0);
  wait_for (&round, "unix:", HR_SOURCE_CONNECTED, 0);
  g_usleep ((gulong) g_random_int_range (0, 200000));

  kills[victim](&round);

  end_desktop (&round);
  remove = start (G_SUBPROCESS_FLAGS_NONE, "rm", "-rf", round.folder);
  g_subprocess_wait (remove, NULL, NULL);
  g_free (round.folder);
  g_free (round.address);
}

static void
test_rounds (gconstpointer self)
{
  const char *first = g_getenv ("HEADROOM_RESUME_FIRST");
  const char *rounds = g_getenv ("HEADROOM_RESUME_ROUNDS");
  guint       begin = first != NULL ? (guint) atoi (first) : 0;
  guint       n = rounds != NULL ? (guint) atoi (rounds) : N_VICTIMS;

  for (guint i = begin; i < begin + n; i++)
    run_round (self, (Victim) (i % N_VICTIMS));
}

int
main (int   argc,
      char *argv[])
{
  if (argc == 3 && g_str_equal (argv[1], "--desktop"))
    return run_desktop (argv[2]);

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/resume/killed", argv[0], test_rounds);

  return g_test_run ();
}
