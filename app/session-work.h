/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/job.h"
#include "engine/report/comparison.h"

G_BEGIN_DECLS

/* What is made of sessions: each is work for a job's thread. Free of GTK. */

/* A stretch of a session file, or a recording in it. */
typedef struct
{
  char   *path;
  gint64  recording; /* 0: none */
  HrRange range;     /* 0, 0: all there is, or of the recording */
  char   *title;     /* for people */
} HrStretch;

HrStretch *hr_stretch_new (const char *path,
                           gint64      recording,
                           HrRange     range,
                           const char *title) G_GNUC_WARN_UNUSED_RESULT;
void       hr_stretch_free (HrStretch *self);

typedef enum
{
  HR_WORK_SAVE,   /* a session file of its own */
  HR_WORK_EXPORT, /* every value: .csv, .json, .ndjson */
  HR_WORK_REPORT, /* .html, .pdf, .json, .csv */
  HR_N_WORKS
} HrWorkKind;

/* A file that is to be made of a stretch; the suffix of its name says of which format. */
typedef struct
{
  HrWorkKind kind;
  HrStretch *stretch;
  char      *path;
  gboolean   salvage;   /* what is damaged is left out of a session file */
  guint      n_damaged; /* pieces that were left out, once it is done */
} HrWork;

/* @stretch: (transfer full) */
HrWork *hr_work_new (HrWorkKind  kind,
                     HrStretch  *stretch,
                     const char *path) G_GNUC_WARN_UNUSED_RESULT;
void    hr_work_free (gpointer work);
/* Whether there is such a format. */
gboolean hr_work_check (HrWorkKind  kind,
                        const char *path,
                        GError    **error);
/* HrJobFunc over an HrWork; returns how many pieces were damaged, plus one, by GUINT_TO_POINTER (). */
gpointer hr_work_run (HrJob   *job,
                      gpointer work,
                      GError **error);

/* Two stretches that are to be compared. */
typedef struct
{
  HrStretch *base;
  HrStretch *now;
} HrCompareWork;

HrCompareWork *hr_compare_work_new (HrStretch *base,
                                    HrStretch *now) G_GNUC_WARN_UNUSED_RESULT;
void           hr_compare_work_free (gpointer work);
/* HrJobFunc over an HrCompareWork; returns an HrComparison. */
gpointer hr_compare_work_run (HrJob   *job,
                              gpointer work,
                              GError **error);

gboolean hr_comparison_format_of_path (const char         *path,
                                       HrComparisonFormat *out,
                                       GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrStretch, hr_stretch_free)

G_END_DECLS
