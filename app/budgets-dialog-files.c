/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where the contract of a dialog comes from, and where it goes. */

#include "app/budgets-dialog-private.h"
#include "app/config.h"
#include "app/contract-file.h"
#include "app/file-kinds.h"
#include "engine/model/shown-path.h"

#include <glib/gi18n.h>

/* A save that is under way. It outlives the dialog: what was saved is judged by all the same. */
typedef struct
{
  HrBudgetsDialog *dialog; /* owned */
  HrMonitor       *monitor;
  GSettings       *settings;
  char            *path;
  char            *text;
} Save;

static void start_save (HrBudgetsDialog *self,
                        const char      *path,
                        const char      *before);

static void
save_free (Save *self)
{
  g_object_unref (self->dialog);
  g_object_unref (self->monitor);
  g_object_unref (self->settings);
  g_free (self->path);
  g_free (self->text);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Save, save_free)

/* What a dialog asks; words that can be as long as a path. */
static AdwMessageDialog *
ask (HrBudgetsDialog *self,
     const char      *heading,
     const char      *body)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (self), heading, NULL));
  GtkWidget        *words = g_object_new (GTK_TYPE_LABEL, "label", body, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, "selectable", TRUE,
                                          "focusable", FALSE, "justify", GTK_JUSTIFY_CENTER, NULL);

  adw_message_dialog_set_extra_child (dialog, words);

  return dialog;
}

static void
complain (HrBudgetsDialog *self,
          const char      *heading,
          const char      *body)
{
  AdwMessageDialog *dialog = ask (self, heading, body);

  adw_message_dialog_add_response (dialog, "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* A dialog is gone once its window was: its references may still be held. */
static gboolean
is_gone (HrBudgetsDialog *self)
{
  return self->monitor == NULL;
}

static void
end_close (HrBudgetsDialog *self)
{
  self->discards = TRUE;
  gtk_window_close (GTK_WINDOW (self));
}

/* Judges by what stands in the file now. */
static void
put_in_force (const Save *save)
{
  g_autofree char *file = g_filename_display_name (save->path);
  g_autoptr (HrContract) contract = hr_contract_parse (save->text, strlen (save->text), file, NULL);

  hr_monitor_set_contract (save->monitor, contract);
  g_settings_set_string (save->settings, "contract", file);
}

/* Takes what stands in the file, and judges by that. */
static void
load_theirs (HrBudgetsDialog *self)
{
  g_autofree char *text = NULL;
  gsize            size = 0;
  g_autoptr (GError) error = NULL;
  HrContractEditor *editor = NULL;
  Save              theirs = { .monitor = self->monitor, .settings = self->settings };

  if (g_file_get_contents (self->path, &text, &size, &error))
    editor = hr_contract_editor_new (text, size, self->path, &error);
  if (editor == NULL)
    {
      g_autofree char *reason = hr_shown_text (error->message, self->path);

      complain (self, _ ("Contract Not Used"), reason);
      return;
    }

  _hr_budgets_dialog_take_text (self, editor, self->path, TRUE);
  theirs.path = self->path;
  theirs.text = text;
  put_in_force (&theirs);
  _hr_budgets_dialog_update (self);
}

static void
conflict_response_cb (AdwMessageDialog *dialog,
                      const char       *response,
                      HrBudgetsDialog  *self)
{
  if (is_gone (self))
    return;
  if (g_str_equal (response, "overwrite"))
    start_save (self, self->path, NULL);
  else if (g_str_equal (response, "theirs"))
    load_theirs (self);
  else
    self->closes = FALSE;
}

static void
ask_about_conflict (HrBudgetsDialog *self)
{
  g_autofree char  *name = g_filename_display_basename (self->path);
  g_autofree char  *body = g_strdup_printf (_ ("Somebody else has written %s since it was read."), name);
  AdwMessageDialog *dialog = ask (self, _ ("The File Has Changed"), body);

  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "theirs", _ ("_Load Theirs"), "overwrite", _ ("_Overwrite"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "overwrite", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (conflict_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
end_save (HrBudgetsDialog *self,
          const Save      *save)
{
  g_free (self->path);
  g_free (self->saved);
  self->path = g_strdup (save->path);
  self->saved = g_strdup (save->text);
  _hr_budgets_dialog_update (self);
  _hr_budgets_dialog_say (self, _ ("Saved, and judged by from now on"));
  if (self->closes)
    end_close (self);
}

static void
save_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (Save) save = user_data;
  HrBudgetsDialog *self = save->dialog;
  g_autoptr (GError) error = NULL;

  self->saving = FALSE;
  if (hr_contract_file_save_finish (result, &error))
    {
      put_in_force (save);
      if (!is_gone (self))
        end_save (self, save);
      return;
    }
  if (is_gone (self))
    return;

  _hr_budgets_dialog_update (self);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG))
    ask_about_conflict (self);
  else
    {
      self->closes = FALSE;
      complain (self, _ ("Not Saved"), error->message);
    }
}

/* @before: (nullable): what the file has to say still */
static void
start_save (HrBudgetsDialog *self,
            const char      *path,
            const char      *before)
{
  Save *save = g_new0 (Save, 1);

  save->dialog = g_object_ref (self);
  save->monitor = g_object_ref (self->monitor);
  save->settings = g_object_ref (self->settings);
  save->path = g_strdup (path);
  save->text = g_strdup (hr_contract_editor_get_text (self->editor));
  self->saving = TRUE;
  _hr_budgets_dialog_update (self);
  hr_contract_file_save_async (path, before, save->text, NULL, save_cb, save);
}

static void
chooser_response_cb (GtkNativeDialog *chooser,
                     int              response,
                     HrBudgetsDialog *self)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    start_save (self, path, NULL);
  else
    self->closes = FALSE;
  /* To take it apart takes as long as to make it: it gets a turn of its own. */
  g_idle_add_once (g_object_unref, chooser);
}

static gboolean
chooser_tick_cb (GtkWidget     *widget,
                 GdkFrameClock *clock,
                 gpointer       user_data)
{
  HrBudgetsDialog      *self = HR_BUDGETS_DIALOG (widget);
  HrContract           *contract = hr_contract_editor_get_contract (self->editor);
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_ ("Save the contract"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);
  g_autofree char      *path = self->path != NULL ? hr_shown_path (self->path) : hr_contract_file_suggest (hr_contract_get_name (contract));
  g_autofree char      *folder_path = g_path_get_dirname (path);
  g_autofree char      *name = g_filename_display_basename (path);
  g_autoptr (GFile) folder = g_file_new_for_path (folder_path);

  if (self->path == NULL)
    g_mkdir_with_parents (folder_path, 0700);
  /* Of a file that was lent to a sandbox the folder need not be known. */
  if (g_path_is_absolute (path))
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), folder, NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), name);
  hr_file_kinds_offer (GTK_FILE_CHOOSER (chooser), HR_FILE_KIND_CONTRACT);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (chooser_response_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));

  return G_SOURCE_REMOVE;
}

