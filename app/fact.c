/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/fact.h"

#include "app/labels.h"
#include "app/live-label.h"

struct _HrFact
{
  GtkBox parent_instance;

  /* Template children */
  GtkLabel    *title;
  GtkLabel    *note;
  HrLiveLabel *value;

  /* Owned */
  char *exact;
};

enum
{
  PROP_0,
  PROP_TITLE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (HrFact, hr_fact, GTK_TYPE_BOX)

void
hr_fact_set (HrFact     *self,
             const char *value,
             const char *note,
             const char *exact)
{
  g_autofree char *spoken = NULL;

  g_return_if_fail (HR_IS_FACT (self));

  spoken = g_strdup_printf ("%s: %s", gtk_label_get_label (self->title), value);
  hr_live_label_set (self->value, value, spoken);
  if (exact != NULL && g_strcmp0 (self->exact, exact) != 0)
    {
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->value), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, exact, -1);
      g_free (self->exact);
      self->exact = g_strdup (exact);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->note), note != NULL);
  if (note != NULL)
    hr_label_set (self->note, note);
}

static void
hr_fact_get_property (GObject    *object,
                      guint       prop_id,
                      GValue     *value,
                      GParamSpec *pspec)
{
  HrFact *self = HR_FACT (object);

  if (prop_id == PROP_TITLE)
    g_value_set_string (value, gtk_label_get_label (self->title));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
hr_fact_set_property (GObject      *object,
                      guint         prop_id,
                      const GValue *value,
                      GParamSpec   *pspec)
{
  HrFact *self = HR_FACT (object);

  if (prop_id == PROP_TITLE)
    gtk_label_set_label (self->title, g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
hr_fact_finalize (GObject *object)
{
  g_free (HR_FACT (object)->exact);

  G_OBJECT_CLASS (hr_fact_parent_class)->finalize (object);
}

static void
hr_fact_class_init (HrFactClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_LIVE_LABEL);

  object_class->finalize = hr_fact_finalize;
  object_class->get_property = hr_fact_get_property;
  object_class->set_property = hr_fact_set_property;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/fact.ui");
  gtk_widget_class_bind_template_child (widget_class, HrFact, title);
  gtk_widget_class_bind_template_child (widget_class, HrFact, note);
  gtk_widget_class_bind_template_child (widget_class, HrFact, value);
}

static void
hr_fact_init (HrFact *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
