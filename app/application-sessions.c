/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is made of sessions: actions, for hands and for scripts, that have a job done. With an empty path a file chooser is asked. Nobody needs
 * a window for that: the app stays until the last job is done. */

#include "app/application-private.h"
#include "app/file-kinds.h"
#include "app/session-work.h"
#include "app/source-input.h"
#include "engine/report/save.h"

#include <glib/gi18n.h>

#define CONTRACT_SUFFIX ".ini"

/* A job that is under way for somebody. */
typedef struct
{
  HrApplication *application; /* owned */
  HrWorkKind     kind;
  char          *path;     /* owned: of the file that is made */
  gint64         begin_us; /* when it was asked for, on the monotonic clock */
} Errand;

static Errand *
errand_new (HrApplication *application,
            HrWorkKind     kind,
            const char    *path)
{
  Errand *self = g_new0 (Errand, 1);

  self->application = g_object_ref (application);
  self->kind = kind;
  self->path = g_strdup (path);
  self->begin_us = g_get_monotonic_time ();

  return self;
}

static void
errand_free (Errand *self)
{
  g_object_unref (self->application);
  g_free (self->path);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Errand, errand_free)

static gboolean
is_unseen (const Errand *errand)
{
  return _hr_application_is_unseen (errand->application, g_get_monotonic_time () - errand->begin_us);
}

/* Says it in the window, and by the desktop where nobody looks at that. */
static void
complain (const Errand *errand,
          const char   *heading,
          const GError *error)
{
  HrApplication *self = errand->application;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      if (self->window != NULL)
        hr_main_window_toast (self->window, _ ("Cancelled"));
      return;
    }

  if (is_unseen (errand))
    _hr_application_notify (self, errand->path, heading, error->message, _ ("Show"), "app.show", NULL);
  if (self->window != NULL)
    hr_main_window_complain (self->window, heading, error->message);
}

static void
job_ended (HrApplication *self,
           gpointer       job)
{
  guint position;

  if (g_list_store_find (self->jobs, job, &position))
    g_list_store_remove (self->jobs, position);
}

/* What was made can be looked at from where it is told of. */
static void
tell_by_desktop (Errand     *errand,
                 const char *text)
{
  HrApplication *self = errand->application;

  if (errand->kind == HR_WORK_REPORT)
    _hr_application_notify (self, errand->path, text, _ ("The report is done."), _ ("Open"), "app.show-file", g_variant_new_string (errand->path));
  else if (errand->kind == HR_WORK_SAVE)
    _hr_application_notify (self, errand->path, text, _ ("The session file is done."), _ ("Open"), "app.open-session", g_variant_new_string (errand->path));
  else
    _hr_application_notify (self, errand->path, text, _ ("The export is done."), NULL, "app.show", NULL);
}

static void
tell (Errand *errand,
      guint   n_damaged)
{
  HrMainWindow    *window = errand->application->window;
  g_autofree char *name = g_filename_display_basename (errand->path);
  g_autofree char *text = NULL;

  if (n_damaged == 0)
    text = g_strdup_printf (_ ("Saved %s"), name);
  else
    text = g_strdup_printf (ngettext ("Saved %s without %u part that is damaged", "Saved %s without %u parts that are damaged", n_damaged), name, n_damaged);

  if (is_unseen (errand))
    tell_by_desktop (errand, text);
  if (window == NULL)
    return;
  if (errand->kind == HR_WORK_REPORT)
    hr_main_window_toast_action (window, text, _ ("_Open"), "app.show-file", g_variant_new_string (errand->path));
  else if (errand->kind == HR_WORK_SAVE)
    hr_main_window_toast_action (window, text, _ ("_Open"), "app.open-session", g_variant_new_string (errand->path));
  else
    hr_main_window_toast (window, text);
}

static const char *
word_failure (HrWorkKind kind)
{
  static const char *const words[] = { N_ ("Not Saved"), N_ ("Not Exported"), N_ ("No Report") };

  G_STATIC_ASSERT (G_N_ELEMENTS (words) == HR_N_WORKS);

  return _ (words[kind]);
}

static void
work_done_cb (GObject      *job,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;
  guint done = GPOINTER_TO_UINT (hr_job_finish (result, &error));

  job_ended (errand->application, job);
  if (done > 0)
    tell (errand, done - 1);
  else
    complain (errand, word_failure (errand->kind), error);
}

static void
run_work (HrApplication *self,
          HrWorkKind     kind,
          HrStretch     *stretch,
          const char    *path,
          gboolean       salvage)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  g_autofree char *name = g_filename_display_basename (whole);
  g_autofree char *title = g_strdup_printf (_ ("Writing %s"), name);
  HrWork          *work = hr_work_new (kind, stretch, whole);
  g_autoptr (Errand) errand = errand_new (self, kind, whole);
  g_autoptr (GError) error = NULL;
  g_autoptr (HrJob) job = NULL;

  if (!hr_work_check (kind, whole, &error))
    {
      complain (errand, word_failure (kind), error);
      hr_work_free (work);
      return;
    }

  work->salvage = salvage;
  job = hr_job_start (title, hr_work_run, work, hr_work_free, NULL, work_done_cb, g_steal_pointer (&errand));
  g_list_store_append (self->jobs, job);
}

