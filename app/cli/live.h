/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/cli/child.h"
#include "app/cli/run.h"
#include "app/cli/target.h"

G_BEGIN_DECLS

typedef struct _HrLive HrLive;

/* What its owner is told. Any may be NULL. */
typedef struct
{
  /* Everything is ready, and nothing was measured yet. Returns FALSE to have it end. */
  gboolean (*prepare) (HrLive  *live,
                       gpointer user_data);
  /* One came from @source, which is wanted. */
  void (*snapshot) (HrLive     *live,
                    HrSource   *source,
                    HrSnapshot *snapshot,
                    gpointer    user_data);
} HrLiveEvents;

/* A stretch of measuring, of one source, of all of this computer, or of a command that is run; ends with the command, its source, its time, or a
 * signal. */
struct _HrLive
{
  HrRun               run; /* first */
  const HrLiveEvents *events;
  gpointer            user_data;

  HrChild  *child;        /* NULL: no command is run */
  int       child_status; /* as waitpid () says it; -1: none, or not over */
  gboolean  cut_short;    /* we have ended the command, because its time was over */
  HrTarget *target;       /* NULL: not one source alone */
  HrSource *computer;     /* that everything is on; NULL with a target */
  gboolean  begun;        /* numbers have come */
  gint64    over_ns;      /* the command is over, and its last words are waited for; 0: not yet */
  guint     n_rounds;     /* of the agent since */
  guint     timeout_source;
  guint     end_source;
};

HrExit hr_live_run (HrLive             *self,
                    const HrOptions    *options,
                    const HrLiveEvents *events,
                    gpointer            user_data);
void   hr_live_clear (HrLive *self);

gboolean hr_live_wants (HrLive   *self,
                        HrSource *source);
void     hr_live_end_in (HrLive *self,
                         gint64  time_ns);

G_END_DECLS
