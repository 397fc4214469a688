/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/embed/embed.h"
#include "engine/agents/workload/frames.h"
#include "engine/agents/workload/workload.h"
#include "engine/thompson/arms-file.h"

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

/* Says why the file of what was learnt cannot be used; errno is of the call that said so. Returns whether it can. */
static bool
report (const char *path,
        HrJobStatus status)
{
  if (status != HR_JOB_OK)
    g_printerr ("headroom-workload: %s: %s\n", path, status == HR_JOB_FILE_FAILED ? strerror (errno) : hr_job_status_name (status));

  return status == HR_JOB_OK;
}

/* A file that is not there yet is no failure: it is made in the end. */
static bool
load_learnt (HrWorkload *workload,
             const char *path)
{
  HrJobStatus status = path != NULL ? hr_arms_load (&workload->arms, path) : HR_JOB_OK;

  return (status == HR_JOB_FILE_FAILED && errno == ENOENT) || report (path, status);
}

static bool
run (HrWorkload *workload,
     HrProbe    *probe,
     const char *learnt_path)
{
  hr_workload_run (workload, &stop);
  hr_summary_print (&workload->summary, hr_probe_unplaced (probe), stdout);
  if (fflush (stdout) != 0)
    {
      g_printerr ("headroom-workload: %s\n", strerror (errno));
      return false;
    }

  return learnt_path == NULL || report (learnt_path, hr_arms_save (&workload->arms, learnt_path));
}

/* Starts the agent that the options ask for. Returns false, having said why, where it cannot listen. */
static bool
start_agent (const HrWorkloadOptions *options,
             HrProbe                 *probe,
             HrEmbed                **out)
{
  HrEmbedOptions embed = { .token = options->embed_token };
  char           error[256];

  *out = NULL;
  if (options->embed_address == NULL)
    return true;

  embed.listen = options->embed_address[0] != '\0' ? options->embed_address : NULL;
  *out = hr_embed_start (probe, &embed, error, sizeof error);
  if (*out != NULL)
    g_printerr ("headroom-workload: listens on %s\n", hr_embed_address (*out));
  else
    g_printerr ("headroom-workload: %s: %s\n", options->embed_address, error);

  return *out != NULL;
}

/* With an agent of its own the program needs no file: whoever looks for files would see it twice. */
static HrProbe *
open_probe (const HrWorkloadOptions *options)
{
  HrProbe *probe = options->embed_address != NULL ? hr_probe_open_in_memory ("headroom-workload") : hr_probe_open ("headroom-workload");

  if (hr_probe_error (probe) != NULL)
    g_printerr ("headroom-workload: %s\n", hr_probe_error (probe));

  return probe;
}

/* Returns the exit status. */
static int
run_all (const HrWorkloadOptions *options,
         HrProbe                 *probe)
{
  HrWorkload *workload = hr_workload_new (options, probe);
  HrFrames   *frames = NULL;
  HrEmbed    *embed = NULL;
  int         status = 0;

  if (!load_learnt (workload, options->learnt_path) || !start_agent (options, probe, &embed))
    status = 2;
  else
    {
      if (options->frames_per_second > 0)
        frames = hr_frames_start (options->frames_per_second, probe, embed);
      if (!run (workload, probe, options->learnt_path))
        status = 1;
    }

  hr_frames_stop (frames);
  hr_embed_stop (embed);
  hr_workload_free (workload);

  return status;
}

int
main (int   argc,
      char *argv[])
{
  HrWorkloadOptions options;
  g_autoptr (GError) error = NULL;
  HrProbe *probe;
  int      status;

  /* For messages in the user's encoding; numbers stay as JSON writes them. */
  setlocale (LC_CTYPE, "");
  if (!hr_workload_options_parse (&options, &argc, &argv, &error))
    {
      g_printerr ("headroom-workload: %s\n", error->message);
      return 2;
    }

  stop_on (SIGTERM);
  stop_on (SIGINT);
  probe = open_probe (&options);
  status = run_all (&options, probe);
  hr_probe_close (probe);
  hr_workload_options_clear (&options);

  return status;
}
