/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What goes through the relay of a real headroom-agent, byte for byte. The daemon behind it is a socket of this program. */

#include "engine/agents/local/relay.h"
#include "tests/engine/agents/local/relay-fixture.h"
#include "tests/engine/agents/local/sockets.h"
#include "tests/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME "usbmuxd-4711"
#define ANOTHER_USER 65534
#define SILENCE_MS 6000

/* What two sockets and the relay between them may hold that nobody reads. */
#define HELD_LIMIT (4u << 20)

typedef struct
{
  char      *folder; /* holds the daemon's socket */
  char      *runtime;
  char      *daemon_path;
  int        daemon; /* listens; -1: does not */
  RelayAgent agent;
} Fixture;

/* Both ways over a connection made now. */
static void
check_connection (Fixture *fixture)
{
  int near = connect_to (fixture->agent.path);
  int far;

  say (near, "list");
  far = accept_speaker (fixture->daemon);
  hear (far, "list");
  say (far, "devices");
  hear (near, "devices");
  close (near);
  close (far);
}

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  g_autofree char *address = NULL;

  fixture->folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  fixture->runtime = g_build_filename (fixture->folder, "run", NULL);
  fixture->daemon_path = g_build_filename (fixture->folder, "usbmuxd", NULL);
  fixture->daemon = listen_at (fixture->daemon_path);
  address = g_strconcat ("UNIX:", fixture->daemon_path, NULL);
  relay_agent_start (&fixture->agent, fixture->runtime, NAME, address);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  relay_agent_stop (&fixture->agent);
  if (fixture->daemon >= 0)
    close (fixture->daemon);
  g_unlink (fixture->daemon_path);
  remove_folder (fixture->runtime);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->runtime);
  g_free (fixture->daemon_path);
}

static void
test_the_socket_is_private (Fixture      *fixture,
                            gconstpointer user_data)
{
  GStatBuf info;

  g_assert_cmpint (g_lstat (fixture->agent.path, &info), ==, 0);
  g_assert_true (S_ISSOCK (info.st_mode));
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_lstat (fixture->runtime, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0700);
  g_assert_cmpuint (count_files (fixture->runtime), ==, 1);
}

/* Where the files' modes let another user in, the kernel's word on who it is does not. */
static void
test_another_user_is_refused (Fixture      *fixture,
                              gconstpointer user_data)
{
  pid_t child;
  int   status;

  if (geteuid () != 0)
    {
      g_test_skip ("only root can be another user");
      return;
    }

  g_assert_cmpint (g_chmod (fixture->folder, 0711), ==, 0);
  g_assert_cmpint (g_chmod (fixture->runtime, 0711), ==, 0);
  g_assert_cmpint (g_chmod (fixture->agent.path, 0666), ==, 0);
  child = fork ();
  if (child == 0)
    {
      char byte;
      int  fd;

      if (setgroups (0, NULL) < 0 || setresuid (ANOTHER_USER, ANOTHER_USER, ANOTHER_USER) < 0)
        _exit (1);
      fd = try_connect (fixture->agent.path);
      _exit (fd < 0 ? 2 : recv (fd, &byte, 1, 0) == 0 ? 0
                                                      : 3);
    }

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  check_connection (fixture);
}

static void
test_half_of_it_may_end (Fixture      *fixture,
                         gconstpointer user_data)
{
  for (guint i = 0; i < 2; i++)
    {
      int near = connect_to (fixture->agent.path);
      int far = accept_from (fixture->daemon);
      int first = i == 0 ? near : far;
      int second = i == 0 ? far : near;

      say (first, "the last word");
      g_assert_cmpint (shutdown (first, SHUT_WR), ==, 0);
      hear (second, "the last word");
      hear_end (second);
      say (second, "and the answer");
      hear (first, "and the answer");
      close (second);
      hear_end (first);
      close (first);
    }
}

/* What was said before a side went comes through, and then its end. */
static void
test_words_of_one_that_went_arrive (Fixture      *fixture,
                                    gconstpointer user_data)
{
  int near = connect_to (fixture->agent.path);
  int far;

  say (near, "forget it");
  close (near);
  far = accept_from (fixture->daemon);
  hear (far, "forget it");
  hear_end (far);
  close (far);
}

