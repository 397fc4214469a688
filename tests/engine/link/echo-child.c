/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A child for test-spawn: says goodbye with what the environment tells it to, then answers each ping with the same
 * ping until its parent hangs up. */

#include "engine/link/link.h"

static void
message_cb (HrLink          *link,
            const HrMessage *message,
            gpointer         user_data)
{
  hr_link_send (link, message);
}

static void
closed_cb (HrLink       *link,
           const GError *error,
           gpointer      user_data)
{
  g_main_loop_quit (user_data);
}

int
main (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (HrLink) link = hr_link_new_for_fd (3, NULL);
  HrMessage hello = { .type = HR_MESSAGE_GOODBYE };

  if (link == NULL)
    return 1;

  hello.reason = (char *) g_getenv ("ECHO_WORD");
  g_signal_connect (link, "message", G_CALLBACK (message_cb), NULL);
  g_signal_connect (link, "closed", G_CALLBACK (closed_cb), loop);
  hr_link_start (link);
  hr_link_send (link, &hello);
  g_main_loop_run (loop);

  return 0;
}
