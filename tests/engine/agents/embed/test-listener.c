/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/embed/listener.h"
#include "tests/engine/agents/embed/client.h"
#include "tests/folder.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
understood (const char *address)
{
  HrEmbedListener listener = { .port = 4711 };
  const char     *error = NULL;
  gboolean        fine = hr_embed_listener_init (&listener, address, &error);

  g_assert_true (fine || (error != NULL && listener.port == 4711));

  return fine;
}

static void
test_addresses_are_read_strictly (void)
{
  g_autofree char *long_name = g_strnfill (200, 'a');
  g_autofree char *long_path = g_strconcat ("unix:/", long_name, NULL);

  g_assert_true (understood ("unix:/run/agent.sock"));
  g_assert_true (understood ("tcp:7777"));
  g_assert_true (understood ("tcp:0"));
  g_assert_true (understood ("tcp:65535"));
  g_assert_false (understood (""));
  g_assert_false (understood ("unix:agent.sock"));
  g_assert_false (understood ("unix:"));
  g_assert_false (understood (long_path));
  g_assert_false (understood ("tcp:"));
  g_assert_false (understood ("tcp:65536"));
  g_assert_false (understood ("tcp:77777777777777777777"));
  g_assert_false (understood ("tcp:-1"));
  g_assert_false (understood ("tcp:80 "));
  g_assert_false (understood ("tcp:0.0.0.0:80"));
  g_assert_false (understood ("tcp:*:80"));
  g_assert_false (understood (long_name));
}

/* A listener in a folder of its own. */
typedef struct
{
  char           *folder;
  char           *path;
  HrEmbedListener listener;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  g_autofree char *address = NULL;
  const char      *error;

  fixture->folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "agent.sock", NULL);
  address = g_strconcat ("unix:", fixture->path, NULL);
  g_assert_true (hr_embed_listener_init (&fixture->listener, address, &error));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  hr_embed_listener_close (&fixture->listener);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
test_the_socket_is_private_and_goes_with_the_listener (Fixture      *fixture,
                                                       gconstpointer user_data)
{
  struct stat info;

  g_assert_true (hr_embed_listener_open (&fixture->listener));
  g_assert_cmpint (lstat (fixture->path, &info), ==, 0);
  g_assert_true (S_ISSOCK (info.st_mode));
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  hr_embed_listener_close (&fixture->listener);
  g_assert_cmpint (lstat (fixture->path, &info), <, 0);
}

static void
test_a_dead_ones_socket_is_replaced (Fixture      *fixture,
                                     gconstpointer user_data)
{
  g_assert_true (hr_embed_listener_open (&fixture->listener));
  hr_embed_listener_abandon (&fixture->listener);
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  g_assert_true (hr_embed_listener_open (&fixture->listener));
}

static void
test_a_living_ones_socket_is_not (Fixture      *fixture,
                                  gconstpointer user_data)
{
  HrEmbedListener second = fixture->listener;
  g_autoptr (Client) client = client_new ();

  g_assert_true (hr_embed_listener_open (&fixture->listener));
  g_assert_false (hr_embed_listener_open (&second));
  g_assert_cmpint (errno, ==, EADDRINUSE);
  g_assert_true (client_connect (client, fixture->listener.address));
}

static void
test_a_file_that_is_no_socket_stays (Fixture      *fixture,
                                     gconstpointer user_data)
{
  g_assert_true (g_file_set_contents (fixture->path, "precious", -1, NULL));
  g_assert_false (hr_embed_listener_open (&fixture->listener));
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_IS_REGULAR));
}

/* Whoever put another socket in our place keeps it. */
static void
test_anothers_socket_stays (Fixture      *fixture,
                            gconstpointer user_data)
{
  HrEmbedListener second = fixture->listener;

  g_assert_true (hr_embed_listener_open (&fixture->listener));
  g_assert_cmpint (unlink (fixture->path), ==, 0);
  g_assert_true (hr_embed_listener_open (&second));
  hr_embed_listener_close (&fixture->listener);
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  hr_embed_listener_close (&second);
}

static void
test_accepting_does_not_wait (Fixture      *fixture,
                              gconstpointer user_data)
{
  g_autoptr (Client) client = client_new ();
  int fd = -1;

  g_assert_true (hr_embed_listener_open (&fixture->listener));
  g_assert_cmpint (hr_embed_listener_accept (&fixture->listener, &fd), ==, HR_ACCEPT_NOBODY);
  g_assert_true (client_connect (client, fixture->listener.address));
  g_assert_cmpint (hr_embed_listener_accept (&fixture->listener, &fd), ==, HR_ACCEPT_PEER);
  close (fd);
}

#define ADD(path, test) g_test_add ("/embed/listener/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/embed/listener/addresses", test_addresses_are_read_strictly);
  ADD ("private", test_the_socket_is_private_and_goes_with_the_listener);
  ADD ("dead", test_a_dead_ones_socket_is_replaced);
  ADD ("living", test_a_living_ones_socket_is_not);
  ADD ("file", test_a_file_that_is_no_socket_stays);
  ADD ("another", test_anothers_socket_stays);
  ADD ("accept", test_accepting_does_not_wait);

  return g_test_run ();
}
