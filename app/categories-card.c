/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/categories-card.h"

#include "app/labels.h"
#include "app/profile.h"
#include "app/table.h"
#include "app/wording.h"

#include <glib/gi18n.h>
#include <math.h>

struct _HrCategoriesCard
{
  GtkBox parent_instance;

  /* Template children */
  GtkLabel *subtitle;
  HrTable  *table;

  HrProfile profile;
  HrPace    pace;
};

G_DEFINE_FINAL_TYPE (HrCategoriesCard, hr_categories_card, GTK_TYPE_BOX)

static void
show_category (HrCategoriesCard   *self,
               guint               index,
               const HrProfileRow *row)
{
  g_autofree char *in_use = hr_word_value (row->weight, HR_UNIT_MEGABYTES);
  g_autofree char *rate = hr_word_value (row->rate, HR_UNIT_MEGABYTES_PER_SECOND);
  g_autofree char *share = hr_word_value (row->share, HR_UNIT_RATIO);
  g_autofree char *spoken = g_strdup_printf (_ ("%s in use, %s of all; %s allocated"), in_use, share, rate);
  HrTableLine      line = { row->name, 0, { in_use, rate }, spoken, row->share };

  hr_table_set_row (self->table, index, &line);
}

static void
show_subtitle (HrCategoriesCard *self,
               const char       *as_of)
{
  g_autofree char *in_use = hr_word_value (self->profile.weight, HR_UNIT_MEGABYTES);
  g_autofree char *rate = hr_word_value (self->profile.rate, HR_UNIT_MEGABYTES_PER_SECOND);
  g_autofree char *total = g_strdup_printf (_ ("together %s · %s"), in_use, rate);

  hr_label_set (self->subtitle, as_of != NULL ? as_of : total);
}

void
hr_categories_card_refresh (HrCategoriesCard *self,
                            const HrReading  *reading)
{
  gboolean found;

  if (!hr_pace_is_due (&self->pace, reading))
    return;

  if (self->pace.is_new)
    self->profile = (HrProfile){ 0 };
  found = hr_profile_read_categories (&self->profile, reading);
  gtk_widget_set_visible (GTK_WIDGET (self), found);
  if (!found)
    return;

  for (guint i = 0; i < self->profile.n_rows; i++)
    show_category (self, i, &self->profile.rows[i]);
  hr_table_set_n_rows (self->table, self->profile.n_rows);
  show_subtitle (self, reading->as_of);
  hr_stale_set (GTK_WIDGET (self), reading->as_of != NULL);
}

static void
hr_categories_card_class_init (HrCategoriesCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_TABLE);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/categories-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HrCategoriesCard, subtitle);
  gtk_widget_class_bind_template_child (widget_class, HrCategoriesCard, table);
}

static void
hr_categories_card_init (HrCategoriesCard *self)
{
  HrTableLine headings = { _ ("category"), 0, { _ ("in use"), _ ("allocated") }, NULL, (double) NAN };

  gtk_widget_init_template (GTK_WIDGET (self));
  hr_table_describe (self->table, _ ("Memory by category"), &headings);
}
