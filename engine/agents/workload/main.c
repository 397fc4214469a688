/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/workload/workload.h"

#include <errno.h>
#include <locale.h>
#include <string.h>

static volatile sig_atomic_t stop;

static void
stop_cb (int number)
{
  stop = 1;
}

static void
stop_on (int number)
{
  struct sigaction action = { .sa_handler = stop_cb };

  sigaction (number, &action, NULL);
}

int
main (int   argc,
      char *argv[])
{
  HrWorkloadOptions options;
  g_autoptr (GError) error = NULL;
  HrProbe    *probe;
  HrWorkload *workload;
  int         status = 0;

  /* For messages in the user's encoding; numbers stay as JSON writes them. */
  setlocale (LC_CTYPE, "");
  if (!hr_workload_options_parse (&options, &argc, &argv, &error))
    {
      g_printerr ("headroom-workload: %s\n", error->message);
      return 2;
    }

  stop_on (SIGTERM);
  stop_on (SIGINT);
  probe = hr_probe_open ("headroom-workload");
  if (hr_probe_error (probe) != NULL)
    g_printerr ("headroom-workload: %s\n", hr_probe_error (probe));

  workload = hr_workload_new (&options, probe);
  hr_workload_run (workload, &stop);
  hr_summary_print (&workload->summary, hr_probe_unplaced (probe), stdout);
  if (fflush (stdout) != 0)
    {
      g_printerr ("headroom-workload: %s\n", strerror (errno));
      status = 1;
    }

  hr_workload_free (workload);
  hr_probe_close (probe);

  return status;
}
