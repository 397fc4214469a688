/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/alerts-card.h"

#include "app/alert-row.h"
#include "app/labels.h"

#include <glib/gi18n.h>

/* More than this is the business of a list of its own. */
#define SHOWN_ALERTS 5

struct _HrAlertsCard
{
  GtkBox parent_instance;

  /* Template children */
  GtkLabel   *subtitle;
  GtkListBox *list;

  /* Owned */
  char            *source;
  GtkCustomFilter *filter;
  HrAlertBook     *alerts;
};

G_DEFINE_FINAL_TYPE (HrAlertsCard, hr_alerts_card, GTK_TYPE_BOX)

static gboolean
match_source (gpointer alert,
              gpointer user_data)
{
  HrAlertsCard *self = user_data;

  return g_strcmp0 (hr_alert_get_source (alert), self->source) == 0;
}

static GtkWidget *
create_row (gpointer alert,
            gpointer user_data)
{
  return hr_alert_row_new (alert);
}

static void
follow (HrAlertsCard *self,
        HrAlertBook  *alerts)
{
  GtkFilterListModel *filtered = NULL;
  g_autoptr (GtkSliceListModel) shown = NULL;

  g_set_object (&self->alerts, alerts);
  self->filter = gtk_custom_filter_new (match_source, self, NULL);
  filtered = gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (alerts)),
                                        GTK_FILTER (g_object_ref (self->filter)));
  shown = gtk_slice_list_model_new (G_LIST_MODEL (filtered), 0, SHOWN_ALERTS);
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (shown), create_row, self, NULL);
}

static void
show_source (HrAlertsCard *self,
             const char   *source)
{
  if (g_strcmp0 (self->source, source) == 0)
    return;

  g_free (self->source);
  self->source = g_strdup (source);
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
}

static void
show_subtitle (HrAlertsCard *self,
               guint         n_active)
{
  g_autofree char *text = g_strdup_printf (ngettext ("%u active", "%u active", n_active), n_active);

  hr_label_set (self->subtitle, n_active > 0 ? text : "");
}

void
hr_alerts_card_refresh (HrAlertsCard    *self,
                        const HrReading *reading)
{
  const char *source = hr_source_get_name (reading->source);

  if (self->alerts == NULL)
    follow (self, reading->alerts);
  show_source (self, source);
  show_subtitle (self, hr_alert_book_get_n_active (reading->alerts, source));

  for (int i = 0;; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, i);

      if (row == NULL)
        break;
      hr_alert_row_refresh (HR_ALERT_ROW (row), g_get_real_time ());
      hr_alert_row_set_recorded (HR_ALERT_ROW (row), reading->recorded);
    }
}

static void
hr_alerts_card_dispose (GObject *object)
{
  HrAlertsCard *self = HR_ALERTS_CARD (object);

  if (self->filter != NULL)
    gtk_custom_filter_set_filter_func (self->filter, NULL, NULL, NULL);
  g_clear_object (&self->filter);
  g_clear_object (&self->alerts);
  g_clear_pointer (&self->source, g_free);

  G_OBJECT_CLASS (hr_alerts_card_parent_class)->dispose (object);
}

static void
hr_alerts_card_class_init (HrAlertsCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hr_alerts_card_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/alerts-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HrAlertsCard, subtitle);
  gtk_widget_class_bind_template_child (widget_class, HrAlertsCard, list);
}

static void
hr_alerts_card_init (HrAlertsCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