/* What is shown; without a window all that there is. */
static HrStretch *
get_stretch (HrApplication *self)
{
  if (self->window != NULL)
    return hr_main_window_get_stretch (self->window);

  return hr_stretch_new (hr_archive_get_path (self->archive), 0, (HrRange){ 0, 0 }, _ ("History"));
}

static void
save_chosen (HrApplication *self,
             const char    *path)
{
  run_work (self, HR_WORK_SAVE, get_stretch (self), path, FALSE);
}

static void
export_chosen (HrApplication *self,
               const char    *path)
{
  run_work (self, HR_WORK_EXPORT, get_stretch (self), path, FALSE);
}

static void
report_chosen (HrApplication *self,
               const char    *path)
{
  run_work (self, HR_WORK_REPORT, get_stretch (self), path, FALSE);
}

static void
salvage_chosen (HrApplication *self,
                const char    *path)
{
  run_work (self, HR_WORK_SAVE, hr_stretch_new (hr_archive_get_path (self->archive), 0, (HrRange){ 0, 0 }, _ ("History")), path, TRUE);
}

/* Does it with the path that a script has given, or with one that is asked for: of a new file it is offered with the first of @suffixes. */
static void
with_path (HrApplication       *self,
           GVariant            *parameter,
           GtkFileChooserAction what,
           const char          *title,
           const char          *suffixes,
           HrChosen             chosen)
{
  const char *path = g_variant_get_string (parameter, NULL);
  g_autoptr (HrStretch) stretch = NULL;
  g_autofree char *name = NULL;

  if (*path != '\0')
    {
      chosen (self, path);
      return;
    }

  if (what == GTK_FILE_CHOOSER_ACTION_SAVE)
    {
      g_autofree char *suffix = g_strndup (suffixes, strcspn (suffixes, " "));

      stretch = get_stretch (self);
      name = g_strconcat (stretch->title, ".", suffix, NULL);
      g_strdelimit (name, "/:", '.');
    }
  _hr_application_choose (self, title, what, name, suffixes, chosen);
}

static void
save_session_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  with_path (user_data, parameter, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("Save as a session file"), HR_FILE_KIND_SESSION, save_chosen);
}

static void
export_session_cb (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  with_path (user_data, parameter, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("Export values as .csv, .json or .ndjson"), "csv json ndjson", export_chosen);
}

static void
report_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  with_path (user_data, parameter, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("Save a report as .html, .pdf, .json or .csv"), "html pdf json csv", report_chosen);
}

/* All of the file that is looked at, whatever of it is in sight. */
static void
salvage_shown_chosen (HrApplication *self,
                      const char    *path)
{
  HrStretch *stretch = get_stretch (self);

  stretch->recording = 0;
  stretch->range = (HrRange){ 0, 0 };
  run_work (self, HR_WORK_SAVE, stretch, path, TRUE);
}

static void
salvage_session_cb (GSimpleAction *action,
                    GVariant      *parameter,
                    gpointer       user_data)
{
  with_path (user_data, parameter, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("Save what is readable"), HR_FILE_KIND_SESSION, salvage_shown_chosen);
}

static void
salvage_history_cb (GSimpleAction *action,
                    GVariant      *parameter,
                    gpointer       user_data)
{
  with_path (user_data, parameter, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("Save what is readable"), HR_FILE_KIND_SESSION, salvage_chosen);
}

static void
open_chosen (HrApplication *self,
             const char    *path)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);

  g_application_activate (G_APPLICATION (self));
  if (self->window != NULL)
    hr_main_window_open_session (self->window, whole);
}

/* For a launcher's menu, which has no parameter to give. */
static void
choose_session_cb (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  g_application_activate (G_APPLICATION (user_data));
  g_action_group_activate_action (G_ACTION_GROUP (user_data), "open-session", g_variant_new_string (""));
}

static void
open_session_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  with_path (user_data, parameter, GTK_FILE_CHOOSER_ACTION_OPEN, _ ("Open a session file"), HR_FILE_KIND_SESSION, open_chosen);
}

/* Opens @file as what its name says: a contract, else a session. A pairing link comes as a file too. */
void
_hr_application_open_file (HrApplication *self,
                           GFile         *file)
{
  g_autofree char *uri = g_file_get_uri (file);
  g_autofree char *path = NULL;

  if (hr_source_input_is_link (uri))
    {
      if (self->window != NULL)
        hr_main_window_offer_source (self->window, uri);
      return;
    }

  path = _hr_application_take_path (self, file);
  if (path != NULL && g_str_has_suffix (path, CONTRACT_SUFFIX))
    g_action_group_activate_action (G_ACTION_GROUP (self), "open-contract", g_variant_new_string (path));
  else if (path != NULL)
    open_chosen (self, path);
}

