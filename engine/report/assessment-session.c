/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/assessment.h"

typedef struct
{
  HrAssessment *assessment;
  HrContract   *contract;
  const char   *source; /* glob, or NULL */
  HrVerdict     verdict;
  HrProgress    progress;
  gpointer      user_data;
} Replay;

static gboolean
is_wanted (const char            *pattern,
           const HrSessionSource *source)
{
  return pattern == NULL || g_pattern_match_simple (pattern, source->what.name);
}

/* Returns the number of the one source that is wanted, so that no other need be read; 0 where there are several or none. */
static gint64
find_only (HrSession  *session,
           const char *pattern)
{
  gint64 only = 0;

  for (guint i = 0; i < hr_session_get_n_sources (session); i++)
    {
      const HrSessionSource *source = hr_session_get_source (session, i);

      if (!is_wanted (pattern, source))
        continue;
      if (only != 0)
        return 0;
      only = source->id;
    }

  return only;
}

/* Right after each snapshot, as it is live. */
static gboolean
snapshot_cb (const HrSessionSource *source,
             HrHistory             *history,
             HrSnapshot            *snapshot,
             gpointer               user_data)
{
  Replay     *self = user_data;
  const char *name = source->what.name;

  if (!is_wanted (self->source, source))
    return TRUE;

  hr_verdict_judge (&self->verdict, self->contract, name, history, snapshot->end_ns);
  hr_assessment_add (self->assessment, name, history, snapshot, &self->verdict);

  return TRUE;
}

static gboolean
progress_cb (double   share,
             gpointer user_data)
{
  Replay *self = user_data;

  return self->progress (share, self->user_data);
}

/* Judges what @session holds of @range by @contract as it would have been judged live by whoever began to watch then. Blocks: for a thread.
 * @source: (nullable): glob over the names of sources
 * @progress: (nullable)
 * Returns: (transfer full): NULL with @error where the session could not be read, or was given up */
HrAssessment *
hr_assess_session (HrSession  *session,
                   HrContract *contract,
                   const char *source,
                   HrRange     range,
                   HrProgress  progress,
                   gpointer    user_data,
                   GError    **error)
{
  g_autoptr (HrAssessment) assessment = hr_assessment_new (contract);
  HrReplayEvents events = { snapshot_cb, progress != NULL ? progress_cb : NULL };
  Replay         replay = { assessment, contract, source, { 0 }, progress, user_data };
  gboolean       done = hr_session_replay (session, find_only (session, source), range, &events, &replay, error);

  hr_verdict_clear (&replay.verdict);

  return done ? g_steal_pointer (&assessment) : NULL;
}