/* A daemon that goes on with what nobody can hear any more is not kept, and neither is its place. */
static void
test_one_that_went_ends_the_other (Fixture      *fixture,
                                   gconstpointer user_data)
{
  int           near = connect_to (fixture->agent.path);
  int           far = accept_from (fixture->daemon);
  struct pollfd hangup = { .fd = far };

  say (near, "list");
  hear (far, "list");
  close (near);
  hear_end (far);
  g_assert_cmpint (poll (&hangup, 1, TIMEOUT_SECONDS * 1000), ==, 1);
  g_assert_cmpint (hangup.revents & POLLHUP, ==, POLLHUP);
  close (far);
}

/* A side that will not hear any more may still have something to say, and the other one is told by its next word. */
static void
test_who_is_not_heard_is_told (Fixture      *fixture,
                               gconstpointer user_data)
{
  int near = connect_to (fixture->agent.path);
  int far = accept_from (fixture->daemon);

  g_assert_cmpint (shutdown (far, SHUT_RD), ==, 0);
  while (send (near, "word", 4, MSG_NOSIGNAL) >= 0)
    ;
  g_assert_cmpint (errno, ==, EPIPE);
  say (far, "and yet");
  hear (near, "and yet");
  close (near);
  close (far);
}

/* One reader takes little at a time, the other one much. */
static void
test_much_goes_both_ways_at_once (Fixture      *fixture,
                                  gconstpointer user_data)
{
  int      near = connect_to (fixture->agent.path);
  int      far = accept_from (fixture->daemon);
  Carrier  carriers[] = { { .fd = near, .piece = 64 << 10 }, { .fd = far, .piece = 3000 }, { .fd = far, .piece = 700 }, { .fd = near, .piece = 64 << 10 } };
  GThread *threads[G_N_ELEMENTS (carriers)];

  for (guint i = 0; i < G_N_ELEMENTS (carriers); i++)
    threads[i] = g_thread_new ("carrier", i % 2 == 0 ? write_thread : read_thread, &carriers[i]);
  for (guint i = 0; i < G_N_ELEMENTS (carriers); i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpuint (carriers[i].n, ==, LARGE);
      g_assert_cmpuint (carriers[i].n_wrong, ==, 0);
    }
  close (near);
  close (far);
}