static void
show_file_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  HrApplication   *self = HR_APPLICATION (user_data);
  g_autofree char *uri = g_filename_to_uri (g_variant_get_string (parameter, NULL), NULL, NULL);

  if (uri != NULL)
    gtk_show_uri (self->window != NULL ? GTK_WINDOW (self->window) : NULL, uri, GDK_CURRENT_TIME);
}

static void
compare_saved_cb (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;

  g_application_release (G_APPLICATION (errand->application));
  if (hr_save_bytes_finish (result, &error))
    tell (errand, 0);
  else
    complain (errand, _ ("Not Compared"), error);
}

static void
compared_cb (GObject      *job,
             GAsyncResult *result,
             gpointer      user_data)
{
  Errand *errand = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HrComparison) comparison = hr_job_finish (result, &error);
  g_autoptr (GBytes) bytes = NULL;
  HrComparisonFormat format;
  char              *text;

  job_ended (errand->application, job);
  if (comparison == NULL || !hr_comparison_format_of_path (errand->path, &format, &error))
    {
      complain (errand, _ ("Not Compared"), error);
      errand_free (errand);
      return;
    }

  text = hr_comparison_format (comparison, format);
  bytes = g_bytes_new_take (text, strlen (text));
  g_application_hold (G_APPLICATION (errand->application));
  hr_save_bytes_async (errand->path, bytes, NULL, compare_saved_cb, errand);
}

/* A recording by its name, or a file by its path. */
static HrStretch *
stretch_of (HrApplication *self,
            const char    *name)
{
  GListModel      *list = hr_sessions_get_list (self->sessions);
  g_autofree char *whole = g_canonicalize_filename (name, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (HrSessionItem) item = g_list_model_get_item (list, i);

      if (g_str_equal (hr_session_item_get_title (item), name))
        return hr_stretch_new (hr_session_item_get_path (item), hr_session_item_get_recording (item), (HrRange){ 0, 0 }, name);
    }

  return hr_stretch_new (whole, 0, (HrRange){ 0, 0 }, name);
}

/* Base, newer one, and the file to write to. */
static void
compare_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  HrApplication   *self = HR_APPLICATION (user_data);
  const char      *base, *now, *path;
  g_autofree char *whole = NULL;
  g_autoptr (HrJob) job = NULL;
  HrCompareWork *work;

  g_variant_get (parameter, "(&s&s&s)", &base, &now, &path);
  whole = g_canonicalize_filename (path, NULL);
  work = hr_compare_work_new (stretch_of (self, base), stretch_of (self, now));
  job = hr_job_start (_ ("Comparing"), hr_compare_work_run, work, hr_compare_work_free, (GDestroyNotify) hr_comparison_free, compared_cb,
                      errand_new (self, HR_WORK_EXPORT, whole));
  g_list_store_append (self->jobs, job);
}

static void
set_aside_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (HrApplication) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = hr_archive_set_aside_finish (HR_ARCHIVE (object), result, &error);
  g_autofree char *name = path != NULL ? g_filename_display_basename (path) : NULL;
  g_autofree char *text = NULL;

  if (path == NULL)
    {
      if (self->window != NULL)
        hr_main_window_complain (self->window, _ ("Not Set Aside"), error->message);
      return;
    }

  text = g_strdup_printf (_ ("The old history is in “%s”"), name);
  if (self->window != NULL)
    hr_main_window_toast (self->window, text);
}

static void
set_history_aside_cb (GSimpleAction *action,
                      GVariant      *parameter,
                      gpointer       user_data)
{
  HrApplication *self = HR_APPLICATION (user_data);

  hr_archive_set_aside_async (self->archive, set_aside_cb, g_object_ref (self));
}

/* Whatever is under way holds the app. */
static void
jobs_changed_cb (GListModel    *jobs,
                 guint          position,
                 guint          removed,
                 guint          added,
                 HrApplication *self)
{
  for (guint i = 0; i < added; i++)
    g_application_hold (G_APPLICATION (self));
  for (guint i = 0; i < removed; i++)
    g_application_release (G_APPLICATION (self));
}

static const GActionEntry entries[] = {
  { "choose-session", choose_session_cb },
  { "open-session", open_session_cb, "s" },
  { "save-session", save_session_cb, "s" },
  { "export-session", export_session_cb, "s" },
  { "report", report_cb, "s" },
  { "compare", compare_cb, "(sss)" },
  { "show-file", show_file_cb, "s" },
  { "salvage-history", salvage_history_cb, "s" },
  { "salvage-session", salvage_session_cb, "s" },
  { "set-history-aside", set_history_aside_cb },
};

void
_hr_application_add_session_actions (HrApplication *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (self->jobs, "items-changed", G_CALLBACK (jobs_changed_cb), self, 0);
}
