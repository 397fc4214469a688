/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/judging.h"

struct _HrJudging
{
  HrContract   *contract;
  HrAssessment *assessment;
  GHashTable   *histories; /* HrSource -> HrHistory */
};

/* Returns (transfer full) what has seen nothing yet. @contract: counted */
HrJudging *
hr_judging_new (HrContract *contract)
{
  HrJudging *self = g_new0 (HrJudging, 1);

  self->contract = hr_contract_ref (contract);
  self->assessment = hr_assessment_new (contract);
  self->histories = g_hash_table_new_full (NULL, NULL, g_object_unref, (GDestroyNotify) hr_history_free);

  return self;
}

/* Frees @self. Accepts NULL. */
void
hr_judging_free (HrJudging *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->histories);
  hr_assessment_free (self->assessment);
  hr_contract_unref (self->contract);
  g_free (self);
}

/* The history of @source since this began, with the metrics that the source has now: equal numbers mean equal metrics. */
static HrHistory *
find_history (HrJudging *self,
              HrSource  *source)
{
  HrHistory *whole = hr_source_get_history (source);
  HrHistory *history = g_hash_table_lookup (self->histories, source);

  if (history == NULL)
    {
      history = hr_history_new ();
      g_hash_table_insert (self->histories, g_object_ref (source), history);
    }
  for (guint i = hr_history_get_n_metrics (history); i < hr_history_get_n_metrics (whole); i++)
    hr_history_add_metric (history, hr_history_get_metric (whole, i));

  return history;
}

/* Takes in @snapshot, which stands in the history of @source already. */
void
hr_judging_take (HrJudging  *self,
                 HrSource   *source,
                 HrSnapshot *snapshot)
{
  HrHistory  *history = find_history (self, source);
  const char *name = hr_source_get_name (source);
  g_auto (HrVerdict) verdict = { 0 };

  hr_history_append (history, snapshot);
  hr_verdict_judge (&verdict, self->contract, name, history, snapshot->end_ns);
  hr_assessment_add (self->assessment, name, history, snapshot, &verdict);
}

/* Returns (transfer none) what it came to so far. */
HrAssessment *
hr_judging_get_assessment (HrJudging *self)
{
  return self->assessment;
}
