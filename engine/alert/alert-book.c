/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/alert/alert-book.h"

#include "engine/alert/breach.h"
#include "engine/budget/metric-catalog.h"

/* What is known of one budget of one source. */
typedef struct
{
  char    *source;
  char    *budget;
  HrBreach breach;
  HrAlert *alert; /* owned; NULL unless one is active */
} Watch;

struct _HrAlertBook
{
  GObject parent_instance;

  GPtrArray *alerts;  /* owned HrAlert, oldest first */
  GPtrArray *watches; /* owned Watch: budgets that are over, or have an active alert */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HrAlertBook, hr_alert_book, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum
{
  RAISED,
  CLEARED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
watch_free (gpointer data)
{
  Watch *self = data;

  g_clear_object (&self->alert);
  g_free (self->source);
  g_free (self->budget);
  g_free (self);
}

static GType
get_item_type (GListModel *model)
{
  return HR_TYPE_ALERT;
}

static guint
get_n_items (GListModel *model)
{
  return HR_ALERT_BOOK (model)->alerts->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  HrAlertBook *self = HR_ALERT_BOOK (model);

  if (position >= self->alerts->len)
    return NULL;

  return g_object_ref (g_ptr_array_index (self->alerts, self->alerts->len - 1 - position));
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
hr_alert_book_finalize (GObject *object)
{
  HrAlertBook *self = HR_ALERT_BOOK (object);

  g_ptr_array_unref (self->watches);
  g_ptr_array_unref (self->alerts);

  G_OBJECT_CLASS (hr_alert_book_parent_class)->finalize (object);
}

static void
hr_alert_book_class_init (HrAlertBookClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hr_alert_book_finalize;

  signals[RAISED] = g_signal_new ("raised", HR_TYPE_ALERT_BOOK, G_SIGNAL_RUN_LAST, 0,
                                  NULL, NULL, NULL, G_TYPE_NONE, 1, HR_TYPE_ALERT);
  signals[CLEARED] = g_signal_new ("cleared", HR_TYPE_ALERT_BOOK, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 1, HR_TYPE_ALERT);
}

static void
hr_alert_book_init (HrAlertBook *self)
{
  self->alerts = g_ptr_array_new_with_free_func (g_object_unref);
  self->watches = g_ptr_array_new_with_free_func (watch_free);
}

/* Returns: (transfer full): a book without alerts. */
HrAlertBook *
hr_alert_book_new (void)
{
  return g_object_new (HR_TYPE_ALERT_BOOK, NULL);
}

static Watch *
find_watch (HrAlertBook *self,
            const char  *source,
            const char  *budget)
{
  for (guint i = 0; i < self->watches->len; i++)
    {
      Watch *watch = g_ptr_array_index (self->watches, i);

      if (g_str_equal (watch->budget, budget) && g_str_equal (watch->source, source))
        return watch;
    }

  return NULL;
}

/* Makes room for one alert more: the oldest that has cleared goes. Active ones never do, so that the list is longer while more
 * than HR_ALERT_BOOK_MAX are active. */
static void
drop_oldest_cleared (HrAlertBook *self)
{
  guint index = 0;

  if (self->alerts->len < HR_ALERT_BOOK_MAX)
    return;

  while (index < self->alerts->len && hr_alert_is_active (g_ptr_array_index (self->alerts, index)))
    index++;
  if (index == self->alerts->len)
    return;

  g_ptr_array_remove_index (self->alerts, index);
  g_list_model_items_changed (G_LIST_MODEL (self), self->alerts->len - index, 1, 0);
}

static void
raise_alert (HrAlertBook       *self,
             Watch             *watch,
             const HrJudgement *judgement)
{
  const HrKnownMetric *metric = hr_budget_metric (judgement->budget);
  g_autofree char     *title = hr_budget_title (judgement->budget);
  HrAlertType          type = metric != NULL ? metric->type : HR_ALERT_PERFORMANCE;
  g_autoptr (HrAlert) alert = hr_alert_new (type, watch->source, watch->budget, title,
                                            judgement->unit, judgement->limit, watch->breach.over_since_us);

  hr_alert_update (alert, judgement->value, judgement->severity);
  watch->alert = g_object_ref (alert);

  drop_oldest_cleared (self);
  g_ptr_array_add (self->alerts, g_object_ref (alert));
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, 1);
  g_signal_emit (self, signals[RAISED], 0, alert);
}

/* Ends the alert of watch number @index, if it has one, and forgets the watch. It leaves the table first: whoever hears the signal
 * may ask what is active. */
static void
end_watch (HrAlertBook *self,
           guint        index,
           gint64       now_us)
{
  Watch *watch = g_ptr_array_steal_index_fast (self->watches, index);

  if (watch->alert != NULL)
    {
      hr_alert_clear (watch->alert, now_us);
      g_signal_emit (self, signals[CLEARED], 0, watch->alert);
    }
  watch_free (watch);
}

/* Returns: (transfer none) (nullable): what is known of @judgement's budget of @source; of one that is not over nothing need be. */
static Watch *
watch_for (HrAlertBook       *self,
           const char        *source,
           const HrJudgement *judgement)
{
  Watch *watch = find_watch (self, source, judgement->budget->name);

  if (watch != NULL || judgement->standing != HR_STANDING_OVER)
    return watch;

  watch = g_new0 (Watch, 1);
  watch->source = g_strdup (source);
  watch->budget = g_strdup (judgement->budget->name);
  g_ptr_array_add (self->watches, watch);

  return watch;
}

static void
judge_budget (HrAlertBook       *self,
              const char        *source,
              const HrJudgement *judgement,
              gint64             now_ns,
              gint64             now_us)
{
  Watch         *watch = watch_for (self, source, judgement);
  HrBreachChange change;
  guint          index;

  if (watch == NULL)
    return;

  change = hr_breach_judge (&watch->breach, judgement, now_ns, now_us);
  if (change == HR_BREACH_BEGAN)
    raise_alert (self, watch, judgement);
  else if (watch->breach.over && watch->alert != NULL)
    hr_alert_update (watch->alert, judgement->value, judgement->severity);
  else if (!watch->breach.over && !watch->breach.breached && g_ptr_array_find (self->watches, watch, &index))
    end_watch (self, index, now_us);
}

/* Takes in how @source stands. A breach, whose rule stands in breach.h, raises an alert that speaks from the first breaching verdict on and
 * keeps the worst it sees; the end of the breach clears it, or hr_alert_book_drop ().
 * @now_ns: monotonic time the verdict speaks of, never running backwards; @now_us: its UTC */
void
hr_alert_book_judge (HrAlertBook     *self,
                     const char      *source,
                     const HrVerdict *verdict,
                     gint64           now_ns,
                     gint64           now_us)
{
  for (guint i = 0; i < verdict->n_judgements; i++)
    judge_budget (self, source, &verdict->judgements[i], now_ns, now_us);
}

/* Clears whatever is active for @source at @now_us (UTC) and forgets what was over: it is gone, or judged by another contract now. */
void
hr_alert_book_drop (HrAlertBook *self,
                    const char  *source,
                    gint64       now_us)
{
  guint i = 0;

  while (i < self->watches->len)
    {
      Watch *watch = g_ptr_array_index (self->watches, i);

      if (g_str_equal (watch->source, source))
        end_watch (self, i, now_us);
      else
        i++;
    }
}

/* The same, and takes what was ever raised for @source off the list. */
void
hr_alert_book_forget (HrAlertBook *self,
                      const char  *source,
                      gint64       now_us)
{
  hr_alert_book_drop (self, source, now_us);
  for (guint i = self->alerts->len; i > 0; i--)
    {
      if (!g_str_equal (hr_alert_get_source (g_ptr_array_index (self->alerts, i - 1)), source))
        continue;
      g_ptr_array_remove_index (self->alerts, i - 1);
      g_list_model_items_changed (G_LIST_MODEL (self), self->alerts->len - (i - 1), 1, 0);
    }
}

/* Returns how many alerts are active for @source (nullable: for all sources). */
guint
hr_alert_book_get_n_active (HrAlertBook *self,
                            const char  *source)
{
  guint n = 0;

  for (guint i = 0; i < self->watches->len; i++)
    {
      Watch *watch = g_ptr_array_index (self->watches, i);

      if (watch->alert != NULL && (source == NULL || g_str_equal (watch->source, source)))
        n++;
    }

  return n;
}

/* Returns how long @source has been over @budget at @now_ns without a break, in nanoseconds; 0 if it is not over. */
gint64
hr_alert_book_get_over (HrAlertBook *self,
                        const char  *source,
                        const char  *budget,
                        gint64       now_ns)
{
  Watch *watch = find_watch (self, source, budget);

  return watch != NULL && watch->breach.over ? MAX (now_ns - watch->breach.over_since_ns, 0) : 0;
}