static void
save_as (HrBudgetsDialog *self)
{
  gtk_widget_add_tick_callback (GTK_WIDGET (self), chooser_tick_cb, NULL, NULL);
}

static void
save (HrBudgetsDialog *self)
{
  if (self->path != NULL)
    start_save (self, self->path, self->saved);
  else
    save_as (self);
}

static void
save_action_cb (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  save (HR_BUDGETS_DIALOG (widget));
}

static void
save_as_action_cb (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  save_as (HR_BUDGETS_DIALOG (widget));
}

static void
save_to_action_cb (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  start_save (HR_BUDGETS_DIALOG (widget), g_variant_get_string (parameter, NULL), NULL);
}

static void
take_example (HrBudgetsDialog *self,
              const char      *name)
{
  g_autofree char *path = g_strdup_printf (HR_RESOURCES "/contracts/%s.ini", name);
  g_autofree char *file = g_strconcat (name, ".ini", NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, 0, NULL);
  HrContractEditor *editor = bytes != NULL ? hr_contract_editor_new (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), file, NULL) : NULL;

  if (editor == NULL)
    return;

  _hr_budgets_dialog_take_text (self, editor, NULL, FALSE);
  _hr_budgets_dialog_update (self);
}

static void
example_response_cb (AdwMessageDialog *dialog,
                     const char       *response,
                     HrBudgetsDialog  *self)
{
  if (g_str_equal (response, "discard") && !is_gone (self))
    take_example (self, g_object_get_data (G_OBJECT (dialog), "example"));
}

static void
example_action_cb (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  HrBudgetsDialog  *self = HR_BUDGETS_DIALOG (widget);
  const char       *example = g_variant_get_string (parameter, NULL);
  AdwMessageDialog *dialog;

  if (!hr_contract_editor_can_undo (self->editor) || !_hr_budgets_dialog_is_changed (self))
    {
      take_example (self, example);
      return;
    }

  dialog = ask (self, _ ("Discard the Changes?"), _ ("What was changed in this contract has not been saved."));
  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "discard", _ ("_Discard"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "example", g_strdup (example), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (example_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
close_response_cb (AdwMessageDialog *dialog,
                   const char       *response,
                   HrBudgetsDialog  *self)
{
  if (is_gone (self))
    return;
  if (g_str_equal (response, "discard"))
    end_close (self);
  else if (g_str_equal (response, "save") && (self->page == NULL || _hr_budgets_dialog_apply (self)))
    {
      self->closes = TRUE;
      save (self);
    }
}

/* Of the contract, or of the budget that is just edited. */
static gboolean
has_unsaved (HrBudgetsDialog *self)
{
  if (self->page != NULL && hr_budget_page_is_changed (self->page))
    return TRUE;

  return _hr_budgets_dialog_is_changed (self);
}

/* Returns whether nothing is lost by closing; else it is asked about. */
gboolean
_hr_budgets_dialog_may_close (HrBudgetsDialog *self)
{
  AdwMessageDialog *dialog;

  if (self->discards || !has_unsaved (self))
    return TRUE;

  dialog = ask (self, _ ("Save the Changes?"), _ ("What was changed in this contract has not been saved."));
  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "discard", _ ("_Discard"), "save", _ ("_Save"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (dialog, "save", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_response_enabled (dialog, "save", self->page == NULL || hr_budget_page_is_right (self->page));
  adw_message_dialog_set_default_response (dialog, "save");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (close_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));

  return FALSE;
}

void
_hr_budgets_dialog_install_file_actions (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "budgets.save", NULL, save_action_cb);
  gtk_widget_class_install_action (klass, "budgets.save-as", NULL, save_as_action_cb);
  gtk_widget_class_install_action (klass, "budgets.save-to", "s", save_to_action_cb);
  gtk_widget_class_install_action (klass, "budgets.example", "s", example_action_cb);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_s, GDK_CONTROL_MASK, "budgets.save", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_s, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "budgets.save-as", NULL);
}
