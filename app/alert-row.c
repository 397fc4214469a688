/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/alert-row.h"

#include "app/labels.h"
#include "app/wording.h"

#include <glib/gi18n.h>

struct _HrAlertRow
{
  GtkListBoxRow parent_instance;

  /* Template children */
  GtkLabel *pill;
  GtkLabel *title;
  GtkLabel *detail;

  /* Owned */
  HrAlert *alert;

  const char *level; /* CSS class of the pill; interned */
};

G_DEFINE_FINAL_TYPE (HrAlertRow, hr_alert_row, GTK_TYPE_LIST_BOX_ROW)

static void
show_pill (HrAlertRow *self,
           gboolean    active)
{
  HrSeverity severity = hr_alert_get_severity (self->alert);

  hr_label_set (self->pill, active ? _ (hr_severity_name (severity)) : _ ("resolved"));
  hr_css_class_swap (GTK_WIDGET (self->pill), &self->level, active ? hr_severity_css_class (severity) : "neutral");
}

void
hr_alert_row_refresh (HrAlertRow *self,
                      gint64      now_us)
{
  gboolean         active = hr_alert_is_active (self->alert);
  gint64           raised = hr_alert_get_raised (self->alert);
  g_autofree char *title = hr_word_alert (self->alert);
  g_autofree char *clock = hr_word_clock (raised);
  g_autofree char *span = hr_word_span ((active ? now_us : hr_alert_get_cleared (self->alert)) - raised);
  const char      *severity = _ (hr_severity_name (hr_alert_get_severity (self->alert)));
  /* The pill of a cleared alert no longer says how bad it was. */
  g_autofree char *detail = active ? g_strdup_printf ("%s · %s", clock, span)
                                   : g_strdup_printf ("%s · %s · %s", clock, span, severity);
  g_autofree char *spoken = NULL;

  show_pill (self, active);
  spoken = g_strdup_printf ("%s: %s", gtk_label_get_label (self->pill), title);
  hr_label_set (self->title, title);
  hr_label_set (self->detail, detail);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->title), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  if (active)
    gtk_widget_remove_css_class (GTK_WIDGET (self), "resolved");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self), "resolved");
}

/* A row whose action could not be done would be greyed out: without records it has none. */
void
hr_alert_row_set_recorded (HrAlertRow *self,
                           gboolean    recorded)
{
  GtkListBoxRow *row = GTK_LIST_BOX_ROW (self);

  if (gtk_list_box_row_get_activatable (row) == recorded)
    return;

  gtk_list_box_row_set_activatable (row, recorded);
  if (recorded)
    {
      const char *text = _ ("Shows what was recorded around it");

      gtk_actionable_set_action_target (GTK_ACTIONABLE (self), "(sx)", hr_alert_get_source (self->alert), hr_alert_get_raised (self->alert));
      gtk_widget_set_tooltip_text (GTK_WIDGET (self), text);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
    }
  else
    {
      gtk_widget_set_tooltip_text (GTK_WIDGET (self), NULL);
      gtk_accessible_reset_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
    }
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self), recorded ? "win.show-records" : NULL);
}

static void
alert_changed_cb (HrAlert    *alert,
                  HrAlertRow *self)
{
  hr_alert_row_refresh (self, g_get_real_time ());
}

static void
hr_alert_row_finalize (GObject *object)
{
  g_clear_object (&HR_ALERT_ROW (object)->alert);

  G_OBJECT_CLASS (hr_alert_row_parent_class)->finalize (object);
}

static void
hr_alert_row_class_init (HrAlertRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = hr_alert_row_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/alert-row.ui");
  gtk_widget_class_bind_template_child (widget_class, HrAlertRow, pill);
  gtk_widget_class_bind_template_child (widget_class, HrAlertRow, title);
  gtk_widget_class_bind_template_child (widget_class, HrAlertRow, detail);
}

static void
hr_alert_row_init (HrAlertRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
hr_alert_row_new (HrAlert *alert)
{
  HrAlertRow *self = g_object_new (HR_TYPE_ALERT_ROW, NULL);

  self->alert = g_object_ref (alert);
  g_signal_connect_object (alert, "changed", G_CALLBACK (alert_changed_cb), self, 0);
  hr_alert_row_refresh (self, g_get_real_time ());

  return GTK_WIDGET (self);
}
