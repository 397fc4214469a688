/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/budget-page.h"

#include "app/budget-draft.h"
#include "app/budget-trial.h"
#include "app/field-row.h"
#include "app/metric-button.h"
#include "engine/budget/metric-catalog.h"
#include "engine/budget/statistic.h"

#include <glib/gi18n.h>

#define WIDE_CHARS 22
#define NARROW_CHARS 9

typedef enum
{
  GROUP_ABOUT,
  GROUP_BOUND,
  GROUP_LEVELS,
  GROUP_ALSO,
  N_GROUPS
} Group;

struct _HrBudgetPage
{
  AdwBin parent_instance;

  /* Children */
  GtkWidget    *groups[N_GROUPS];
  GtkWidget    *rows[HR_N_FIELDS]; /* AdwActionRow */
  GtkWidget    *bound;             /* limit or minimum, where nobody knows */
  GtkWidget    *switches[HR_N_FIELDS];
  GtkWidget    *trial;
  HrStatistic   statistics[HR_N_STATISTICS]; /* that the row offers */
  guint         n_statistics;
  HrContract   *right;   /* owned; NULL: what is written is no budget yet */
  gboolean      quiet;   /* rows are set, and not by their user */
  GListModel   *choices; /* owned */
  HrBudgetDraft draft;
  HrBudgetDraft before;

  /* The dialog's, which outlives the page */
  HrContractEditor *editor;
};

static const char *const group_titles[N_GROUPS] = {
  [GROUP_ABOUT] = N_ ("Budget"),
  [GROUP_BOUND] = N_ ("Limit"),
  [GROUP_LEVELS] = N_ ("Warnings and Alerts"),
  [GROUP_ALSO] = N_ ("More"),
};

/* The fields that are written as text. */
static const struct
{
  HrField     field;
  Group       group;
  const char *title;
  const char *hint;
  int         width;
} texts[] = {
  { HR_FIELD_NAME, GROUP_ABOUT, N_ ("Name"), N_ ("What alerts and reports call it"), WIDE_CHARS },
  { HR_FIELD_METRIC, GROUP_ABOUT, N_ ("Metric"), "", WIDE_CHARS },
  { HR_FIELD_SOURCE, GROUP_ABOUT, N_ ("Sources"), N_ ("A pattern of names with * and ?; empty: all of them"), WIDE_CHARS },
  { HR_FIELD_OF, GROUP_BOUND, N_ ("Limit of each"), "", NARROW_CHARS },
  { HR_FIELD_LIMIT, GROUP_BOUND, N_ ("Limit"), "", NARROW_CHARS },
  { HR_FIELD_MINIMUM, GROUP_BOUND, N_ ("Minimum"), "", NARROW_CHARS },
  { HR_FIELD_WINDOW, GROUP_BOUND, N_ ("Window"), N_ ("How far back the statistic looks, such as 500ms or 1min; empty: 5s"), NARROW_CHARS },
  { HR_FIELD_ALERT, GROUP_LEVELS, N_ ("Alert below"), N_ ("A share, such as 0.9; empty: the minimum"), NARROW_CHARS },
  { HR_FIELD_WARN, GROUP_LEVELS, N_ ("Warning from"), N_ ("A share of the limit, such as 0.8; empty: none"), NARROW_CHARS },
  { HR_FIELD_CRITICAL, GROUP_LEVELS, N_ ("Critical from"), N_ ("A share of the limit, such as 0.95; empty: none"), NARROW_CHARS },
  { HR_FIELD_HOLD, GROUP_LEVELS, N_ ("Hold"), N_ ("How long it is over before there is an alert; empty: at once"), NARROW_CHARS },
  { HR_FIELD_CLEAR, GROUP_LEVELS, N_ ("Clear"), N_ ("The share of the limit below which an alert ends; empty: 0.95"), NARROW_CHARS },
  { HR_FIELD_BASELINE, GROUP_ALSO, N_ ("Baseline"), N_ ("What the advantage is reckoned against; empty: none"), NARROW_CHARS },
  { HR_FIELD_OPTIMAL, GROUP_ALSO, N_ ("Optimal"), N_ ("A level to mark; empty: none"), NARROW_CHARS },
  { HR_FIELD_HEALTHY, GROUP_ALSO, N_ ("Healthy"), N_ ("A level to mark; empty: none"), NARROW_CHARS },
};

