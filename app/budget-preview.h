/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/verdict.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* How a budget stood when one snapshot had come. */
typedef struct
{
  gint64   begin_us; /* UTC */
  gint64   end_us;
  double   value; /* NaN: nothing to judge */
  gboolean over;
} HrPreviewPoint;

/* What a budget would have said of the snapshots that a source has kept. */
typedef struct
{
  GArray     *points;   /* HrPreviewPoint, one a snapshot that was judged; owned */
  HrContract *contract; /* owned; the budget is its first */
  char       *source;   /* owned; the name of what was judged */
  gboolean    applies;  /* the budget is for it */
  HrUnit      unit;
  double      bound;
  double      worst;      /* NaN: nothing was measured */
  double      worst_used; /* share of the bound */
  gint64      covered_ns; /* of all points */
  gint64      over_ns;
  guint       n_measured;
  guint       n_alerts;
} HrBudgetPreview;

/* Snapshots to judge by: what a history has kept, held on to. */
typedef struct _HrPreviewSeries HrPreviewSeries;

HrPreviewSeries *hr_preview_series_new (const char *source,
                                        HrHistory  *history) G_GNUC_WARN_UNUSED_RESULT;
void             hr_preview_series_free (HrPreviewSeries *self);

HrBudgetPreview *hr_budget_preview_run (HrContract            *contract,
                                        const HrPreviewSeries *series,
                                        GCancellable          *cancellable) G_GNUC_WARN_UNUSED_RESULT;
void             hr_budget_preview_free (HrBudgetPreview *self);

void             hr_budget_preview_run_async (HrContract         *contract,
                                              HrPreviewSeries    *series,
                                              GCancellable       *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer            user_data);
HrBudgetPreview *hr_budget_preview_run_finish (GAsyncResult *result,
                                               GError      **error) G_GNUC_WARN_UNUSED_RESULT;

char *hr_budget_preview_sentence (const HrBudgetPreview *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrPreviewSeries, hr_preview_series_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrBudgetPreview, hr_budget_preview_free)

G_END_DECLS
