/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/program-row.h"

#include "app/wording.h"

#include <glib/gi18n.h>
#include <math.h>

struct _HrProgramRow
{
  GtkListBoxRow parent_instance;

  /* Template children */
  GtkLabel *name;
  GtkLabel *detail;
  GtkLabel *note;
  GtkLabel *memory;

  /* Owned */
  HrProgram *program;
};

G_DEFINE_FINAL_TYPE (HrProgramRow, hr_program_row, GTK_TYPE_LIST_BOX_ROW)

const HrProgram *
hr_program_row_get_program (HrProgramRow *self)
{
  g_return_val_if_fail (HR_IS_PROGRAM_ROW (self), NULL);

  return self->program;
}

/* "pid 4127 · anna · /usr/bin/ranker --fast", without what was not told. */
static char *
word_detail (const HrProgram *program)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, _ ("pid %" G_GUINT64_FORMAT), program->pid);
  if (program->user != NULL && *program->user != '\0')
    g_string_append_printf (text, " · %s", program->user);
  if (program->command != NULL && *program->command != '\0')
    g_string_append_printf (text, " · %s", program->command);

  return g_string_free (text, FALSE);
}

static void
show (HrProgramRow *self)
{
  const HrProgram *program = self->program;
  g_autofree char *detail = word_detail (program);
  g_autofree char *memory = hr_word_value (program->resident_mb < 0 ? (double) NAN : program->resident_mb, HR_UNIT_MEGABYTES);
  g_autofree char *spoken = g_strdup_printf ("%s, %s, %s", program->name, detail, memory);
  gboolean         known = program->watched || program->instrumented;

  gtk_label_set_label (self->name, program->name);
  gtk_label_set_label (self->detail, detail);
  gtk_label_set_label (self->memory, memory);
  gtk_label_set_label (self->note, program->instrumented ? _ ("has a probe") : _ ("watched"));
  gtk_widget_set_visible (GTK_WIDGET (self->note), known);
  gtk_widget_set_sensitive (GTK_WIDGET (self), !known);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), detail);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

void
hr_program_row_set_program (HrProgramRow    *self,
                            const HrProgram *program)
{
  g_return_if_fail (HR_IS_PROGRAM_ROW (self));

  hr_program_free (self->program);
  self->program = hr_program_copy (program);
  show (self);
}

static void
hr_program_row_finalize (GObject *object)
{
  hr_program_free (HR_PROGRAM_ROW (object)->program);

  G_OBJECT_CLASS (hr_program_row_parent_class)->finalize (object);
}

static void
hr_program_row_class_init (HrProgramRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = hr_program_row_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/program-row.ui");
  gtk_widget_class_bind_template_child (widget_class, HrProgramRow, name);
  gtk_widget_class_bind_template_child (widget_class, HrProgramRow, detail);
  gtk_widget_class_bind_template_child (widget_class, HrProgramRow, note);
  gtk_widget_class_bind_template_child (widget_class, HrProgramRow, memory);
}

static void
hr_program_row_init (HrProgramRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
hr_program_row_new (void)
{
  return g_object_new (HR_TYPE_PROGRAM_ROW, NULL);
}