static const char *const statistic_titles[HR_N_STATISTICS] = {
  [HR_STATISTIC_MEAN] = N_ ("Mean"),
  [HR_STATISTIC_P50] = N_ ("Median"),
  [HR_STATISTIC_P90] = "p90",
  [HR_STATISTIC_P99] = "p99",
  [HR_STATISTIC_P999] = "p99.9",
  [HR_STATISTIC_MAX] = N_ ("Maximum"),
  [HR_STATISTIC_LAST] = N_ ("Latest value"),
  [HR_STATISTIC_RECENT] = N_ ("Recent mean"),
  [HR_STATISTIC_RATE] = N_ ("Rate"),
  [HR_STATISTIC_COMPLIANCE] = N_ ("Share within"),
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (HrBudgetPage, hr_budget_page, ADW_TYPE_BIN)

static void update (HrBudgetPage *self);

static const char *
value_of (HrBudgetPage *self,
          HrField       field)
{
  return self->draft.values[field] != NULL ? self->draft.values[field] : "";
}

/* The unit that a draft's values are in; HR_N_UNITS: nobody knows yet. */
static HrUnit
metric_unit (HrBudgetPage *self)
{
  const HrKnownMetric *known = hr_metric_catalog_find (value_of (self, HR_FIELD_METRIC));
  guint                unit = 0;

  if (known != NULL)
    return known->unit;
  while (unit < HR_N_UNITS && !g_str_equal (hr_unit_name ((HrUnit) unit), value_of (self, HR_FIELD_UNIT)))
    unit++;

  return (HrUnit) unit;
}

static HrKind
measured_kind (HrBudgetPage *self)
{
  HrMetricChoice *choice = hr_metric_choices_find (self->choices, value_of (self, HR_FIELD_METRIC));

  return choice != NULL && choice->measured ? choice->kind : HR_N_KINDS;
}

/* Says what is right about a field, or what is not. */
static void
set_error (HrBudgetPage *self,
           HrField       field,
           const char   *error)
{
  GtkWidget *row = self->rows[field];

  if (HR_IS_FIELD_ROW (row))
    {
      hr_field_row_set_error (HR_FIELD_ROW (row), error);
      return;
    }
  if (!ADW_IS_ACTION_ROW (row))
    return;

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), error != NULL ? error : "");
  if (error != NULL)
    gtk_widget_add_css_class (row, "wrong-field");
  else
    gtk_widget_remove_css_class (row, "wrong-field");
}

static void
show_error (HrBudgetPage *self,
            HrField       wrong,
            const char   *error)
{
  for (guint i = 0; i < HR_N_FIELDS; i++)
    if (i != HR_FIELD_REQUIRED && i != HR_FIELD_SCORES)
      set_error (self, (HrField) i, i == wrong ? error : NULL);
}

static void
set_hint (HrBudgetPage *self,
          HrField       field,
          const char   *hint)
{
  hr_field_row_set_hint (HR_FIELD_ROW (self->rows[field]), hint);
}

