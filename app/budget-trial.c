/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/budget-trial.h"

#include "app/budget-preview.h"
#include "app/labels.h"
#include "engine/budget/metric-catalog.h"
#include "widgets/track.h"

#include <glib/gi18n.h>
#include <math.h>

/* Who types is not judged letter by letter. */
#define PAUSE_MS 200

/* How often it follows what was measured meanwhile. */
#define FOLLOW_MS 2000

#define CHART_HEIGHT 150

struct _HrBudgetTrial
{
  GtkWidget parent_instance;

  /* Children */
  GtkWidget *track;
  GtkWidget *sentence;

  /* Owned */
  HrSource     *source;   /* NULL: none is selected */
  HrContract   *contract; /* NULL: there is no budget yet */
  HrTimeline   *timeline;
  GCancellable *cancellable; /* of the run under way */

  guint    due;      /* the source that begins a run, or 0 */
  guint    followed; /* the source that has it follow, or 0 */
  gboolean running;
  guint64  received; /* snapshots that the last run knew of */
};

G_DEFINE_FINAL_TYPE (HrBudgetTrial, hr_budget_trial, GTK_TYPE_WIDGET)

static void schedule (HrBudgetTrial *self);

static void
say (HrBudgetTrial *self,
     const char    *text)
{
  hr_label_set (GTK_LABEL (self->sentence), text);
}

static void
show_bins (HrBudgetTrial         *self,
           const HrBudgetPreview *preview)
{
  guint             n = preview->points->len;
  g_autofree HrBin *bins = g_new0 (HrBin, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    {
      const HrPreviewPoint *point = &g_array_index (preview->points, HrPreviewPoint, i);

      bins[i] = (HrBin){ point->begin_us, point->end_us, isnan (point->value) ? 0 : 1, point->value, point->value, point->value };
    }
  if (n > 0)
    {
      hr_timeline_set_bounds (self->timeline, bins[0].begin_us, bins[n - 1].end_us);
      hr_timeline_set_view (self->timeline, bins[0].begin_us, bins[n - 1].end_us);
    }
  hr_track_set_bins (HR_TRACK (self->track), bins, n);
}

static void
show_preview (HrBudgetTrial         *self,
              const HrBudgetPreview *preview)
{
  const HrBudget  *budget = hr_contract_get_budget (preview->contract, 0);
  g_autofree char *title = hr_budget_title (budget);
  g_autofree char *sentence = hr_budget_preview_sentence (preview);

  hr_track_set_title (HR_TRACK (self->track), title);
  hr_track_set_unit (HR_TRACK (self->track), preview->unit, HR_KIND_GAUGE, isnan (budget->minimum) ? HR_DIRECTION_LOWER : HR_DIRECTION_HIGHER);
  hr_track_set_limit (HR_TRACK (self->track), preview->bound);
  show_bins (self, preview);
  gtk_widget_set_visible (self->track, preview->n_measured > 0);
  say (self, sentence);
}

/* Of a trial that is gone the run was cancelled: only otherwise is there one. */
static void
run_cb (GObject      *object,
        GAsyncResult *result,
        gpointer      user_data)
{
  HrBudgetTrial *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HrBudgetPreview) preview = hr_budget_preview_run_finish (result, &error);

  if (preview == NULL)
    return;

  self->running = FALSE;
  show_preview (self, preview);
}

static void
stop (HrBudgetTrial *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->due, g_source_remove);
  self->running = FALSE;
}

static gboolean
due_cb (gpointer user_data)
{
  HrBudgetTrial *self = user_data;
  HrHistory     *history = hr_source_get_history (self->source);

  self->due = 0;
  self->running = TRUE;
  self->received = hr_history_get_received (history);
  self->cancellable = g_cancellable_new ();
  hr_budget_preview_run_async (self->contract, hr_preview_series_new (hr_source_get_name (self->source), history), self->cancellable, run_cb, self);

  return G_SOURCE_REMOVE;
}

static void
schedule (HrBudgetTrial *self)
{
  stop (self);
  if (self->contract != NULL && self->source != NULL)
    self->due = g_timeout_add (PAUSE_MS, due_cb, self);
}

/* More was measured, and nobody is asked anything just now. */
static gboolean
follow_cb (gpointer user_data)
{
  HrBudgetTrial *self = user_data;

  if (self->source != NULL && self->due == 0 && !self->running && gtk_widget_get_mapped (GTK_WIDGET (self)) &&
      hr_history_get_received (hr_source_get_history (self->source)) != self->received)
    schedule (self);

  return G_SOURCE_CONTINUE;
}

static void
hr_budget_trial_dispose (GObject *object)
{
  HrBudgetTrial *self = HR_BUDGET_TRIAL (object);

  stop (self);
  g_clear_handle_id (&self->followed, g_source_remove);
  g_clear_pointer (&self->track, gtk_widget_unparent);
  g_clear_pointer (&self->sentence, gtk_widget_unparent);
  g_clear_pointer (&self->contract, hr_contract_unref);
  g_clear_object (&self->timeline);
  g_clear_object (&self->source);

  G_OBJECT_CLASS (hr_budget_trial_parent_class)->dispose (object);
}

static void
hr_budget_trial_class_init (HrBudgetTrialClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hr_budget_trial_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BOX_LAYOUT);
}

static void
hr_budget_trial_init (HrBudgetTrial *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 6);
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
  gtk_widget_add_css_class (GTK_WIDGET (self), "hr-card");

  self->timeline = hr_timeline_new ();
  self->track = hr_track_new (self->timeline);
  gtk_widget_set_size_request (self->track, -1, CHART_HEIGHT);
  gtk_widget_set_visible (self->track, FALSE);
  gtk_widget_set_parent (self->track, GTK_WIDGET (self));

  self->sentence = gtk_label_new (_ ("No source is selected to try it on"));
  gtk_label_set_wrap (GTK_LABEL (self->sentence), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->sentence), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (self->sentence), 0);
  gtk_widget_set_parent (self->sentence, GTK_WIDGET (self));

  self->followed = g_timeout_add (FOLLOW_MS, follow_cb, self);
}

/* @source: (nullable) */
GtkWidget *
hr_budget_trial_new (HrSource *source)
{
  HrBudgetTrial *self = g_object_new (HR_TYPE_BUDGET_TRIAL, NULL);

  if (source != NULL)
    self->source = g_object_ref (source);

  return GTK_WIDGET (self);
}

void
hr_budget_trial_set_contract (HrBudgetTrial *self,
                              HrContract    *contract)
{
  g_return_if_fail (HR_IS_BUDGET_TRIAL (self));

  g_clear_pointer (&self->contract, hr_contract_unref);
  self->contract = contract != NULL ? hr_contract_ref (contract) : NULL;
  schedule (self);
  if (contract == NULL && self->source != NULL)
    {
      gtk_widget_set_visible (self->track, FALSE);
      say (self, _ ("It is tried on the last minutes once it is whole"));
    }
}

const char *
hr_budget_trial_get_sentence (HrBudgetTrial *self)
{
  g_return_val_if_fail (HR_IS_BUDGET_TRIAL (self), NULL);

  return gtk_label_get_label (GTK_LABEL (self->sentence));
}