/* Who does not read holds up who writes, and nobody else; then everything is still there. */
static void
test_a_full_side_holds_the_other (Fixture      *fixture,
                                  gconstpointer user_data)
{
  int           near = connect_to (fixture->agent.path);
  int           far = accept_from (fixture->daemon);
  struct pollfd room = { .fd = near, .events = POLLOUT };
  Carrier       reader = { .fd = far, .piece = 64 << 10 };
  gsize         n_held = 0;
  guint8        byte;

  while (n_held < LARGE && poll (&room, 1, 200) > 0)
    {
      byte = pattern (n_held);
      if (send (near, &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1)
        n_held++;
    }
  g_assert_cmpuint (n_held, <, HELD_LIMIT);
  check_connection (fixture);

  g_assert_cmpint (shutdown (near, SHUT_WR), ==, 0);
  read_thread (&reader);
  g_assert_cmpuint (reader.n, ==, n_held);
  g_assert_cmpuint (reader.n_wrong, ==, 0);
  close (near);
  close (far);
}

static void
test_one_too_many_is_closed (Fixture      *fixture,
                             gconstpointer user_data)
{
  int near[HR_RELAY_MAX], far[HR_RELAY_MAX], more;

  for (guint i = 0; i < HR_RELAY_MAX; i++)
    {
      near[i] = connect_to (fixture->agent.path);
      far[i] = accept_from (fixture->daemon);
    }
  more = connect_to (fixture->agent.path);
  hear_end (more);
  close (more);

  say (near[HR_RELAY_MAX - 1], "still here");
  hear (far[HR_RELAY_MAX - 1], "still here");
  close (near[0]);
  hear_end (far[0]);
  close (far[0]);

  /* Its place is free when the agent has seen both ends of it. */
  for (;;)
    {
      struct pollfd events[] = { { .fd = fixture->daemon, .events = POLLIN }, { .events = POLLIN } };

      near[0] = connect_to (fixture->agent.path);
      events[1].fd = near[0];
      g_assert_cmpint (poll (events, 2, TIMEOUT_SECONDS * 1000), >, 0);
      if (events[0].revents != 0)
        break;
      close (near[0]);
    }
  far[0] = accept_from (fixture->daemon);
  for (guint i = 0; i < HR_RELAY_MAX; i++)
    {
      close (near[i]);
      close (far[i]);
    }
}

/* The daemon is silent for as long as no device comes or goes: longer than the relay waits for it to let us in. */
static void
test_silence_is_no_end (Fixture      *fixture,
                        gconstpointer user_data)
{
  int           near = connect_to (fixture->agent.path);
  int           far = accept_from (fixture->daemon);
  struct pollfd ends[] = { { .fd = near, .events = POLLIN }, { .fd = far, .events = POLLIN } };

  say (near, "listen");
  hear (far, "listen");
  g_assert_cmpint (poll (ends, G_N_ELEMENTS (ends), SILENCE_MS), ==, 0);
  say (far, "attached");
  hear (near, "attached");
  close (near);
  close (far);
}

/* Gone without a file, with a file on which nobody listens, and back as another file. */
static void
test_the_daemon_comes_and_goes (Fixture      *fixture,
                                gconstpointer user_data)
{
  for (guint i = 0; i < 4; i++)
    {
      int near;

      check_connection (fixture);
      close (fixture->daemon);
      if (i % 2 == 0)
        g_unlink (fixture->daemon_path);
      near = connect_to (fixture->agent.path);
      hear_end (near);
      close (near);
      g_unlink (fixture->daemon_path);
      fixture->daemon = listen_at (fixture->daemon_path);
    }
  check_connection (fixture);
}

static void
test_a_killed_daemon_ends_its_connections (Fixture      *fixture,
                                           gconstpointer user_data)
{
  int near = connect_to (fixture->agent.path);
  int far = accept_from (fixture->daemon);

  say (near, "unread");
  close (far);
  hear_end (near);
  close (near);
}

static void
test_an_address_that_makes_no_sense (void)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  g_autofree char *itself = g_strdup_printf ("UNIX:%s/" NAME, folder);
  RelayAgent       agent;
  int              near;

  relay_agent_start (&agent, folder, NAME, "nonsense");
  near = connect_to (agent.path);
  hear_end (near);
  close (near);
  relay_agent_stop (&agent);

  /* The computer is measured all the same. */
  relay_agent_start (&agent, folder, NAME, itself);
  g_assert_cmpint (try_connect (agent.path), <, 0);
  relay_agent_stop (&agent);
  remove_folder (folder);
}

static gboolean
has_file (const char *folder,
          const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  GStatBuf         info;

  return g_lstat (path, &info) == 0;
}

static void
test_what_killed_agents_left_is_removed (Fixture      *fixture,
                                         gconstpointer user_data)
{
  g_autofree char *file = g_build_filename (fixture->runtime, "usbmuxd-2", NULL);
  RelayAgent       later;
  int              near;

  leave_socket (fixture->runtime, "usbmuxd-1");
  leave_socket (fixture->runtime, "another-1");
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  relay_agent_start (&later, fixture->runtime, "usbmuxd-3", "UNIX:/nonexistent");
  g_assert_false (has_file (fixture->runtime, "usbmuxd-1"));
  g_assert_true (has_file (fixture->runtime, "usbmuxd-2"));
  g_assert_true (has_file (fixture->runtime, "another-1"));
  check_connection (fixture);

  /* A kill leaves the file; the next agent takes its place. */
  g_subprocess_send_signal (later.child, SIGKILL);
  g_assert_true (g_subprocess_wait (later.child, NULL, NULL));
  g_assert_true (has_file (fixture->runtime, "usbmuxd-3"));
  peer_free (later.peer);
  g_object_unref (later.child);
  g_free (later.path);
  relay_agent_start (&later, fixture->runtime, "usbmuxd-3", "UNIX:/nonexistent");
  near = connect_to (later.path);
  hear_end (near);
  close (near);
  relay_agent_stop (&later);
}

/* As where an app has its agent started again while the last one is about to end. */
static void
test_a_name_that_gets_free_is_taken (Fixture      *fixture,
                                     gconstpointer user_data)
{
  g_autofree char *address = g_strconcat ("UNIX:", fixture->daemon_path, NULL);
  RelayAgent       later;
  gint64           deadline = g_get_monotonic_time () + TIMEOUT_SECONDS * G_USEC_PER_SEC;

  relay_agent_start (&later, fixture->runtime, NAME, address);
  check_connection (fixture);
  relay_agent_stop (&fixture->agent);
  fixture->agent = later;
  while (!has_file (fixture->runtime, NAME))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, TRUE);
    }
  check_connection (fixture);
}

