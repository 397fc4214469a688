/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/contract.h"
#include "engine/store/session.h"

G_BEGIN_DECLS

/* What the History view shows, read from a session file. Reading blocks, and belongs in a thread; one reader is for one thread at a time. */
typedef struct _HrHistoryReader HrHistoryReader;

typedef struct
{
  char    *path;
  char    *source;    /* name; NULL: the first there is */
  HrRange  within;    /* all that there is to be seen; 0, 0: whatever the source has */
  gint64   recording; /* in place of that the stretch so numbered in the file; 0: none */
  char   **metrics;   /* names of those whose values are asked for; NULL: none */
  HrRange  range;     /* of these */
  guint    n_bins;
  gboolean whole; /* coarse bins of all there is, and what happened in it, are asked for too */
  gboolean raw;   /* records in the range are asked for too */
} HrHistoryQuery;

typedef struct
{
  char        *name;
  HrMetricInfo info;
  GArray      *fine;     /* of HrBin; NULL: not read */
  GArray      *whole;    /* of HrBin; NULL: not read */
  GArray      *times_us; /* of gint64: records */
  GArray      *values;   /* of double */
} HrHistorySeries;

typedef struct
{
  char *name;
  char *title;
} HrHistorySource;

typedef struct
{
  GArray     *sources;  /* of HrHistorySource */
  char       *source;   /* whose data these are; NULL: the file has nothing of it */
  HrRange     bounds;   /* 0, 0: there is nothing */
  GArray     *series;   /* of HrHistorySeries: every metric, in the file's order */
  HrRange     range;    /* of the fine bins */
  HrContract *contract; /* that the file ends with; NULL: none */
  gboolean    has_whole;
  GPtrArray  *alerts; /* of HrAlertNote; NULL: not read */
  GPtrArray  *marks;  /* of HrMark; NULL: not read */
  guint       n_damaged;
  guint64     n_raw_lost; /* records of the range that nobody has any more */
} HrHistoryAnswer;

HrHistoryReader *hr_history_reader_new (void) G_GNUC_WARN_UNUSED_RESULT;
void             hr_history_reader_free (HrHistoryReader *self);

HrHistoryAnswer *hr_history_reader_read (HrHistoryReader      *self,
                                         const HrHistoryQuery *query,
                                         GCancellable         *cancellable,
                                         GError              **error) G_GNUC_WARN_UNUSED_RESULT;

void                   hr_history_query_free (HrHistoryQuery *query);
void                   hr_history_answer_free (HrHistoryAnswer *answer);
const HrHistorySeries *hr_history_answer_find (const HrHistoryAnswer *answer,
                                               const char            *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrHistoryReader, hr_history_reader_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrHistoryQuery, hr_history_query_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrHistoryAnswer, hr_history_answer_free)

G_END_DECLS
