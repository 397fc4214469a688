/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/syslog.h"
#include "tests/engine/link/emulator.h"
#include "tests/engine/link/wait.h"

#include <string.h>

#define MARK "Nov 21 16:00:00 Phone SpringBoard(Front)[123] <Notice>: "
#define N_FLOOD 5000

static const char *iphone;

typedef struct
{
  Emulator  emulator;
  HrSyslog *log;
  GString  *heard;
  guint     n_lines;
  GError   *error;
  guint     n_ended;
  gboolean  stop; /* at the next line */
} Bench;

static void
line_cb (HrSyslog        *log,
         const HrLogLine *line,
         gpointer         user_data)
{
  Bench *self = user_data;

  self->n_lines++;
  if (self->heard->len < 4096)
    g_string_append_printf (self->heard, "%s:%s ", line->process, line->text);
  if (self->stop)
    hr_syslog_stop (log);
}

static void
ended_cb (HrSyslog     *log,
          const GError *error,
          gpointer      user_data)
{
  Bench *self = user_data;

  self->n_ended++;
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
}

static void
bench_init (Bench        *self,
            gconstpointer data)
{
  emulator_start (&self->emulator, iphone, NULL, NULL);
  self->heard = g_string_new (NULL);
  self->log = hr_syslog_new (EMULATED_UDID);
  g_signal_connect (self->log, "line", G_CALLBACK (line_cb), self);
  g_signal_connect (self->log, "ended", G_CALLBACK (ended_cb), self);
}

static void
bench_clear (Bench        *self,
             gconstpointer data)
{
  if (self->log != NULL)
    g_assert_finalize_object (self->log);
  emulator_stop (&self->emulator);
  g_string_free (self->heard, TRUE);
  g_clear_error (&self->error);
}

static void
wait_for_readers (Bench      *self,
                  const char *mark)
{
  for (;;)
    {
      g_autofree char *status = emulator_ask (&self->emulator, "{'do': 'status'}");

      if (strstr (status, mark) != NULL)
        return;
      g_main_context_iteration (NULL, FALSE);
    }
}

static void
begin (Bench *self)
{
  hr_syslog_start (self->log);
  wait_for_readers (self, "\"log_readers\": 1");
}

static void
say (Bench      *self,
     const char *text)
{
  g_autofree char *command = g_strdup_printf ("{'do': 'syslog', 'line': '%s%s'}", MARK, text);

  emulator_do (&self->emulator, command);
}

static void
wait_until_heard (Bench      *self,
                  const char *end)
{
  wait_until (g_str_has_suffix (self->heard->str, end));
}

static void
test_lines (Bench        *self,
            gconstpointer data)
{
  begin (self);
  say (self, "one");
  say (self, "two");
  wait_until_heard (self, "SpringBoard(Front):one SpringBoard(Front):two ");

  /* Only what holds the filter, from now on. */
  hr_syslog_set_filter (self->log, "HOUSE");
  say (self, "garden");
  say (self, "a house");
  wait_until_heard (self, "two SpringBoard(Front):a house ");
  hr_syslog_set_filter (self->log, NULL);
  say (self, "garden");
  wait_until_heard (self, "house SpringBoard(Front):garden ");
  g_assert_cmpuint (self->n_ended, ==, 0);

  /* The device is not kept busy for nobody. */
  hr_syslog_stop (self->log);
  g_assert_cmpuint (self->n_ended, ==, 1);
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  hr_syslog_stop (self->log);
  g_assert_cmpuint (self->n_ended, ==, 1);
  wait_for_readers (self, "\"log_readers\": 0");
}

static void
test_device_goes (Bench        *self,
                  gconstpointer data)
{
  begin (self);
  say (self, "last");
  emulator_do (&self->emulator, "{'do': 'detach'}");
  wait_until (self->n_ended != 0);
  g_assert_cmpuint (self->n_ended, ==, 1);
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);

  /* And comes back. */
  emulator_do (&self->emulator, "{'do': 'attach'}");
  begin (self);
  say (self, "first");
  wait_until_heard (self, "SpringBoard(Front):first ");
}

static void
test_refused (Bench        *self,
              gconstpointer data)
{
  emulator_do (&self->emulator, "{'do': 'lock'}");
  hr_syslog_start (self->log);
  wait_until (self->n_ended != 0);
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED);
  g_assert_nonnull (strstr (self->error->message, "passcode"));
}

static void
flood (Bench *self,
       guint  n)
{
  g_autoptr (GString) command = g_string_new ("{'do': 'syslog', 'line': '");

  for (guint i = 0; i < n; i++)
    g_string_append (command, MARK "flood\\n\\u0000");
  g_string_append (command, "'}");
  emulator_do (&self->emulator, command->str);
}

/* So many lines at once that some are dropped, however slowly the thread reads: nobody hears them meanwhile, and they are more than may wait. */
static void
flood_until_dropped (Bench *self)
{
  flood (self, N_FLOOD);
  while (hr_syslog_get_n_dropped (self->log) == 0)
    g_thread_yield ();
}

/* A device that logs without measure is counted, not shown; what does not pass the filter is not even counted. */
static void
test_flood (Bench        *self,
            gconstpointer data)
{
  guint64 n_dropped;
  guint   n_said = 0;

  begin (self);
  flood_until_dropped (self);
  while (self->n_lines + hr_syslog_get_n_dropped (self->log) < N_FLOOD)
    g_main_context_iteration (NULL, FALSE);
  n_dropped = hr_syslog_get_n_dropped (self->log);
  g_assert_cmpuint (self->n_lines + n_dropped, ==, N_FLOOD);
  g_assert_cmpuint (self->n_lines, >=, 1000);

  hr_syslog_set_filter (self->log, "garden");
  flood (self, N_FLOOD);
  g_string_truncate (self->heard, 0);
  while (self->heard->len == 0)
    {
      say (self, "garden");
      n_said++;
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_cmpuint (hr_syslog_get_n_dropped (self->log) - n_dropped, <, n_said);
}

/* Also for lines that passed another one, and wait. */
static void
test_filter_of_waiting_lines (Bench        *self,
                              gconstpointer data)
{
  begin (self);
  flood_until_dropped (self);
  hr_syslog_set_filter (self->log, "garden");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (self->n_lines, ==, 0);
}

/* No line is heard after the end, though a thousand wait. */
static void
test_stopped_by_listener (Bench        *self,
                          gconstpointer data)
{
  begin (self);
  self->stop = TRUE;
  flood_until_dropped (self);
  wait_until (self->n_ended != 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (self->n_lines, ==, 1);
  g_assert_cmpuint (self->n_ended, ==, 1);
}

/* Without its owner nothing of it is heard any more. */
static void
test_let_go (Bench        *self,
             gconstpointer data)
{
  begin (self);
  say (self, "one");
  g_assert_finalize_object (g_steal_pointer (&self->log));
  wait_for_readers (self, "\"log_readers\": 0");
  g_assert_cmpuint (self->n_lines, ==, 0);
  g_assert_cmpuint (self->n_ended, ==, 0);
}

#define ADD(name, func) g_test_add ("/link/syslog/" name, Bench, NULL, bench_init, func, bench_clear)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  iphone = argv[1];
  ADD ("lines", test_lines);
  ADD ("device-goes", test_device_goes);
  ADD ("refused", test_refused);
  ADD ("flood", test_flood);
  ADD ("filter-of-waiting-lines", test_filter_of_waiting_lines);
  ADD ("stopped-by-listener", test_stopped_by_listener);
  ADD ("let-go", test_let_go);

  return g_test_run ();
}