static void
test_asked_to_end_it_leaves_nothing (Fixture      *fixture,
                                     gconstpointer user_data)
{
  int near = connect_to (fixture->agent.path);
  int far = accept_from (fixture->daemon);

  g_subprocess_send_signal (fixture->agent.child, SIGTERM);
  g_assert_true (g_subprocess_wait_check (fixture->agent.child, NULL, NULL));
  g_assert_cmpuint (count_files (fixture->runtime), ==, 0);
  hear_end (near);
  hear_end (far);
  close (near);
  close (far);
}

/* Stands in for the app: starts the agent with one end of a socketpair and waits to be killed. */
static void
be_app (const char *runtime)
{
  int ends[2];

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
    _exit (1);
  if (fork () == 0)
    {
      dup2 (ends[1], 3);
      fcntl (3, F_SETFD, 0);
      g_setenv ("HEADROOM_RUNTIME_DIR", runtime, TRUE);
      execl (g_getenv ("HEADROOM_AGENT"), "headroom-agent", "--fd=3", "--relay-usbmuxd=usbmuxd-orphan", NULL);
      _exit (1);
    }
  close (ends[1]);
  for (;;)
    pause ();
}

static void
test_the_agent_of_a_killed_app_leaves_nothing (void)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  gint64           deadline = g_get_monotonic_time () + TIMEOUT_SECONDS * G_USEC_PER_SEC;
  pid_t            app = fork ();

  if (app == 0)
    be_app (folder);

  while (!has_file (folder, "usbmuxd-orphan"))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (1000);
    }
  kill (app, SIGKILL);
  waitpid (app, NULL, 0);
  deadline = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;
  while (count_files (folder) > 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (1000);
    }
  remove_folder (folder);
}

static void
test_names (void)
{
  const char *const wrong[] = { "", ".", "..", "a/b", "/usbmuxd", "../usbmuxd", ".usbmuxd" };
  g_autofree char  *folder = g_strnfill (60, 'f');
  g_autofree char  *runtime = g_strconcat ("/", folder, NULL);
  g_autofree char  *longest = g_strnfill (107 - 61 - 1, 'n');
  g_autofree char  *too_long = g_strconcat (longest, "n", NULL);
  g_autoptr (GError) error = NULL;

  g_setenv ("HEADROOM_RUNTIME_DIR", runtime, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_false (hr_relay_check_name (wrong[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
      g_clear_error (&error);
    }
  g_assert_true (hr_relay_check_name (NAME, &error));
  g_assert_true (hr_relay_check_name (longest, &error));
  g_assert_false (hr_relay_check_name (too_long, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
  g_unsetenv ("HEADROOM_RUNTIME_DIR");
}

#define ADD(path, test) g_test_add ("/agent/relay/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("private", test_the_socket_is_private);
  ADD ("another-user", test_another_user_is_refused);
  ADD ("half", test_half_of_it_may_end);
  ADD ("last-words", test_words_of_one_that_went_arrive);
  ADD ("hangup", test_one_that_went_ends_the_other);
  ADD ("unheard", test_who_is_not_heard_is_told);
  ADD ("much", test_much_goes_both_ways_at_once);
  ADD ("held", test_a_full_side_holds_the_other);
  ADD ("limit", test_one_too_many_is_closed);
  ADD ("silence", test_silence_is_no_end);
  ADD ("restart", test_the_daemon_comes_and_goes);
  ADD ("killed-daemon", test_a_killed_daemon_ends_its_connections);
  ADD ("left", test_what_killed_agents_left_is_removed);
  ADD ("taken", test_a_name_that_gets_free_is_taken);
  ADD ("sigterm", test_asked_to_end_it_leaves_nothing);
  g_test_add_func ("/agent/relay/nonsense", test_an_address_that_makes_no_sense);
  g_test_add_func ("/agent/relay/killed-app", test_the_agent_of_a_killed_app_leaves_nothing);
  g_test_add_func ("/agent/relay/names", test_names);

  return g_test_run ();
}
