/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/source.h"

static void
notify_cb (GObject    *source,
           GParamSpec *pspec,
           guint      *count)
{
  (*count)++;
}

static void
test_only_real_changes_notify (void)
{
  g_autoptr (HrSource) source = hr_source_new (HR_SOURCE_PROCESS, "ranker");
  guint states = 0, messages = 0, details = 0;

  g_signal_connect (source, "notify::state", G_CALLBACK (notify_cb), &states);
  g_signal_connect (source, "notify::message", G_CALLBACK (notify_cb), &messages);
  g_signal_connect (source, "notify::detail", G_CALLBACK (notify_cb), &details);

  hr_source_set_state (source, HR_SOURCE_CONNECTING, NULL);
  g_assert_cmpuint (states + messages, ==, 0);
  hr_source_set_state (source, HR_SOURCE_LOST, "the program is gone");
  hr_source_set_state (source, HR_SOURCE_LOST, "the program is gone");
  g_assert_cmpuint (states, ==, 1);
  g_assert_cmpuint (messages, ==, 1);
  hr_source_set_detail (source, "pid 7");
  hr_source_set_detail (source, "pid 7");
  g_assert_cmpuint (details, ==, 1);
}

static void
test_only_a_connected_source_is_live (void)
{
  g_autoptr (HrSource) source = hr_source_new (HR_SOURCE_COMPUTER, "atlas");

  for (guint state = 0; state < HR_N_SOURCE_STATES; state++)
    {
      hr_source_set_state (source, state, NULL);
      g_assert_cmpint (hr_source_is_live (source), ==, state == HR_SOURCE_CONNECTED);
    }
}

static void
test_the_agent_of_this_computer_is_here (void)
{
  g_autoptr (HrSource) source = hr_source_new (HR_SOURCE_PROCESS, "ranker");

  g_assert_false (hr_source_is_here (source));
  hr_source_set_place (source, HR_GROUP_COMPUTER, HR_SOURCE_LOCAL_ADDRESS);
  g_assert_true (hr_source_is_here (source));
  hr_source_set_place (source, HR_GROUP_NETWORK, "tcp:atlas:7777");
  g_assert_false (hr_source_is_here (source));
}

static void
test_a_source_is_freed (void)
{
  HrSource *source = hr_source_new (HR_SOURCE_PROCESS, "ranker");

  g_object_add_weak_pointer (G_OBJECT (source), (gpointer *) &source);
  g_object_unref (source);
  g_assert_null (source);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/source/notify", test_only_real_changes_notify);
  g_test_add_func ("/model/source/live", test_only_a_connected_source_is_live);
  g_test_add_func ("/model/source/here", test_the_agent_of_this_computer_is_here);
  g_test_add_func ("/model/source/freed", test_a_source_is_freed);

  return g_test_run ();
}