/* What to write depends on the metric's unit. */
static void
show_units (HrBudgetPage *self)
{
  HrStatistic      statistic = HR_STATISTIC_MEAN;
  HrUnit           unit = metric_unit (self);
  gboolean         compliance = hr_budget_draft_uses (&self->draft, HR_FIELD_OF);
  g_autofree char *limit = NULL;
  g_autofree char *minimum = NULL;
  g_autofree char *of = NULL;

  hr_statistic_from_name (value_of (self, HR_FIELD_STATISTIC), &statistic);
  of = g_strdup_printf (_ ("What one may take, in %s"), unit < HR_N_UNITS ? hr_unit_name (unit) : "?");
  if (unit < HR_N_UNITS)
    unit = hr_statistic_unit (statistic, unit);
  limit = g_strdup_printf (_ ("Not to exceed, in %s"), unit < HR_N_UNITS ? hr_unit_name (unit) : hr_unit_name (HR_UNIT_PER_SECOND));
  minimum = compliance ? g_strdup (_ ("The share that keeps to it, such as 0.95"))
                       : g_strdup_printf (_ ("Not to fall below, in %s"), unit < HR_N_UNITS ? hr_unit_name (unit) : hr_unit_name (HR_UNIT_PER_SECOND));
  set_hint (self, HR_FIELD_OF, of);
  set_hint (self, HR_FIELD_LIMIT, limit);
  set_hint (self, HR_FIELD_MINIMUM, minimum);
}

static void
show_metric (HrBudgetPage *self)
{
  const char      *name = value_of (self, HR_FIELD_METRIC);
  HrMetricChoice  *choice = hr_metric_choices_find (self->choices, name);
  g_autofree char *measured = NULL;

  if (choice != NULL && choice->measured)
    measured = g_strdup_printf (_ ("%s, measured now"), choice->title);

  if (measured != NULL)
    set_hint (self, HR_FIELD_METRIC, measured);
  else if (choice != NULL)
    set_hint (self, HR_FIELD_METRIC, choice->title);
  else if (*name == '\0')
    set_hint (self, HR_FIELD_METRIC, _ ("Write a name or choose one"));
  else
    set_hint (self, HR_FIELD_METRIC, hr_budget_draft_is_free (&self->draft) ? _ ("Named by the program itself") : "");
}

static void
show_visible (HrBudgetPage *self)
{
  gboolean own = hr_budget_draft_is_free (&self->draft);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    gtk_widget_set_visible (self->rows[texts[i].field], hr_budget_draft_uses (&self->draft, texts[i].field));
  gtk_widget_set_visible (self->rows[HR_FIELD_UNIT], own);
  gtk_widget_set_visible (self->bound, own && !hr_budget_draft_uses (&self->draft, HR_FIELD_OF));
}

/* Whether the metric is known well enough to say which statistics are of no use. */
static gboolean
is_settled (HrBudgetPage *self)
{
  return !hr_budget_draft_is_free (&self->draft) || *value_of (self, HR_FIELD_UNIT) != '\0' || measured_kind (self) != HR_N_KINDS;
}

static guint
list_statistics (HrBudgetPage *self,
                 HrStatistic  *out)
{
  gboolean settled = is_settled (self);
  guint    n = 0;

  for (guint i = 0; i < HR_N_STATISTICS; i++)
    if (!settled || hr_budget_draft_suits (&self->draft, (HrStatistic) i, measured_kind (self)))
      out[n++] = (HrStatistic) i;

  return n;
}

/* Offers what suits the metric; a statistic that does not any more gives way to the first that does. */
static void
show_statistics (HrBudgetPage *self)
{
  HrStatistic wanted = HR_STATISTIC_MEAN, suited[HR_N_STATISTICS];
  guint       n = list_statistics (self, suited);
  guint       selected = GTK_INVALID_LIST_POSITION;
  gboolean    known = hr_statistic_from_name (value_of (self, HR_FIELD_STATISTIC), &wanted);

  if (n != self->n_statistics || memcmp (suited, self->statistics, n * sizeof *suited) != 0)
    {
      g_autoptr (GtkStringList) words = gtk_string_list_new (NULL);

      for (guint i = 0; i < n; i++)
        gtk_string_list_append (words, _ (statistic_titles[suited[i]]));
      memcpy (self->statistics, suited, sizeof suited);
      self->n_statistics = n;
      adw_combo_row_set_model (ADW_COMBO_ROW (self->rows[HR_FIELD_STATISTIC]), G_LIST_MODEL (words));
    }

  for (guint i = 0; i < n; i++)
    if (known && suited[i] == wanted)
      selected = i;
  if (selected == GTK_INVALID_LIST_POSITION && n > 0)
    {
      hr_budget_draft_set (&self->draft, HR_FIELD_STATISTIC, hr_statistic_name (suited[0]));
      selected = 0;
    }
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->rows[HR_FIELD_STATISTIC]), selected);
}

