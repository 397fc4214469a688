/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/figure.h"

#include "app/labels.h"
#include "app/live-label.h"
#include "app/wording.h"

struct _HrFigure
{
  GtkBox parent_instance;

  /* Template children */
  GtkWidget   *line;
  HrLiveLabel *number;
  HrLiveLabel *unit;
  GtkLabel    *caption;

  /* Owned */
  char *name;
  char *exact;

  const char *level; /* interned */
};

enum
{
  PROP_0,
  PROP_NAME_TEXT,
  PROP_CAPTION,
  PROP_HERO,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (HrFigure, hr_figure, GTK_TYPE_BOX)

/* Shows @number with its @unit; a screen reader says all with the name, as "Average per job: 28.1 us". */
static void
show (HrFigure   *self,
      const char *number,
      const char *unit,
      const char *exact,
      const char *as_of)
{
  g_autofree char *spoken = g_strconcat (self->name, ": ", number, *unit != '\0' ? " " : "", unit,
                                         as_of != NULL ? ", " : NULL, as_of, NULL);

  hr_live_label_set (self->number, number, spoken);
  hr_live_label_set (self->unit, unit, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->unit), *unit != '\0');
  if (g_strcmp0 (exact, self->exact) != 0)
    {
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->number), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, exact, -1);
      g_free (self->exact);
      self->exact = g_strdup (exact);
    }
}

void
hr_figure_set_text (HrFigure   *self,
                    const char *number,
                    const char *unit,
                    const char *exact,
                    const char *as_of)
{
  g_return_if_fail (HR_IS_FIGURE (self));

  show (self, number, unit, exact, as_of);
  hr_stale_set (GTK_WIDGET (self), as_of != NULL);
}

void
hr_figure_set_value (HrFigure   *self,
                     double      value,
                     HrUnit      unit,
                     const char *as_of)
{
  g_autofree char *exact = hr_word_exact (value, unit);
  const char      *suffix;
  char             number[64];

  hr_value_split (value, unit, number, sizeof number, &suffix);
  hr_figure_set_text (self, number, suffix, exact, as_of);
}

void
hr_figure_set_caption (HrFigure   *self,
                       const char *caption)
{
  g_return_if_fail (HR_IS_FIGURE (self));

  if (g_strcmp0 (gtk_label_get_label (self->caption), caption) == 0)
    return;

  gtk_label_set_label (self->caption, caption);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAPTION]);
}

void
hr_figure_set_level (HrFigure   *self,
                     const char *css_class)
{
  g_return_if_fail (HR_IS_FIGURE (self));

  hr_css_class_swap (GTK_WIDGET (self), &self->level, css_class);
}

static void
hr_figure_get_property (GObject    *object,
                        guint       prop_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  HrFigure *self = HR_FIGURE (object);

  switch (prop_id)
    {
    case PROP_NAME_TEXT:
      g_value_set_string (value, self->name);
      break;
    case PROP_CAPTION:
      g_value_set_string (value, gtk_label_get_label (self->caption));
      break;
    case PROP_HERO:
      g_value_set_boolean (value, gtk_widget_has_css_class (GTK_WIDGET (self), "hero"));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
hr_figure_set_property (GObject      *object,
                        guint         prop_id,
                        const GValue *value,
                        GParamSpec   *pspec)
{
  HrFigure *self = HR_FIGURE (object);

  switch (prop_id)
    {
    case PROP_NAME_TEXT:
      g_free (self->name);
      self->name = g_value_dup_string (value);
      show (self, HR_NO_VALUE, "", HR_NO_VALUE, NULL);
      break;
    case PROP_CAPTION:
      hr_figure_set_caption (self, g_value_get_string (value));
      break;
    case PROP_HERO:
      if (g_value_get_boolean (value))
        gtk_widget_add_css_class (GTK_WIDGET (self), "hero");
      else
        gtk_widget_remove_css_class (GTK_WIDGET (self), "hero");
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
hr_figure_finalize (GObject *object)
{
  HrFigure *self = HR_FIGURE (object);

  g_free (self->name);
  g_free (self->exact);

  G_OBJECT_CLASS (hr_figure_parent_class)->finalize (object);
}

static void
hr_figure_class_init (HrFigureClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass   *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  g_type_ensure (HR_TYPE_LIVE_LABEL);

  object_class->finalize = hr_figure_finalize;
  object_class->get_property = hr_figure_get_property;
  object_class->set_property = hr_figure_set_property;

  properties[PROP_NAME_TEXT] = g_param_spec_string ("name-text", NULL, NULL, NULL, flags);
  properties[PROP_CAPTION] = g_param_spec_string ("caption", NULL, NULL, NULL, flags);
  properties[PROP_HERO] = g_param_spec_boolean ("hero", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/figure.ui");
  gtk_widget_class_bind_template_child (widget_class, HrFigure, line);
  gtk_widget_class_bind_template_child (widget_class, HrFigure, number);
  gtk_widget_class_bind_template_child (widget_class, HrFigure, unit);
  gtk_widget_class_bind_template_child (widget_class, HrFigure, caption);
}

static void
hr_figure_init (HrFigure *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  /* A number and its unit are read from left to right everywhere; where the rest is not, they stand at the right. */
  if (gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL)
    {
      gtk_widget_set_direction (self->line, GTK_TEXT_DIR_LTR);
      gtk_widget_set_direction (GTK_WIDGET (self->number), GTK_TEXT_DIR_LTR);
      g_object_set (self->number, "xalign", 1.0f, NULL);
      gtk_widget_set_halign (self->line, GTK_ALIGN_END);
    }
}
