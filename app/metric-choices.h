/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/source.h"

G_BEGIN_DECLS

/* A metric that a budget can be about. */
#define HR_TYPE_METRIC_CHOICE (hr_metric_choice_get_type ())
G_DECLARE_FINAL_TYPE (HrMetricChoice, hr_metric_choice, HR, METRIC_CHOICE, GObject)

struct _HrMetricChoice
{
  GObject parent_instance;

  char    *name;
  char    *title;
  HrUnit   unit;
  HrKind   kind;
  gboolean needs_unit; /* a contract has to say it */
  gboolean measured;   /* by a source that is here */
};

GListModel     *hr_metric_choices_new (GListModel *sources,
                                       HrSource   *first) G_GNUC_WARN_UNUSED_RESULT;
HrMetricChoice *hr_metric_choices_find (GListModel *choices,
                                        const char *name);
gboolean        hr_metric_choice_matches (HrMetricChoice *self,
                                          const char     *text);

G_END_DECLS
