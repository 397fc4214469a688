/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/field-row.h"

#define LEAST_CHARS 5

struct _HrFieldRow
{
  AdwActionRow parent_instance;

  GtkWidget *entry; /* a child */
  char      *hint;  /* owned */
  char      *error; /* owned; NULL: it is right */
  gboolean   quiet; /* what changes now is not its user's doing */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (HrFieldRow, hr_field_row, ADW_TYPE_ACTION_ROW)

static void
entry_changed_cb (HrFieldRow *self)
{
  if (!self->quiet)
    g_signal_emit (self, changed_signal, 0);
}

/* What stands below the title is also what a screen reader says of the entry. */
static void
show_words (HrFieldRow *self)
{
  const char *words = self->error != NULL ? self->error : self->hint;

  if (g_strcmp0 (adw_action_row_get_subtitle (ADW_ACTION_ROW (self)), words) != 0)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self), words);
  if (self->error != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self), "wrong-field");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "wrong-field");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               self->error != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
}

static void
hr_field_row_finalize (GObject *object)
{
  HrFieldRow *self = HR_FIELD_ROW (object);

  g_free (self->hint);
  g_free (self->error);

  G_OBJECT_CLASS (hr_field_row_parent_class)->finalize (object);
}

static void
hr_field_row_class_init (HrFieldRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hr_field_row_finalize;
  changed_signal = g_signal_new ("changed", HR_TYPE_FIELD_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hr_field_row_init (HrFieldRow *self)
{
  self->entry = gtk_entry_new ();
  gtk_widget_set_valign (self->entry, GTK_ALIGN_CENTER);
  gtk_entry_set_activates_default (GTK_ENTRY (self->entry), TRUE);
  g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (entry_changed_cb), self);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->entry);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), self->entry);
}

/* @width_chars: how wide it is where there is room */
GtkWidget *
hr_field_row_new (const char *title,
                  const char *hint,
                  int         width_chars)
{
  HrFieldRow *self = g_object_new (HR_TYPE_FIELD_ROW, NULL);

  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), LEAST_CHARS);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self->entry), width_chars);
  hr_field_row_set_title (self, title);
  hr_field_row_set_hint (self, hint);

  return GTK_WIDGET (self);
}

const char *
hr_field_row_get_text (HrFieldRow *self)
{
  g_return_val_if_fail (HR_IS_FIELD_ROW (self), NULL);

  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

/* @text: (nullable) */
void
hr_field_row_set_text (HrFieldRow *self,
                       const char *text)
{
  g_return_if_fail (HR_IS_FIELD_ROW (self));

  self->quiet = TRUE;
  if (g_strcmp0 (hr_field_row_get_text (self), text) != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->entry), text != NULL ? text : "");
  self->quiet = FALSE;
}

void
hr_field_row_set_title (HrFieldRow *self,
                        const char *title)
{
  g_return_if_fail (HR_IS_FIELD_ROW (self));

  /* Which is the entry's label too: it is what the row activates. */
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
}

void
hr_field_row_set_hint (HrFieldRow *self,
                       const char *hint)
{
  g_return_if_fail (HR_IS_FIELD_ROW (self));

  g_free (self->hint);
  self->hint = g_strdup (hint);
  show_words (self);
}

/* @error: (nullable): NULL: what was written is right */
void
hr_field_row_set_error (HrFieldRow *self,
                        const char *error)
{
  g_return_if_fail (HR_IS_FIELD_ROW (self));

  if (g_strcmp0 (error, self->error) == 0)
    return;

  g_free (self->error);
  self->error = g_strdup (error);
  show_words (self);
}
