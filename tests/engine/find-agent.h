/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <signal.h>
#include <stdlib.h>

/* Returns the agent among the children of one thread, whose folder in /proc this is; 0 where there is none. */
static inline GPid
find_agent_of_thread (const char *thread)
{
  g_autofree char *path = g_build_filename (thread, "children", NULL);
  g_autofree char *children = NULL;
  g_auto (GStrv) pids = NULL;

  /* A thread may end meanwhile. */
  if (!g_file_get_contents (path, &children, NULL, NULL))
    return 0;

  pids = g_strsplit (g_strstrip (children), " ", -1);
  for (guint i = 0; pids[i] != NULL; i++)
    {
      g_autofree char *comm = g_strdup_printf ("/proc/%s/comm", pids[i]);
      g_autofree char *name = NULL;

      if (g_file_get_contents (comm, &name, NULL, NULL) && g_str_has_prefix (name, "headroom-agent"))
        return atoi (pids[i]);
    }

  return 0;
}

/* Returns the agent that @process ("self", or a number) has started, in whichever thread; 0 where there is none. */
static inline GPid
find_agent_of (const char *process)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/task", process);
  g_autoptr (GDir) threads = g_dir_open (path, 0, NULL);
  const char *name;
  GPid        agent = 0;

  g_assert_nonnull (threads);
  while (agent == 0 && (name = g_dir_read_name (threads)) != NULL)
    {
      g_autofree char *thread = g_build_filename (path, name, NULL);

      agent = find_agent_of_thread (thread);
    }

  return agent;
}

/* Ends the agent of @process the hard way. There is one: signalling 0 would end this program with all of its group. */
static inline void
kill_agent_of (const char *process)
{
  GPid agent = find_agent_of (process);

  g_assert_cmpint (agent, >, 0);
  g_assert_cmpint (kill (agent, SIGKILL), ==, 0);
}