static void
show_choices (HrBudgetPage *self)
{
  HrUnit unit = metric_unit (self);

  /* The first is no unit. */
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->rows[HR_FIELD_UNIT]), *value_of (self, HR_FIELD_UNIT) != '\0' && unit < HR_N_UNITS ? unit + 1 : 0);
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->bound), self->draft.upward ? 1 : 0);
}

/* Takes the place off what the parser says. */
static const char *
without_place (const char *message,
               const char *file)
{
  const char *rest = g_str_has_prefix (message, file) ? message + strlen (file) : message;

  if (*rest == ':')
    rest += 1 + strspn (rest + 1, "0123456789");

  return g_str_has_prefix (rest, ": ") ? rest + 2 : rest;
}

static gboolean
write_to (HrBudgetPage     *self,
          HrContractEditor *editor,
          GError          **error)
{
  g_autofree const char **keys = hr_budget_draft_keys (&self->draft);
  const char             *name = value_of (self, HR_FIELD_NAME);

  if (self->before.values[HR_FIELD_NAME] != NULL)
    return hr_contract_editor_replace (editor, self->before.values[HR_FIELD_NAME], name, keys, error);

  return hr_contract_editor_add (editor, name, keys, error);
}

/* What only the whole contract knows: names that are there already. */
static gboolean
check_whole (HrBudgetPage *self,
             char        **out_message)
{
  const char *file = hr_contract_get_file (hr_contract_editor_get_contract (self->editor));
  const char *text = hr_contract_editor_get_text (self->editor);
  g_autoptr (GError) error = NULL;
  g_autoptr (HrContractEditor) copy = hr_contract_editor_new (text, strlen (text), file, &error);

  if (copy != NULL && write_to (self, copy, &error))
    return TRUE;

  *out_message = g_strdup (without_place (error->message, file));

  return FALSE;
}

/* Holds what is written against the parser. */
static void
check (HrBudgetPage *self)
{
  g_autofree char *message = NULL;
  HrField          wrong = HR_FIELD_NAME;

  g_clear_pointer (&self->right, hr_contract_unref);
  self->right = hr_budget_draft_parse (&self->draft, &wrong, &message);
  hr_budget_trial_set_contract (HR_BUDGET_TRIAL (self->trial), self->right);
  if (self->right != NULL && !check_whole (self, &message))
    g_clear_pointer (&self->right, hr_contract_unref);
  show_error (self, wrong, message);
}

/* Follows what was written. */
static void
update (HrBudgetPage *self)
{
  self->quiet = TRUE;
  show_statistics (self);
  show_choices (self);
  show_metric (self);
  show_units (self);
  show_visible (self);
  self->quiet = FALSE;
  check (self);
  g_signal_emit (self, changed_signal, 0);
}

static void
field_changed_cb (HrBudgetPage *self,
                  HrFieldRow   *row)
{
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (self->rows[texts[i].field] == GTK_WIDGET (row))
      hr_budget_draft_set (&self->draft, texts[i].field, hr_field_row_get_text (row));
  update (self);
}

static void
statistic_selected_cb (HrBudgetPage *self)
{
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (self->rows[HR_FIELD_STATISTIC]));

  if (self->quiet || selected >= self->n_statistics)
    return;

  hr_budget_draft_set (&self->draft, HR_FIELD_STATISTIC, hr_statistic_name (self->statistics[selected]));
  update (self);
}

static void
unit_selected_cb (HrBudgetPage *self)
{
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (self->rows[HR_FIELD_UNIT]));

  if (self->quiet)
    return;

  hr_budget_draft_set (&self->draft, HR_FIELD_UNIT, selected > 0 && selected <= HR_N_UNITS ? hr_unit_name ((HrUnit) (selected - 1)) : NULL);
  update (self);
}

