/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "tests/engine/agents/local/peer.h"

#include <glib/gstdio.h>
#include <string.h>

/* The real headroom-agent with a relay, as an app starts it. $HEADROOM_AGENT is its path. */
typedef struct
{
  char        *path; /* of the relay's socket */
  Peer        *peer;
  GSubprocess *child;
} RelayAgent;

/* Returns with an agent that has told of this computer: by then its relay listens, unless @name is taken. @address: of usbmuxd. */
static inline void
relay_agent_start (RelayAgent *self,
                   const char *folder,
                   const char *name,
                   const char *address)
{
  g_autofree char *option = g_strconcat ("--relay-usbmuxd=", name, NULL);
  g_autofree char *runtime = g_strconcat ("HEADROOM_RUNTIME_DIR=", folder, NULL);
  g_autofree char *usbmuxd = g_strconcat ("USBMUXD_SOCKET_ADDRESS=", address, NULL);
  const char      *argv[] = { g_getenv ("HEADROOM_AGENT"), "--fd=3", option, NULL };
  const char      *environment[] = { runtime, usbmuxd, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (HrLink) link = hr_link_spawn (argv, environment, &self->child, &error);

  g_assert_no_error (error);
  self->path = g_build_filename (folder, name, NULL);
  self->peer = peer_new (link);
  peer_resume (self->peer, NULL, 0);
  while (peer_find (self->peer, HR_MESSAGE_HELLO, 1) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* The agent ends with its link, and its socket with it. */
static inline void
relay_agent_stop (RelayAgent *self)
{
  peer_free (self->peer);
  g_assert_true (g_subprocess_wait_check (self->child, NULL, NULL));
  g_object_unref (self->child);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
  g_free (self->path);
}
