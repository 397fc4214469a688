/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/spans-card.h"

#include "app/labels.h"
#include "app/profile.h"
#include "app/table.h"
#include "app/wording.h"

#include <glib/gi18n.h>
#include <math.h>

struct _HrSpansCard
{
  GtkBox parent_instance;

  /* Template children */
  GtkLabel *subtitle;
  GtkLabel *message;
  HrTable  *table;

  HrProfile profile;
  HrPace    pace;
};

G_DEFINE_FINAL_TYPE (HrSpansCard, hr_spans_card, GTK_TYPE_BOX)

/* The path without its last name: "/rank/" of "/rank/draw". */
static gsize
length_of_parent (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? (gsize) (slash + 1 - path) : 0;
}

static void
show_span (HrSpansCard        *self,
           guint               index,
           const HrProfileRow *row)
{
  g_autofree char *share = hr_word_value (row->share, HR_UNIT_RATIO);
  g_autofree char *rate = hr_word_value (row->rate, HR_UNIT_PER_SECOND);
  g_autofree char *p99 = hr_word_value (row->p99, HR_UNIT_MILLISECONDS);
  g_autofree char *spoken = g_strdup_printf (_ ("%s of the self time, %s calls, p99 %s"), share, rate, p99);
  HrTableLine      line = { row->name, length_of_parent (row->name), { share, rate, p99 }, spoken, row->share };

  hr_table_set_row (self->table, index, &line);
}

static void
show_subtitle (HrSpansCard *self,
               const char  *as_of)
{
  g_autofree char *top = g_strdup_printf (_ ("top %u of %u · last 5 s"), self->profile.n_rows, self->profile.n_all);

  if (self->profile.n_rows == 0)
    hr_label_set (self->subtitle, "");
  else if (as_of != NULL)
    hr_label_set (self->subtitle, as_of);
  else
    hr_label_set (self->subtitle, self->profile.n_all > self->profile.n_rows ? top : _ ("last 5 s"));
}

static void
show_message (HrSpansCard *self,
              gboolean     has_spans)
{
  gtk_widget_set_visible (GTK_WIDGET (self->message), self->profile.n_rows == 0);
  hr_label_set (self->message, has_spans
                                   ? _ ("No span ended in the last 5 s.")
                                   : _ ("Write HR_SPAN (probe, \"name\") before a statement or a block of the program, and the time it takes shows here, with and without the spans within it."));
}

void
hr_spans_card_refresh (HrSpansCard     *self,
                       const HrReading *reading)
{
  gboolean shown = hr_source_get_role (reading->source) == HR_SOURCE_PROCESS;
  gboolean has_spans;

  gtk_widget_set_visible (GTK_WIDGET (self), shown);
  if (!shown || !hr_pace_is_due (&self->pace, reading))
    return;

  if (self->pace.is_new)
    self->profile = (HrProfile){ 0 };
  has_spans = hr_profile_read_spans (&self->profile, reading);
  for (guint i = 0; i < self->profile.n_rows; i++)
    show_span (self, i, &self->profile.rows[i]);
  hr_table_set_n_rows (self->table, self->profile.n_rows);
  show_subtitle (self, reading->as_of);
  show_message (self, has_spans);
  hr_stale_set (GTK_WIDGET (self), reading->as_of != NULL);
}

static void
hr_spans_card_class_init (HrSpansCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_TABLE);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/spans-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HrSpansCard, subtitle);
  gtk_widget_class_bind_template_child (widget_class, HrSpansCard, message);
  gtk_widget_class_bind_template_child (widget_class, HrSpansCard, table);
}

static void
hr_spans_card_init (HrSpansCard *self)
{
  HrTableLine headings = { _ ("path"), 0, { _ ("self time"), _ ("calls"), _ ("p99") }, NULL, (double) NAN };

  gtk_widget_init_template (GTK_WIDGET (self));
  hr_table_describe (self->table, _ ("Spans"), &headings);
}