static void
bound_selected_cb (HrBudgetPage *self)
{
  if (self->quiet)
    return;

  self->draft.upward = adw_combo_row_get_selected (ADW_COMBO_ROW (self->bound)) == 1;
  update (self);
}

static void
switch_active_cb (HrBudgetPage *self,
                  GParamSpec   *property,
                  GtkSwitch    *toggle)
{
  HrField     field = self->switches[HR_FIELD_REQUIRED] == GTK_WIDGET (toggle) ? HR_FIELD_REQUIRED : HR_FIELD_SCORES;
  gboolean    usual = field == HR_FIELD_SCORES;
  gboolean    active = gtk_switch_get_active (toggle);
  const char *before = self->before.values[field];

  if (self->quiet)
    return;

  /* A key that says what holds without it anyway is only kept where it was. */
  hr_budget_draft_set (&self->draft, field, active == usual && before == NULL ? NULL : active ? "true"
                                                                                              : "false");
  update (self);
}

static void
metric_chosen_cb (HrBudgetPage   *self,
                  HrMetricChoice *choice)
{
  hr_budget_draft_set (&self->draft, HR_FIELD_METRIC, choice->name);
  hr_budget_draft_set (&self->draft, HR_FIELD_UNIT, choice->needs_unit ? hr_unit_name (choice->unit) : NULL);
  hr_field_row_set_text (HR_FIELD_ROW (self->rows[HR_FIELD_METRIC]), choice->name);
  update (self);
}

static void
add_texts (HrBudgetPage *self,
           Group         group)
{
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      GtkWidget *row;

      if (texts[i].group != group)
        continue;
      row = hr_field_row_new (_ (texts[i].title), *texts[i].hint != '\0' ? _ (texts[i].hint) : "", texts[i].width);
      self->rows[texts[i].field] = row;
      g_signal_connect_swapped (row, "changed", G_CALLBACK (field_changed_cb), self);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->groups[group]), row);
    }
}

static GtkWidget *
add_combo (HrBudgetPage      *self,
           Group              group,
           const char        *title,
           const char *const *words,
           GCallback          selected_cb)
{
  GtkWidget *row = adw_combo_row_new ();
  g_autoptr (GtkStringList) model = gtk_string_list_new (words);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (model));
  g_signal_connect_swapped (row, "notify::selected", selected_cb, self);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->groups[group]), row);

  return row;
}

static void
add_switch (HrBudgetPage *self,
            HrField       field,
            const char   *title,
            const char   *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *toggle = gtk_switch_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_widget_set_valign (toggle, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), toggle);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), toggle);
  g_signal_connect_swapped (toggle, "notify::active", G_CALLBACK (switch_active_cb), self);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->groups[GROUP_ALSO]), row);
  self->switches[field] = toggle;
}

static void
add_units (HrBudgetPage *self)
{
  const char *words[HR_N_UNITS + 2] = { _ ("None: an event") };

  for (guint i = 0; i < HR_N_UNITS; i++)
    words[i + 1] = hr_unit_name ((HrUnit) i);
  self->rows[HR_FIELD_UNIT] = add_combo (self, GROUP_ABOUT, _ ("Unit"), words, G_CALLBACK (unit_selected_cb));
}

static void
add_rows (HrBudgetPage *self)
{
  const char *const bounds[] = { _ ("At most"), _ ("At least"), NULL };
  const char *const none[] = { NULL };
  GtkWidget        *button = hr_metric_button_new (self->choices);

  add_texts (self, GROUP_ABOUT);
  g_signal_connect_swapped (button, "chosen", G_CALLBACK (metric_chosen_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->rows[HR_FIELD_METRIC]), button);
  add_units (self);
  self->rows[HR_FIELD_STATISTIC] = add_combo (self, GROUP_ABOUT, _ ("Statistic"), none, G_CALLBACK (statistic_selected_cb));
  self->bound = add_combo (self, GROUP_BOUND, _ ("Bound"), bounds, G_CALLBACK (bound_selected_cb));
  add_texts (self, GROUP_BOUND);
  add_texts (self, GROUP_LEVELS);
  add_texts (self, GROUP_ALSO);
  add_switch (self, HR_FIELD_REQUIRED, _ ("Required"), _ ("A check fails where it has no data"));
  add_switch (self, HR_FIELD_SCORES, _ ("Scores"), _ ("It counts in the performance score"));
}

