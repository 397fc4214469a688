/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/workload/options.h"

#include "engine/base/duration.h"
#include "engine/base/units.h"
#include "engine/thompson/ranker.h"

/* A slow batch of the default size then takes a quarter of a second at 25 ms, not almost a whole one. */
#define SLOW_BATCH HR_BATCH_MIN

#define DEFAULT_RATE 50.0

/* What GOption fills in, before it is checked. */
typedef struct
{
  double  rate;
  double  slow_ms;
  double  slow_for;
  double  leak;
  double  stall;
  double  frames;
  int     batch;
  int     slow_every;
  int     work;
  int64_t seed;
} Given;

static gboolean
check_range (const char *option,
             double      value,
             double      low,
             double      high,
             GError    **error)
{
  /* NaN fails both comparisons. */
  if (value >= low && value <= high)
    return TRUE;

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--%s must be from %g to %g", option, low, high);
  return FALSE;
}

static gboolean
check_given (const Given *given,
             GError     **error)
{
  if (!check_range ("rate", given->rate, 0, 1e6, error) ||
      !check_range ("slow-ms", given->slow_ms, 0, 60e3, error) ||
      !check_range ("slow-for", given->slow_for, 0, 1e6, error) ||
      !check_range ("leak", given->leak, 0, 1e4, error) ||
      !check_range ("stall", given->stall, 0, 3600, error) ||
      (given->frames != 0 && !check_range ("frames", given->frames, 1, 1000, error)) ||
      (given->batch != 0 && !check_range ("batch", given->batch, HR_BATCH_MIN, HR_BATCH_MAX, error)) ||
      !check_range ("work", given->work, 1, 1e6, error) ||
      (given->slow_every != 0 && !check_range ("slow-every", given->slow_every, 1, 1e6, error)))
    return FALSE;

  if (given->slow_every > 0 && given->slow_ms <= 0)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--slow-every needs --slow-ms");
      return FALSE;
    }

  return TRUE;
}

/* Seconds, or a duration with its unit. */
static gboolean
read_duration (const char *text,
               double     *out_seconds,
               GError    **error)
{
  char   *end;
  double  seconds = g_ascii_strtod (text, &end);
  int64_t ns;

  if (hr_duration_parse (text, &ns))
    seconds = (double) ns / HR_NS_PER_SECOND;
  else if (*text == '\0' || *end != '\0')
    seconds = -1;

  if (!check_range ("duration", seconds, 0, 1e6, error))
    return FALSE;

  *out_seconds = seconds;

  return TRUE;
}

/* Frees what @self owns. */
void
hr_workload_options_clear (HrWorkloadOptions *self)
{
  g_clear_pointer (&self->learnt_path, g_free);
  g_clear_pointer (&self->embed_address, g_free);
  g_clear_pointer (&self->embed_token, g_free);
}

/* Reads the command line and takes what it understands out of it. Writes @self only on success, to be cleared with
 * hr_workload_options_clear (); errors are G_OPTION_ERROR. */
gboolean
hr_workload_options_parse (HrWorkloadOptions *self,
                           int               *argc,
                           char            ***argv,
                           GError           **error)
{
  Given            given = { .rate = DEFAULT_RATE, .work = 1, .seed = 1 };
  double           seconds = 0;
  g_autofree char *duration = NULL;
  g_autofree char *learnt = NULL;
  g_autofree char *embed = NULL;
  g_autofree char *token = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  const GOptionEntry entries[] = {
    { "rate", 'r', 0, G_OPTION_ARG_DOUBLE, &given.rate, "Rank N batches a second; 0: as fast as it goes (default 50)", "N" },
    { "batch", 'b', 0, G_OPTION_ARG_INT, &given.batch, "Rank N jobs a batch, 10 to 100 (default: the optimal size)", "N" },
    { "duration", 'd', 0, G_OPTION_ARG_STRING, &duration, "End after so long, in seconds or with a unit (default: at SIGTERM or SIGINT)", "TIME" },
    { "seed", 's', 0, G_OPTION_ARG_INT64, &given.seed, "Start the random numbers at N (default 1)", "N" },
    { "work", 0, 0, G_OPTION_ARG_INT, &given.work, "Rank each batch N times: a tenth more of it is a tenth more work a job (default 1)", "N" },
    { "learnt", 0, 0, G_OPTION_ARG_FILENAME, &learnt, "Begin with what FILE says was learnt, and save it there in the end", "FILE" },
    { "slow-ms", 0, 0, G_OPTION_ARG_DOUBLE, &given.slow_ms, "Let slow batches take N ms a job", "N" },
    { "slow-every", 0, 0, G_OPTION_ARG_INT, &given.slow_every, "Let every Kth batch be slow (default 1: each)", "K" },
    { "slow-for", 0, 0, G_OPTION_ARG_DOUBLE, &given.slow_for, "Misbehave only that long, then be well again", "SECONDS" },
    { "leak", 0, 0, G_OPTION_ARG_DOUBLE, &given.leak, "Leak memory until a cleanup is asked for", "MB_PER_SECOND" },
    { "stall", 0, 0, G_OPTION_ARG_DOUBLE, &given.stall, "Work for so long, rank nothing for so long, in turn", "SECONDS" },
    { "frames", 0, 0, G_OPTION_ARG_DOUBLE, &given.frames, "Tick like a display, and record how long its frames take", "HZ" },
    { "embed", 0, 0, G_OPTION_ARG_STRING, &embed, "Bring an agent that listens on unix:/PATH or tcp:PORT (empty: its own choice)", "ADDRESS" },
    { "embed-token", 0, 0, G_OPTION_ARG_STRING, &token, "Serve only a desktop that knows these 32 hexadecimal digits", "HEX" },
    { NULL },
  };

  g_option_context_set_summary (context, "Ranks batches of made-up jobs by Thompson sampling and publishes what that takes.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;

  if (*argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "“%s” is not understood", (*argv)[1]);
      return FALSE;
    }
  if (!check_given (&given, error) || (duration != NULL && !read_duration (duration, &seconds, error)))
    return FALSE;
  if (token != NULL && embed == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--embed-token needs --embed");
      return FALSE;
    }

  *self = (HrWorkloadOptions){
    .batches_per_second = given.rate,
    .batch = given.batch > 0 ? (unsigned) given.batch : (given.slow_ms > 0 ? SLOW_BATCH : 0),
    .seconds = seconds,
    .seed = (uint64_t) given.seed,
    .work = (unsigned) given.work,
    .slow_ms = given.slow_ms,
    .slow_every = given.slow_every > 0 ? (unsigned) given.slow_every : 1,
    .misbehave_seconds = given.slow_for,
    .leak_mb_per_second = given.leak,
    .stall_seconds = given.stall,
    .frames_per_second = given.frames,
    .learnt_path = g_steal_pointer (&learnt),
    .embed_address = g_steal_pointer (&embed),
    .embed_token = g_steal_pointer (&token),
  };
  return TRUE;
}