static void
build (HrBudgetPage *self,
       HrSource     *source)
{
  GtkWidget       *page = adw_preferences_page_new ();
  GtkWidget       *trial = adw_preferences_group_new ();
  g_autofree char *title = source != NULL ? g_strdup_printf (_ ("The Last Minutes of %s"), hr_source_get_title (source)) : g_strdup (_ ("The Last Minutes"));
  g_autofree char *escaped = g_markup_escape_text (title, -1);

  self->trial = hr_budget_trial_new (source);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (trial), escaped);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (trial), self->trial);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (trial));
  for (guint i = 0; i < N_GROUPS; i++)
    {
      self->groups[i] = adw_preferences_group_new ();
      adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->groups[i]), _ (group_titles[i]));
      adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (self->groups[i]));
    }
  add_rows (self);
  adw_bin_set_child (ADW_BIN (self), page);
}

/* Puts what was read into the rows. */
static void
fill (HrBudgetPage *self)
{
  self->quiet = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    hr_field_row_set_text (HR_FIELD_ROW (self->rows[texts[i].field]), value_of (self, texts[i].field));
  gtk_switch_set_active (GTK_SWITCH (self->switches[HR_FIELD_REQUIRED]), g_str_equal (value_of (self, HR_FIELD_REQUIRED), "true"));
  gtk_switch_set_active (GTK_SWITCH (self->switches[HR_FIELD_SCORES]), !g_str_equal (value_of (self, HR_FIELD_SCORES), "false"));
  self->quiet = FALSE;
}

static void
hr_budget_page_dispose (GObject *object)
{
  HrBudgetPage *self = HR_BUDGET_PAGE (object);

  self->quiet = TRUE;
  g_clear_pointer (&self->right, hr_contract_unref);
  g_clear_object (&self->choices);
  hr_budget_draft_clear (&self->draft);
  hr_budget_draft_clear (&self->before);

  G_OBJECT_CLASS (hr_budget_page_parent_class)->dispose (object);
}

static void
hr_budget_page_class_init (HrBudgetPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hr_budget_page_dispose;
  changed_signal = g_signal_new ("changed", HR_TYPE_BUDGET_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hr_budget_page_init (HrBudgetPage *self)
{
}

/* @source: (nullable): what it is tried on; @editor: the contract, which outlives the page; @budget: (nullable): its name; NULL: a new one */
GtkWidget *
hr_budget_page_new (HrMonitor        *monitor,
                    HrSource         *source,
                    HrContractEditor *editor,
                    const char       *budget)
{
  HrBudgetPage *self = g_object_new (HR_TYPE_BUDGET_PAGE, NULL);

  self->editor = editor;
  self->choices = hr_metric_choices_new (hr_monitor_get_sources (monitor), source);
  if (budget != NULL)
    hr_budget_draft_read (&self->draft, hr_contract_editor_get_contract (editor), budget);
  hr_budget_draft_copy (&self->before, &self->draft);
  build (self, source);
  fill (self);
  update (self);

  return GTK_WIDGET (self);
}

gboolean
hr_budget_page_is_right (HrBudgetPage *self)
{
  g_return_val_if_fail (HR_IS_BUDGET_PAGE (self), FALSE);

  return self->right != NULL;
}

gboolean
hr_budget_page_is_changed (HrBudgetPage *self)
{
  g_return_val_if_fail (HR_IS_BUDGET_PAGE (self), FALSE);

  return !hr_budget_draft_equal (&self->draft, &self->before);
}

/* Makes it what the contract says. Returns FALSE with what the parser says where it is none. */
gboolean
hr_budget_page_apply (HrBudgetPage *self,
                      GError      **error)
{
  g_return_val_if_fail (HR_IS_BUDGET_PAGE (self), FALSE);

  return write_to (self, self->editor, error);
}
